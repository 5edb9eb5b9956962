/** The directory of a run's result: taken for one run, and tidy after it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { MANIFEST_NAME, planKey, REJECTS_NAME } from '../../core/keys.ts';
import { canBeRedriven, type Manifest } from '../../core/manifest.ts';
import { FanfoldError } from '../../errors.ts';
import { WORKING_DIRECTORY } from './directory-keys.ts';
import { directoryError } from './file-store.ts';
import { systemCode } from './file-version.ts';
import { LOCK_FOLDER, lockRun, type RunLock, workingIn } from './run-lock.ts';
import { RECORD_NAME } from './run-record.ts';

/** What a publication that lost to a cancel or a deadline may leave behind. */
const RESULT_NAME = /^part-\d{5}\./;

/** What keeps a run from writing to `directory`, told with what to do; undefined when nothing does. */
export function outputProblem(directory: string, given: string): string | undefined {
  try {
    const names = readdirSync(directory);
    if (names.length === 0) return undefined;
    return `--out ${given} ${contentOf(directory, names)}choose a directory that is empty or does not exist, or remove it yourself`;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    if (systemCode(error) === 'ENOTDIR') return `--out ${given} is not a directory: choose another`;
    return `--out ${given} cannot be used (${error instanceof Error ? error.message : error}): choose another`;
  }
}

function contentOf(directory: string, names: readonly string[]): string {
  if (names.includes(MANIFEST_NAME)) return 'holds a result already: ';
  if (!names.includes(WORKING_DIRECTORY)) return `is not empty (${names[0]}): `;
  const working = workingIn(directory);
  if (working !== undefined) return `is written to by the process ${working.pid}: `;
  return 'holds a run that has not ended: go on with it with --resume, ';
}

/**
 * Makes the directory and takes it: making the working directory in it succeeds once.
 *
 * @throws FANFOLD_OUTPUT_EXISTS when somebody else was faster
 */
export function takeDirectory(directory: string): RunLock {
  try {
    mkdirSync(directory, { recursive: true });
    mkdirSync(join(directory, WORKING_DIRECTORY));
  } catch (error) {
    throw systemCode(error) === 'EEXIST' ? taken(directory, error) : directoryError(error, directory);
  }
  if (readdirSync(directory).length === 1) return lockRun(directory);
  rmdirSync(join(directory, WORKING_DIRECTORY));
  throw taken(directory);
}

function taken(directory: string, cause?: unknown): FanfoldError {
  return new FanfoldError('FANFOLD_OUTPUT_EXISTS', `${directory} holds something already`, {
    fix: 'Choose a directory that is empty or does not exist.',
    cause,
  });
}

export function readManifest(directory: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, MANIFEST_NAME), 'utf8')) as Manifest; // written by a run of ours
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Leaves the manifest and what it lists. Of a planned run without its whole result also the plan and the partials, from
 * which a redrive goes on; without a manifest nothing, and then not even the directory.
 */
export function tidy(directory: string, manifest: Manifest | undefined): void {
  const listed = new Set(manifest?.results.map(({ path }) => path));
  if (manifest?.rejects !== undefined) listed.add(manifest.rejects.path);
  removeResults(directory, listed);
  if (manifest !== undefined && canBeRedriven(manifest)) return keepRun(directory);
  const working = join(directory, WORKING_DIRECTORY);
  // The record goes last: a process that is killed here is followed by one that knows what has ended.
  removeBut(working, [RECORD_NAME, LOCK_FOLDER]);
  rmSync(working, { recursive: true, force: true });
  if (manifest === undefined && readdirSync(directory).length === 0) rmdirSync(directory);
}

/** Parts and rejects, but for those that are listed. */
export function removeResults(directory: string, listed: ReadonlySet<string> = new Set()): void {
  for (const name of readdirSync(directory)) {
    const own = RESULT_NAME.test(name) || name === REJECTS_NAME;
    if (own && !listed.has(name)) rmSync(join(directory, name), { force: true });
  }
}

/** Leaves what another process can go on from. */
export function keepRun(directory: string): void {
  removeBut(join(directory, WORKING_DIRECTORY), ['runs', 'watch', RECORD_NAME, LOCK_FOLDER]);
}

/** Leaves the working directory as it is when a run has just taken it. */
export function vacate(directory: string): void {
  removeBut(join(directory, WORKING_DIRECTORY), [LOCK_FOLDER]);
}

export function removeBut(folder: string, kept: readonly string[]): void {
  for (const name of readdirSync(folder)) {
    if (!kept.includes(name)) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

export const manifestPath = (directory: string) => resolve(directory, MANIFEST_NAME);

/** After an error that matters more than what is left over: a planned run can be gone on with, of another nothing stays. */
export function leave(directory: string, run: string): void {
  try {
    if (existsSync(join(directory, WORKING_DIRECTORY, planKey(run)))) keepRun(directory);
    else tidy(directory, undefined);
  } catch {
    // the directory itself is what failed
  }
}
