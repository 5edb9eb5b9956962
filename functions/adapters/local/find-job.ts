/** Which file a job is in: a path, or a name looked up in `jobs/` here, then among fanfold's own examples. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FanfoldError } from '../../errors.ts';

export interface JobFile {
  readonly name: string;
  readonly file: string;
  /** The first line of its doc comment, if it has one. */
  readonly about: string;
}

const EXTENSIONS = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'];

/** This package, seen from the sources (functions/adapters/local) or from what is built of them (dist). */
export const packageFolder = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../../' : '../', import.meta.url),
);
/** Examples as built, ready to be imported. */
export const builtJobsFolder = join(packageFolder, 'dist', 'jobs');

/**
 * @param given a path, or the name of a job
 * @throws FANFOLD_JOB_INVALID telling which jobs there are
 */
export function findJob(given: string, cwd: string): string {
  const path = resolve(cwd, given);
  if (EXTENSIONS.includes(extname(given)) || /[\\/]/.test(given)) {
    if (statSync(path, { throwIfNoEntry: false })?.isFile()) return path;
    throw unknown(`There is no job file ${given}`, cwd);
  }
  const found = listJobs(cwd).find(({ name }) => name === given);
  if (found !== undefined) return found.file;
  throw unknown(`There is no job ${given}`, cwd);
}

function unknown(what: string, cwd: string): FanfoldError {
  const names = listJobs(cwd).map(({ name }) => name);
  return new FanfoldError('FANFOLD_JOB_INVALID', what, {
    fix: `Give the path of a job file, or one of: ${names.join(', ') || '(there are none in jobs/)'}.`,
  });
}

/** The jobs of `jobs/` in `cwd`, then the examples whose names are not taken. Each list in order of name. */
export function listJobs(cwd: string): JobFile[] {
  const here = jobsIn(join(cwd, 'jobs'));
  const names = new Set(here.map(({ name }) => name));
  const sources = jobsIn(join(packageFolder, 'jobs'));
  const examples = existsSync(builtJobsFolder) && !import.meta.url.endsWith('.ts') ? jobsIn(builtJobsFolder) : sources;
  return [...here, ...examples.filter(({ name }) => !names.has(name))];
}

function jobsIn(folder: string): JobFile[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => EXTENSIONS.includes(extname(file)) && !/\.(d|test)\.[cm]?ts$/.test(file))
    .sort()
    .map((file) => describe(join(folder, file)))
    .filter((job) => job !== undefined);
}

/** What the file says of itself, read and not run: a list must not depend on every job being in order. */
function describe(file: string): JobFile | undefined {
  const text = readFileSync(file, 'utf8');
  const [, about = ''] = /\/\*\*\s*(?:\*\s*)?([^\n]*?)\s*(?:\*\/|\n)/.exec(text) ?? [];
  const [, name = basename(file, extname(file))] = /\bname:\s*['"`]([a-z][a-z0-9-]*)['"`]/.exec(text) ?? [];
  return /\b(defineJob|aggregate|sorted)\b/.test(text) ? { name, file, about } : undefined;
}
