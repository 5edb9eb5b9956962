/** The directory of a run's result: taken for one run, and tidy after it. */
import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { REJECTS_NAME } from '../../core/keys.ts';
import type { Manifest } from '../../core/manifest.ts';
import { FanfoldError } from '../../errors.ts';
import { WORKING_DIRECTORY } from './directory-keys.ts';
import { systemCode } from './file-version.ts';

const MANIFEST_NAME = 'manifest.json';
/** What a publication that lost to a cancel or a deadline may leave behind. */
const RESULT_NAME = /^part-\d{5}\./;

/** What keeps a run from writing to `directory`, told with what to do; undefined when nothing does. */
export function outputProblem(directory: string, given: string): string | undefined {
  try {
    const names = readdirSync(directory);
    if (names.length === 0) return undefined;
    const holds = names.includes(MANIFEST_NAME)
      ? 'holds a result already'
      : names.includes(WORKING_DIRECTORY)
        ? 'holds a run that has not ended'
        : `is not empty (${names[0]})`;
    return `--out ${given} ${holds}: choose a directory that is empty or does not exist, or remove it yourself`;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    if (systemCode(error) === 'ENOTDIR') return `--out ${given} is not a directory: choose another`;
    return `--out ${given} cannot be used (${error instanceof Error ? error.message : error}): choose another`;
  }
}

/**
 * Makes the directory and takes it. The working directory in it is the lock: making one succeeds once.
 *
 * @throws FANFOLD_OUTPUT_EXISTS when somebody else was faster
 */
export function takeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true });
    mkdirSync(join(directory, WORKING_DIRECTORY));
  } catch (error) {
    if (systemCode(error) === 'EEXIST') throw taken(directory, error);
    throw new FanfoldError(
      'FANFOLD_STORE_UNAVAILABLE',
      `The directory ${directory} cannot be made: ${error instanceof Error ? error.message : error}`,
      {
        fix: 'Choose a directory that you may write to with --out.',
        cause: error,
      },
    );
  }
  if (readdirSync(directory).length === 1) return;
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
    return JSON.parse(readFileSync(join(directory, MANIFEST_NAME), 'utf8')) as Manifest; // written by this very run
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Leaves the manifest and what it lists; without a manifest nothing, and then not even the directory. */
export function tidy(directory: string, manifest: Manifest | undefined): void {
  const listed = new Set(manifest?.results.map(({ path }) => path));
  if (manifest?.rejects !== undefined) listed.add(manifest.rejects.path);
  for (const name of readdirSync(directory)) {
    const own = RESULT_NAME.test(name) || name === REJECTS_NAME;
    if (own && !listed.has(name)) rmSync(join(directory, name), { force: true });
  }
  rmSync(join(directory, WORKING_DIRECTORY), { recursive: true, force: true });
  if (manifest === undefined && readdirSync(directory).length === 0) rmdirSync(directory);
}

export const manifestPath = (directory: string) => resolve(directory, MANIFEST_NAME);
