/** A handler for the tests of onEveryProcessor, which loads this module in its threads. What a message says is done. */
import { threadId } from 'node:worker_threads';
import { lambdaMemory } from '../../../functions/adapters/aws/lambda-memory.ts';
import { onEveryProcessor, type QueueHandler } from '../../../functions/adapters/aws/on-every-processor.ts';

/** What a thread tells the test. */
export interface Told {
  readonly message: string;
  readonly threadId: number;
  readonly event: 'began' | 'ended' | 'met';
  readonly tableBytesMax?: number | undefined;
  readonly scratch?: string | undefined;
  readonly timeLeftMs?: number | undefined;
}

const channel = new BroadcastChannel('every-processor');
channel.unref?.();
const tell = (told: Told) => channel.postMessage(told);

/** Ends once another message says the same at the same time. */
const meeting = (message: string) =>
  new Promise<void>((met) => {
    const meet = new BroadcastChannel('meeting');
    meet.onmessage = ({ data }: { data: unknown }) => {
      if (data === message) return;
      meet.postMessage(message); // the other may have come later, and have heard nothing yet
      tell({ message, threadId, event: 'met' });
      meet.close();
      met();
    };
    meet.postMessage(message);
  });

const deeds: Readonly<Record<string, (message: string) => unknown>> = {
  nothing: () => {},
  meet: meeting,
  exit: () => process.exit(3),
  exhaust: () => {
    const kept: number[][] = [];
    for (;;) kept.push(Array.from({ length: 1e5 }, Math.random));
  },
};

const real: QueueHandler = async ({ Records }, context) => {
  const batchItemFailures: { itemIdentifier: string }[] = [];
  for (const { messageId, body } of Records) {
    const { FANFOLD_SCRATCH: scratch } = process.env;
    const { tableBytesMax } = lambdaMemory(process.env);
    const timeLeftMs = context?.getRemainingTimeInMillis();
    tell({ message: messageId, threadId, event: 'began', tableBytesMax, scratch, timeLeftMs });
    if (body === 'give back') batchItemFailures.push({ itemIdentifier: messageId });
    else await deeds[body]?.(messageId);
    tell({ message: messageId, threadId, event: 'ended' });
  }
  return { batchItemFailures };
};

export const logged: { readonly event: string; readonly details: object }[] = [];
const log = (event: string, details: object) => void logged.push({ event, details });
const env = { ...process.env, AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256' };

/** On a function of so many processors. */
export const handlerWith = (processors: number): QueueHandler =>
  onEveryProcessor(real, import.meta.url, { ...env, FANFOLD_PROCESSORS: String(processors) }, log);

handlerWith(1); // where a thread comes by
