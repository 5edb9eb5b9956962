/** A run on this machine: the stations of the pipeline over a directory, an in-memory queue and threads. */
import type { Manifest } from '../../core/manifest.ts';
import { FanfoldError } from '../../errors.ts';
import { resolveParams } from '../../params.ts';
import { type BegunRun, beginRun } from './begin-run.ts';
import { Engine } from './engine.ts';
import { type LoadedJob, loadJob } from './load-job.ts';
import { type LocalRunOptions, type PreparedRun, prepareRun } from './prepare-run.ts';
import { leave, readManifest, tidy } from './run-directory.ts';
import { type StartedThread, warmThreads } from './start-thread.ts';
import { takeUp } from './take-up.ts';

export type { LocalRunOptions } from './prepare-run.ts';
export type { Progress } from './progress.ts';

export interface LocalRun {
  readonly manifest: Manifest;
  /** Absolute path of the directory with the result. */
  readonly out: string;
  /** The run that was to be gone on with had ended already. */
  readonly over?: true;
}

/**
 * Runs a job over files, with the same splitter, workers, aggregator and watcher as on AWS, and resolves when the run has
 * ended, however it did: look at `manifest.state`.
 *
 * @throws FANFOLD_USAGE naming all that is wrong with the options, FANFOLD_JOB_INVALID, FANFOLD_PARAM_INVALID: nothing
 * was written. FANFOLD_OUTPUT_UNWRITABLE when the directory cannot be written to any more, as on a full disk, and
 * FANFOLD_CANCELLED when `signal` is aborted before the end; what is done stays there, and `resume` goes on from it.
 * @example
 * ```ts
 * const { manifest, out } = await runLocal({ jobFile: 'word-count', inputs: ['docs'], out: 'counts' });
 * manifest.state; // → 'succeeded'
 * ```
 */
export async function runLocal(options: LocalRunOptions): Promise<LocalRun> {
  const prepared = await prepareRun(options);
  const { problems } = prepared;
  if (problems.length === 0) return runPrepared(prepared);
  throw new FanfoldError('FANFOLD_USAGE', problems.join('; '), { fix: 'Correct the options.' });
}

/** What is begun before the engine is loaded. */
export interface Begun {
  readonly threads?: readonly StartedThread[];
  readonly job?: Promise<LoadedJob>;
}

/** Runs what `prepareRun` found no problems with. */
export function runPrepared(prepared: PreparedRun, begun: Begun = {}): Promise<LocalRun> {
  const step = async (engine: Engine, loaded: LoadedJob): Promise<LocalRun> => {
    const { options } = prepared;
    options.onLoaded?.();
    resolveParams(loaded.job.params, options.params ?? {}); // the splitter does it for real: here, before anything is written
    const found = options.resume ? await takeUp(prepared, loaded) : undefined;
    if (found !== undefined && 'manifest' in found)
      return { manifest: found.manifest, out: found.directory, over: true };
    return carryOut(engine, loaded, await beginRun(prepared, loaded, found), options);
  };
  const threads = begun.threads ?? warmThreads(prepared.threads, prepared.inputs.bytes);
  return withEngine(prepared, step, { ...begun, threads });
}

/** An engine whose threads start while the job is loaded, and both put away when the step is done. */
export async function withEngine<T>(
  { threads, jobFile }: Pick<PreparedRun, 'threads' | 'jobFile'>,
  step: (engine: Engine, loaded: LoadedJob) => Promise<T>,
  begun: Begun = {},
): Promise<T> {
  const engine = new Engine(threads, begun.threads);
  let loaded: LoadedJob | undefined;
  try {
    loaded = await (begun.job ?? loadJob(jobFile));
    return await step(engine, loaded);
  } finally {
    await engine.close();
    loaded?.dispose();
  }
}

export async function carryOut(
  engine: Engine,
  loaded: LoadedJob,
  begun: BegunRun,
  { signal, onProgress = () => {}, watchEveryMs }: Pick<LocalRunOptions, 'signal' | 'onProgress' | 'watchEveryMs'>,
): Promise<LocalRun> {
  const { lock, ...run } = begun;
  const { directory } = run.store;
  try {
    const manifest = await engine.carryOut({
      ...run,
      loaded,
      signal,
      onProgress,
      ...(watchEveryMs === undefined ? {} : { watchEveryMs }),
    });
    await engine.close(); // a thread that still writes would write into what is tidied away
    tidy(directory, manifest);
    return { manifest, out: directory };
  } catch (error) {
    await engine.close();
    // An end that was written while the run was interrupted is its end all the same.
    const manifest = signal?.aborted ? readManifest(directory) : undefined;
    if (manifest === undefined) {
      leave(directory, run.request.run);
      throw error;
    }
    tidy(directory, manifest);
    return { manifest, out: directory };
  } finally {
    lock.release();
  }
}
