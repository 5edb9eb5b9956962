/** What a local run needs before it is carried out: its name, its request, and a directory that is its own. */
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { RunRequest } from '../../core/messages.ts';
import { chunkPlan } from '../../kernels/plan.ts';
import { chunkBytesFor } from './chunk-bytes.ts';
import { RESULTS_FOLDER } from './directory-keys.ts';
import type { Assignment } from './engine.ts';
import { INPUT_BUCKET } from './file-store.ts';
import type { LoadedJob } from './load-job.ts';
import type { PreparedRun } from './prepare-run.ts';
import { leave, takeDirectory } from './run-directory.ts';
import type { RunLock } from './run-lock.ts';
import { type RunRecord, writeRecord } from './run-record.ts';
import type { TakenUp } from './take-up.ts';

export interface BegunRun extends Pick<Assignment, 'request' | 'store' | 'inputBytes' | 'goesOn'> {
  readonly lock: RunLock;
}

/** File systems stamp files with a clock that ticks: a second write within one tick would not show. Linux: 1 to 10 ms. */
const CLOCK_TICK_MS = 20;

/** A new run, or the one that was taken up. */
export async function beginRun(prepared: PreparedRun, loaded: LoadedJob, found?: TakenUp): Promise<BegunRun> {
  const { options, cwd, threads, inputs, jobFile } = prepared;
  if (found?.run !== undefined) {
    const { record, store, plan, found: there } = found.run;
    const goesOn = { plan, found: there };
    return { request: record.request, store, inputBytes: plan.totals.bytes, goesOn, lock: found.lock };
  }
  await untilTimesTell(inputs.newestMs);
  const { job, code } = loaded;
  const run = newRunId();
  const directory = found?.directory ?? resolve(cwd, options.out ?? join(RESULTS_FOLDER, job.name, run));
  const request: RunRequest = {
    kind: 'run',
    run,
    job: job.name,
    inputs: inputs.paths.map((key) => ({ bucket: INPUT_BUCKET, key })),
    params: options.params ?? {},
    chunkBytes: options.chunkBytes ?? chunkBytesFor(inputs.bytes, threads, chunkPlan(job) !== undefined),
    ...(options.partitions === undefined ? {} : { partitions: options.partitions }),
    ...(options.groupSize === undefined ? {} : { groupSize: options.groupSize }),
    ...(options.bisect ? { bisect: true } : {}),
    requestedAtMs: Date.now(),
  };
  const record: RunRecord = { version: 1, request, jobFile, digest: code.digest, base: cwd, earlier: [] };
  const lock = takeFor(directory, record, found?.lock);
  return { request, store: { base: cwd, directory, job: job.name, run }, inputBytes: inputs.bytes, lock };
}

/** Takes a directory for a run, and keeps in it what the run was asked for. */
export function takeFor(directory: string, record: RunRecord, held?: RunLock): RunLock {
  const lock = held ?? takeDirectory(directory);
  try {
    writeRecord(directory, record);
    return lock;
  } catch (error) {
    leave(directory, record.request.run);
    lock.release();
    throw error;
  }
}

/** Waits until an input that is written to from now on gets another time than it has. */
async function untilTimesTell(newestMs: number): Promise<void> {
  const waitMs = newestMs + CLOCK_TICK_MS - Date.now();
  if (waitMs > 0) await pause(Math.min(waitMs, CLOCK_TICK_MS));
}

/** In order of time, and not to be met twice: `20261123T201500-3f9a1c`. */
export function newRunId(): string {
  const time = new Date().toISOString().slice(0, 19).replace(/[-:]/g, '');
  return `${time}-${randomBytes(3).toString('hex')}`;
}
