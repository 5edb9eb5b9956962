/** A queue's handler on all processors of its function: a message on each, in threads that share nothing. */
import { parentPort, Worker, workerData } from 'node:worker_threads';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { OLD_SPACE_SHARE } from '../../limits.ts';
import type { Log } from '../../ports/services.ts';
import { jsonLog } from './json-log.ts';
import { lambdaProcessors, SCRATCH_DIRECTORY } from './lambda-memory.ts';

export type QueueHandler = (
  event: SQSEvent,
  context?: Pick<Context, 'getRemainingTimeInMillis'>,
) => Promise<SQSBatchResponse>;

/** Marks our threads, since jobs may have some of their own. */
const ROLE = 'fanfold: one message at a time';
/** Receives from which on a message has cost workers their lives, as far as one can tell: it is worked alone then, after the
 * others, or those would use up their receives beside it. */
const SUSPECT_RECEIVES = 3;

/** @param module URL of the module that calls this: what a thread loads, to come by here, too */
export function onEveryProcessor(
  handler: QueueHandler,
  module: string,
  env: NodeJS.ProcessEnv = process.env,
  log: Log = jsonLog,
): QueueHandler {
  if (parentPort !== null && workerData === ROLE) serve(parentPort, handler);
  const processors = lambdaProcessors(env);
  if (processors === 1) return handler;
  const lanes = Array.from({ length: processors }, (_, i) => new Lane(module, shareOf(env, i, processors), log));
  let cold = true;
  return async (event, context) => {
    if (cold && event.Records.length === 1) return handler(event, context); // threads take a moment to start
    cold = false;
    const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
    const work = async (lane: Lane, records: SQSRecord[]) => {
      for (let record = records.shift(); record !== undefined; record = records.shift()) {
        const timeLeftMs = context?.getRemainingTimeInMillis() ?? Number.POSITIVE_INFINITY;
        batchItemFailures.push(...(await lane.work({ record, timeLeftMs })).batchItemFailures);
      }
    };
    const suspects = event.Records.filter(isSuspect);
    const others = event.Records.filter((record) => !isSuspect(record));
    await Promise.all(lanes.map((lane) => work(lane, others)));
    for (const lane of lanes.slice(0, 1)) await work(lane, suspects);
    return { batchItemFailures };
  };
}

const isSuspect = ({ attributes }: SQSRecord) => Number(attributes.ApproximateReceiveCount) >= SUSPECT_RECEIVES;

/** A thread sees a function that is so much smaller, and has one processor. */
function shareOf(env: NodeJS.ProcessEnv, lane: number, processors: number): NodeJS.ProcessEnv {
  const share: NodeJS.ProcessEnv = {
    ...env,
    FANFOLD_PROCESSORS: '1',
    FANFOLD_SCRATCH: `${SCRATCH_DIRECTORY}-${lane}`,
  };
  for (const name of ['AWS_LAMBDA_FUNCTION_MEMORY_SIZE', 'FANFOLD_SCRATCH_MIB'] as const) {
    if (env[name] !== undefined) share[name] = String(Math.floor(Number(env[name]) / processors));
  }
  return share;
}

interface Task {
  readonly record: SQSRecord;
  readonly timeLeftMs: number;
}

/** A thread for one message at a time, replaced when it dies. */
class Lane {
  readonly #module: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #log: Log;
  #thread: Worker | undefined;
  #answer: (response: SQSBatchResponse | Error) => void = () => {};

  constructor(module: string, env: NodeJS.ProcessEnv, log: Log) {
    this.#module = module;
    this.#env = env;
    this.#log = log;
  }

  async work(task: Task): Promise<SQSBatchResponse> {
    this.#thread ??= this.#start();
    this.#thread.ref();
    this.#thread.postMessage(task);
    const answer = await new Promise<SQSBatchResponse | Error>((answered) => {
      this.#answer = answered;
    });
    this.#thread?.unref();
    if (!(answer instanceof Error)) return answer;
    const { messageId, attributes } = task.record;
    const receives = Number(attributes.ApproximateReceiveCount);
    this.#log('thread ended, message given back', { message: messageId, receives, error: answer.message });
    return { batchItemFailures: [{ itemIdentifier: messageId }] };
  }

  #start(): Worker {
    const memoryMiB = Number(this.#env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE']);
    // A job that wants more ends its own thread, and no other.
    const heap = { maxOldGenerationSizeMb: Math.floor(memoryMiB * OLD_SPACE_SHARE) };
    const thread = new Worker(new URL(this.#module), {
      workerData: ROLE,
      env: this.#env,
      ...(Number.isNaN(memoryMiB) ? {} : { resourceLimits: heap }),
    });
    let cause: Error | undefined;
    thread.on('message', (response: SQSBatchResponse) => this.#answer(response));
    thread.on('error', (error) => {
      cause = error instanceof Error ? error : new Error(String(error));
    });
    thread.on('exit', (code) => {
      this.#thread = undefined;
      this.#answer(cause ?? new Error(`the thread exited with ${code}`));
    });
    return thread;
  }
}

/** In a thread. */
function serve(port: NonNullable<typeof parentPort>, handler: QueueHandler): void {
  port.on('message', async ({ record, timeLeftMs }: Task) => {
    const endsAtMs = Date.now() + timeLeftMs;
    const context = { getRemainingTimeInMillis: () => endsAtMs - Date.now() };
    port.postMessage(await handler({ Records: [record] }, context));
  });
}
