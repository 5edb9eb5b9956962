/** A redrive on this machine: a new run in a directory of its own, that adopts what one in another directory has done. */
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { canBeRedriven } from '../../core/manifest.ts';
import type { Redrive, RunRequest } from '../../core/messages.ts';
import { FanfoldError } from '../../errors.ts';
import { otherCode } from '../../protocol/code-changed.ts';
import { newRunId, takeFor } from './begin-run.ts';
import { RESULTS_FOLDER } from './directory-keys.ts';
import type { LoadedJob } from './load-job.ts';
import { localServices } from './local-services.ts';
import { type LocalRunOptions, WORKERS_MAX, wholeNumberProblem } from './prepare-run.ts';
import { outputProblem, readManifest } from './run-directory.ts';
import { carryOut, type LocalRun, withEngine } from './run-local.ts';
import { workingIn } from './run-lock.ts';
import { type RunRecord, readRecord } from './run-record.ts';
import { readWholePlan } from './same-inputs.ts';

export interface LocalRedriveOptions
  extends Pick<
    LocalRunOptions,
    'out' | 'workers' | 'bisect' | 'cwd' | 'signal' | 'onLoaded' | 'onProgress' | 'watchEveryMs'
  > {
  /** The directory of the run that is gone on from. */
  readonly from: string;
  /** Adopts also what other code of the job has made. @default false */
  readonly acceptCode?: boolean;
}

/**
 * Goes on from a local run that ended without its whole result, or whose process was killed. That run stays as it is.
 *
 * @throws FANFOLD_USAGE, FANFOLD_OUTPUT_EXISTS, FANFOLD_CODE_CHANGED: nothing was written
 */
export async function redriveLocal(options: LocalRedriveOptions): Promise<LocalRun> {
  const cwd = resolve(options.cwd ?? '.');
  const from = resolve(cwd, options.from);
  const record = redrivable(from, options.from);
  const wrong = wholeNumberProblem('workers', options.workers, 1, WORKERS_MAX) ?? takenProblem(cwd, options.out);
  if (wrong !== undefined) throw new FanfoldError('FANFOLD_USAGE', wrong, { fix: 'Correct the options.' });
  const { jobFile } = record;
  const threads = options.workers ?? availableParallelism();
  return withEngine({ threads, jobFile }, async (engine, loaded) => {
    options.onLoaded?.();
    const begun = await begin(record, loaded, from, { ...options, cwd });
    return carryOut(engine, loaded, begun, options);
  });
}

const takenProblem = (cwd: string, out: string | undefined) =>
  out === undefined ? undefined : outputProblem(resolve(cwd, out), out);

/** What the earlier run was asked for. */
function redrivable(directory: string, given: string): RunRecord {
  const working = workingIn(directory);
  if (working !== undefined) throw unfit(`The process ${working.pid} works in ${given}`, 'Wait for it, or end it.');
  const manifest = readManifest(directory);
  const record = readRecord(directory);
  if (record !== undefined && (manifest === undefined || canBeRedriven(manifest))) return record;
  if (manifest?.state === 'succeeded') throw unfit(`${given} holds a whole result`, 'There is nothing to do again.');
  const fix = 'Name the directory of a run that was planned and did not succeed whole, or start it again.';
  throw unfit(`${given} holds no run that can be gone on from`, fix);
}

async function begin(
  record: RunRecord,
  loaded: LoadedJob,
  from: string,
  { cwd, out, acceptCode, bisect }: LocalRedriveOptions & { readonly cwd: string },
) {
  const { job, code } = loaded;
  const { base } = record;
  const earlier = [{ run: record.request.run, directory: from }, ...record.earlier];
  const there = { base, directory: from, job: job.name, run: record.request.run };
  const services = localServices(there, { job, digest: code.digest }, async () => {});
  const whole = await readWholePlan(services, there.run);
  if (whole === undefined) throw unfit(`The run in ${from} was not planned`, 'Start it again.');
  // The splitter refuses it for real: here, before anything is written.
  if (whole.plan.digest !== code.digest && !acceptCode) throw otherCode(whole.plan, code.digest);
  const run = newRunId();
  const directory = resolve(cwd, out ?? join(RESULTS_FOLDER, job.name, run));
  const redrive: Redrive = { run: there.run, ...(acceptCode ? { acceptCode } : {}) };
  const request: RunRequest = {
    ...{ kind: 'run', run, job: job.name, inputs: [], params: {}, redrive },
    ...(bisect ? { bisect } : {}),
    requestedAtMs: Date.now(),
  };
  const lock = takeFor(directory, { ...record, request, digest: code.digest, earlier });
  const store = { base, directory, job: job.name, run, earlier };
  return { request, store, inputBytes: whole.plan.totals.bytes, lock };
}

const unfit = (what: string, fix: string) => new FanfoldError('FANFOLD_USAGE', what, { fix });
