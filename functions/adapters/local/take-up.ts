/** `--resume`: finds a run that was interrupted, or whose process was killed, and makes sure that going on with it is the same run. */
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Manifest } from '../../core/manifest.ts';
import type { Plan } from '../../core/plan.ts';
import { FanfoldError } from '../../errors.ts';
import { resolveParams } from '../../params.ts';
import { type Found, lookThrough } from '../../watcher/mend.ts';
import { discardDamaged } from './damaged-run.ts';
import { RESULTS_FOLDER, WORKING_DIRECTORY } from './directory-keys.ts';
import type { FileStoreOptions } from './file-store.ts';
import type { LoadedJob } from './load-job.ts';
import { localServices } from './local-services.ts';
import type { PreparedRun } from './prepare-run.ts';
import { thisPlace } from './process-identity.ts';
import { keepRun, manifestPath, outputProblem, readManifest, tidy, vacate } from './run-directory.ts';
import { lockRun, type RunLock, workingIn } from './run-lock.ts';
import { type RunRecord, readRecord } from './run-record.ts';
import { checkInputs, readWholePlan } from './same-inputs.ts';

/** A directory that is ours. Without a run in it, one may begin there. */
export interface TakenUp {
  readonly directory: string;
  readonly lock: RunLock;
  readonly run?: UnendedRun;
}

/** A planned run that goes on. */
interface UnendedRun {
  readonly record: RunRecord;
  readonly store: FileStoreOptions;
  readonly plan: Plan;
  readonly found: Found;
}

/** The run had ended, and only its process was killed. */
export interface Over {
  readonly directory: string;
  readonly manifest: Manifest;
}

/**
 * Undefined where there is nothing to go on with.
 *
 * @throws FANFOLD_INPUT_CHANGED, FANFOLD_CODE_CHANGED or FANFOLD_USAGE where it would be another run than the one that was begun
 */
export async function takeUp(prepared: PreparedRun, loaded: LoadedJob): Promise<TakenUp | Over | undefined> {
  const { options, cwd } = prepared;
  const given = options.out === undefined ? undefined : resolve(cwd, options.out);
  const directory = given ?? newestUnended(join(cwd, RESULTS_FOLDER, loaded.job.name));
  if (directory === undefined) return undefined;
  if (!existsSync(join(directory, WORKING_DIRECTORY))) {
    const problem = outputProblem(directory, options.out ?? directory);
    if (problem === undefined) return undefined;
    throw new FanfoldError('FANFOLD_OUTPUT_EXISTS', problem, { fix: 'There is no run in it to go on with.' });
  }
  const lock = lockRun(directory);
  try {
    const record = readRecord(directory);
    if (record !== undefined) checkSame(record, prepared, loaded);
    const manifest = readManifest(directory);
    if (manifest !== undefined) {
      tidy(directory, manifest);
      lock.release();
      return { directory, manifest };
    }
    const run = record === undefined ? undefined : await unendedRun(directory, record, lock, loaded);
    if (run === undefined) vacate(directory);
    else keepRun(directory);
    return { directory, lock, ...(run === undefined ? {} : { run }) };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** The last begun of those that have no manifest, and that nobody works on unless there is no other. */
function newestUnended(folder: string): string | undefined {
  const names = existsSync(folder) ? readdirSync(folder).sort().reverse() : [];
  const unended = names
    .map((name) => join(folder, name))
    .filter((directory) => existsSync(join(directory, WORKING_DIRECTORY)) && !existsSync(manifestPath(directory)));
  return unended.find((directory) => workingIn(directory) === undefined) ?? unended[0];
}

/** Undefined when it was not planned yet: then nothing was done. */
async function unendedRun(
  directory: string,
  record: RunRecord,
  lock: RunLock,
  { job, code }: LoadedJob,
): Promise<UnendedRun | undefined> {
  const { request, base, earlier } = record;
  const store: FileStoreOptions = { base, directory, job: job.name, run: request.run, earlier };
  const services = localServices(store, { job, digest: code.digest }, async () => {});
  const whole = await readWholePlan(services, request.run);
  if (whole === undefined) return undefined;
  await checkInputs(services, whole.pages);
  if (lock.before?.place !== thisPlace()) await discardDamaged(services, directory, whole.plan);
  return { record, store, plan: whole.plan, found: await lookThrough(services, whole.plan, Number.POSITIVE_INFINITY) };
}

/** The command must ask for the run that was begun. */
function checkSame({ request, digest, base }: RunRecord, prepared: PreparedRun, { job, code }: LoadedJob): void {
  const { options, cwd, inputs } = prepared;
  if (digest !== code.digest && request.job === job.name) throw codeChanged(job.name);
  const wrong: string[] = [];
  if (request.redrive !== undefined) wrong.push('it is a redrive, which fanfold redrive <directory> goes on from');
  if (request.job !== job.name) wrong.push(`it is a run of the job ${request.job}`);
  else if (
    canonical(resolveParams(job.params, options.params ?? {})) !== canonical(resolveParams(job.params, request.params))
  )
    wrong.push(`it has the parameters ${JSON.stringify(request.params)}`);
  if ((request.bisect ?? false) !== (options.bisect ?? false)) {
    wrong.push(`it was begun ${request.bisect ? 'with' : 'without'} --bisect`);
  }
  for (const name of ['chunkBytes', 'groupSize', 'partitions'] as const) {
    if (options[name] !== undefined && options[name] !== request[name]) wrong.push(`its ${name} is ${request[name]}`);
  }
  if (wrong.length > 0) {
    throw new FanfoldError('FANFOLD_USAGE', `The run that was begun is another: ${wrong.join('; ')}`, {
      fix: 'Give the command with which it was begun, or choose another directory with --out.',
    });
  }
  const begun = request.inputs.map((input) => ('key' in input ? resolve(base, input.key) : ''));
  const now = inputs.paths.map((path) => resolve(cwd, path));
  const at = begun.findIndex((path, i) => path !== now[i]);
  if (at < 0 && begun.length === now.length) return;
  throw otherInputs(begun[at], now[at < 0 ? begun.length : at]);
}

const canonical = (params: object) => JSON.stringify(Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1)));

function codeChanged(job: string): FanfoldError {
  return new FanfoldError('FANFOLD_CODE_CHANGED', `The run was begun with other code of the job ${job}`, {
    fix: 'Take back the code; or begin anew in another directory with --out; or take over what is done with fanfold redrive <directory> --accept-code.',
  });
}

function otherInputs(begun: string | undefined, now: string | undefined): FanfoldError {
  const there = begun === undefined ? 'nothing more' : begun;
  const here = now === undefined ? 'nothing more' : now;
  return new FanfoldError(
    'FANFOLD_INPUT_CHANGED',
    `The run was begun with other inputs: with ${there}, where now comes ${here}`,
    {
      fix: 'Give the inputs with which it was begun, or begin anew in another directory with --out.',
    },
  );
}
