/** The thread in which a check calls the job, so that it can be ended whatever the job does. */
import { basename } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { importJob } from '../adapters/local/import-job.ts';
import { loadJob } from '../adapters/local/load-job.ts';
import { readInput } from '../adapters/local/read-input.ts';
import { type ErrorData, errorData } from '../adapters/local/thread-messages.ts';
import { AtHand } from '../check/at-hand.ts';
import { type CheckOptions, type CheckReport, checkJob } from '../check/check-job.ts';
import { assert, FanfoldError } from '../errors.ts';
import { unforeseen } from './usage.ts';

export interface CheckRequest extends Pick<CheckOptions, 'params' | 'seed' | 'runs'> {
  /** Absolute path of the job file. */
  readonly file: string;
  readonly paths: readonly string[];
  /** Of `AtHand`. */
  readonly shared: SharedArrayBuffer;
}

/** What it says last. */
export type CheckAnswer = { readonly report: CheckReport } | { readonly error: ErrorData };

async function answerTo({ file, paths, shared, ...options }: CheckRequest): Promise<CheckAnswer> {
  const atHand = new AtHand(paths, shared);
  atHand.loading();
  try {
    const { code, dispose } = await loadJob(file);
    let loads = 0;
    const load = async () => {
      atHand.loading();
      // Another URL is another instance of the module, as in another process.
      return atHand.watched(await importJob(`${code.module}?load=${loads++}`, basename(file)));
    };
    const sources = paths.map((key) => ({ key, read: () => readInput(key) }));
    return { report: await checkJob({ load, sources, ...options }).finally(dispose) };
  } catch (error) {
    return { error: errorData(error instanceof FanfoldError ? error : unforeseen(error)) };
  }
}

assert(parentPort, 'check-thread.ts runs in a worker thread only');
const request: CheckRequest = workerData; // from check-apart.ts
parentPort.postMessage(await answerTo(request));
