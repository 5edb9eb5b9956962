/** A run on this machine: the stations of the pipeline over a directory, an in-memory queue and worker threads. */
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Manifest } from '../../core/manifest.ts';
import type { RunRequest } from '../../core/messages.ts';
import { FanfoldError } from '../../errors.ts';
import { resolveParams } from '../../params.ts';
import { Engine } from './engine.ts';
import { INPUT_BUCKET } from './file-store.ts';
import { loadJob } from './load-job.ts';
import { type LocalRunOptions, type PreparedRun, prepareRun } from './prepare-run.ts';
import { takeDirectory, tidy } from './run-directory.ts';

export type { LocalRunOptions } from './prepare-run.ts';
export type { Progress } from './progress.ts';

export interface LocalRun {
  readonly manifest: Manifest;
  /** Absolute path of the directory with the result. */
  readonly out: string;
}

/** File systems stamp files with a clock that ticks: a second write within one tick would not show. Linux: 1 to 10 ms. */
const CLOCK_TICK_MS = 20;
/** Short enough for progress to be seen and for threads to end together, long enough that combining pays. */
const CHUNK_BYTES_MAX = 16 * 1024 * 1024;
const CHUNK_BYTES_MIN = 256 * 1024;
const CHUNKS_PER_THREAD = 4;

/**
 * Runs a job over files, with the same splitter, workers, aggregator and watcher as on AWS, and resolves when the run has
 * ended, however it did: look at `manifest.state`.
 *
 * @throws FANFOLD_USAGE naming all that is wrong with the options, FANFOLD_JOB_INVALID, FANFOLD_PARAM_INVALID: nothing
 * was written. FANFOLD_STORE_UNAVAILABLE when not even a manifest can be written, as on a full disk.
 * @example
 * ```ts
 * const { manifest, out } = await runLocal({ jobFile: 'word-count', inputs: ['docs'], out: 'counts' });
 * manifest.state; // → 'succeeded'
 * ```
 */
export async function runLocal(options: LocalRunOptions): Promise<LocalRun> {
  const prepared = prepareRun(options);
  const { problems } = prepared;
  if (problems.length === 0) return runPrepared(prepared);
  throw new FanfoldError('FANFOLD_USAGE', problems.join('; '), { fix: 'Correct the options.' });
}

/** Runs what `prepareRun` found no problems with. */
export async function runPrepared({ options, cwd, threads, inputs, jobFile }: PreparedRun): Promise<LocalRun> {
  const engine = new Engine(threads);
  const loaded = await loadJob(jobFile).catch(async (error: unknown) => {
    await engine.close();
    throw error;
  });
  const { job } = loaded;
  try {
    resolveParams(job.params, options.params ?? {}); // the splitter does it for real: here, before anything is written
    await untilTimesTell(inputs.newestMs);
    const run = newRunId();
    const directory = resolve(cwd, options.out ?? join('fanfold-out', job.name, run));
    const request: RunRequest = {
      kind: 'run',
      run,
      job: job.name,
      inputs: inputs.paths.map((key) => ({ bucket: INPUT_BUCKET, key })),
      params: options.params ?? {},
      chunkBytes: options.chunkBytes ?? chunkBytesFor(inputs.bytes, threads),
      ...(options.groupSize === undefined ? {} : { groupSize: options.groupSize }),
      requestedAtMs: Date.now(),
    };
    takeDirectory(directory);
    const { signal, onProgress = () => {} } = options;
    const store = { base: cwd, directory, job: job.name, run };
    const manifest = await engine
      .carryOut({ request, store, loaded, inputBytes: inputs.bytes, signal, onProgress })
      .catch(async (error: unknown) => {
        await engine.close();
        tidyIfPossible(directory);
        throw error;
      });
    await engine.close(); // a thread that still writes would write into what is tidied away
    tidy(directory, manifest);
    return { manifest, out: directory };
  } finally {
    await engine.close();
    loaded.dispose();
  }
}

/** After an error that matters more than what is left over. */
function tidyIfPossible(directory: string): void {
  try {
    tidy(directory, undefined);
  } catch {
    // the directory itself is what failed
  }
}

/**
 * At least two chunks where the input can be cut, so that a job that only works on a whole shows; else enough of them to
 * keep all threads busy.
 */
function chunkBytesFor(inputBytes: number, threads: number): number {
  const even = Math.ceil(inputBytes / (threads * CHUNKS_PER_THREAD));
  const bounded = Math.min(CHUNK_BYTES_MAX, Math.max(CHUNK_BYTES_MIN, even));
  return Math.max(1, Math.min(bounded, Math.ceil(inputBytes / 2)));
}

/** Waits until an input that is written to from now on gets another time than it has. */
async function untilTimesTell(newestMs: number): Promise<void> {
  const waitMs = newestMs + CLOCK_TICK_MS - Date.now();
  if (waitMs > 0) await pause(Math.min(waitMs, CLOCK_TICK_MS));
}

/** In order of time, and not to be met twice: `20261123T201500-3f9a1c`. */
function newRunId(): string {
  const time = new Date().toISOString().slice(0, 19).replace(/[-:]/g, '');
  return `${time}-${randomBytes(3).toString('hex')}`;
}
