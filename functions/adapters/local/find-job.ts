/** Which file a job is in: a path, or a name looked up in `jobs/` here, then among fanfold's own examples. */
import { statSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { FanfoldError } from '../../errors.ts';
import { type JobFile, listJobs } from './list-jobs.ts';

/**
 * @param given a path, or the name of a job
 * @throws FANFOLD_JOB_INVALID telling which jobs there are, or what is wrong with the files of `jobs/`
 */
export async function findJob(given: string, cwd: string): Promise<string> {
  const path = resolve(cwd, given);
  if (/^\.[cm]?[jt]s$/.test(extname(given)) || /[\\/]/.test(given)) {
    if (statSync(path, { throwIfNoEntry: false })?.isFile()) return path;
    throw unknown(`There is no job file ${given}`, await listJobs(cwd).catch(() => []));
  }
  const jobs = await listJobs(cwd);
  const found = jobs.find(({ name }) => name === given);
  if (found !== undefined) return found.file;
  throw unknown(`There is no job ${given}`, jobs);
}

function unknown(what: string, jobs: readonly JobFile[]): FanfoldError {
  const names = jobs.map(({ name }) => name).join(', ');
  return new FanfoldError('FANFOLD_JOB_INVALID', what, {
    fix: `Give the path of a job file${names === '' ? '' : `, or one of: ${names}`}.`,
  });
}
