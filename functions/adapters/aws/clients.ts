/** The SDK's clients, made once for each environment, with settings that also hold on emulators. */
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { GROUP_SIZE_MAX } from '../../limits.ts';

/** What the adapters ask of the SDK's clients, and no more: whatever answers commands as these do can stand in for them. */
export type S3 = Pick<S3Client, 'send'>;
export type Sqs = Pick<SQSClient, 'send'>;
export type Lambda = Pick<LambdaClient, 'send'>;

export interface Clients {
  readonly s3: S3;
  readonly sqs: Sqs;
  readonly lambda: Lambda;
}

/** Of one function: a merge holds a connection for each of its partials. Lambda allows 1,024 open files.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const SOCKETS_MAX = GROUP_SIZE_MAX + 128;
/** Tries of one request in all; S3 answers 503 while it splits a busy prefix, which takes a while. */
const TRIES_MAX = 8;

/** Whether AWS_ENDPOINT_URL names an emulator. */
export const isEmulated = (env: NodeJS.ProcessEnv): boolean => env['AWS_ENDPOINT_URL'] !== undefined;

/** @param env says whether there is an emulator; the SDK itself reads the region and credentials */
export function awsClients(env: NodeJS.ProcessEnv = process.env): Clients {
  const emulated = isEmulated(env);
  const common = {
    maxAttempts: TRIES_MAX,
    requestHandler: {
      connectionTimeout: 5_000,
      socketTimeout: 60_000, // a read that stands still breaks off, and goes on where it stopped
      httpAgent: { keepAlive: true, maxSockets: SOCKETS_MAX },
      httpsAgent: { keepAlive: true, maxSockets: SOCKETS_MAX },
    },
  };
  return {
    s3: new S3Client({
      ...common,
      forcePathStyle: emulated, // names below localhost do not resolve everywhere
      ...(emulated ? { requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' } : {}),
    }),
    sqs: new SQSClient({ ...common, useQueueUrlAsEndpoint: !emulated }), // an emulator's queue URLs say `localhost`
    lambda: new LambdaClient(common),
  };
}
