/** The SDK's clients, as a process of the simulation has them: they answer the commands that the adapters send. */
import type { Clients } from '../aws/clients.ts';
import { Body } from './body.ts';
import type { LambdaService } from './lambda-service.ts';
import type { Process, Request } from './process.ts';
import { s3Error } from './s3-errors.ts';
import type { S3Service } from './s3-service.ts';
import type { SqsService } from './sqs-service.ts';

export interface SimulatedServices {
  readonly s3: S3Service;
  readonly sqs: SqsService;
  readonly lambda: LambdaService;
  /** How long it takes to get through what was asked for of an object. Milliseconds. @default no time */
  readonly readingMs?: ((bucket: string) => number) | undefined;
}

/** A command of the SDK, as far as it is told in a trace. */
interface Command {
  readonly input: {
    readonly Bucket?: string;
    readonly Key?: string;
    readonly Prefix?: string;
    readonly QueueUrl?: string;
    readonly FunctionName?: string;
    readonly PartNumber?: number;
    readonly Range?: string;
  };
}

export function clientsOf(process: Process, services: SimulatedServices): Clients {
  const s3 = async (command: Command) => {
    const request = requestOf(command, { busy: () => s3Error('SlowDown'), busyKind: 'slowDown' });
    const answer = await process.request(request, (strikes) => services.s3.answer(command, strikes));
    if (!('Body' in answer)) return answer;
    const readingMs = services.readingMs?.(command.input.Bucket ?? '') ?? 0;
    if (readingMs > 0) await process.sleep(readingMs);
    return { ...answer, Body: new Body(process, answer.Body as Buffer) }; // of S3Service
  };
  const sqs = (command: Command) =>
    process.request(requestOf(command, refused), (strikes) => services.sqs.answer(command, strikes));
  const lambda = (command: Command) =>
    process.request(requestOf(command, refused), () => services.lambda.answer(command));
  // Each `send` of the SDK is typed for every command there is; a command that these do not know throws.
  return { s3: { send: s3 }, sqs: { send: sqs }, lambda: { send: lambda } } as unknown as Clients;
}

const refused = { busy: () => tooMany(), busyKind: 'throttled' } as const;

function requestOf(command: Command, busy: Pick<Request, 'busy' | 'busyKind'>): Request {
  const { Bucket, Key, Prefix, QueueUrl, FunctionName, PartNumber, Range } = command.input;
  const place = Bucket === undefined ? (QueueUrl ?? FunctionName ?? '') : `${Bucket}/${Key ?? `${Prefix ?? ''}*`}`;
  const part = PartNumber === undefined ? (Range ?? '') : `part ${PartNumber}`;
  const operation = command.constructor.name.replace(/Command$/, '');
  return { operation, target: part === '' ? place : `${place} ${part}`, ...busy };
}

/** 429, as both SQS and Lambda have it. */
const tooMany = () =>
  Object.assign(new Error('Rate exceeded'), {
    name: 'TooManyRequestsException',
    $metadata: { httpStatusCode: 429 },
  });
