/** Which jobs there are: those of `jobs/` here, and fanfold's own examples. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, extname, join, relative } from 'node:path';
import { FanfoldError } from '../../errors.ts';
import { JOB_FILE } from '../../limits.ts';
import { builtJobsFolder, packageFolder } from './package-folder.ts';

export interface JobFile {
  readonly name: string;
  readonly file: string;
  /** The first line of its doc comment, if it has one. */
  readonly about: string;
}

/**
 * The jobs of `jobs/` in `cwd`, then the examples whose names are not taken. Each list in order of file.
 *
 * @throws FANFOLD_JOB_INVALID telling every file whose default export is no job, and jobs of one name
 */
export async function listJobs(cwd: string): Promise<JobFile[]> {
  const here = await jobsIn(join(cwd, 'jobs'), cwd);
  const names = new Set(here.map(({ name }) => name));
  const built = existsSync(builtJobsFolder) && !import.meta.url.endsWith('.ts');
  const examples = await jobsIn(built ? builtJobsFolder : join(packageFolder, 'jobs'), cwd);
  return [...here, ...examples.filter(({ name }) => !names.has(name))];
}

async function jobsIn(folder: string, cwd: string): Promise<JobFile[]> {
  if (!existsSync(folder)) return [];
  const wrong: string[] = [];
  const tried = async (job: JobFile) => {
    const name = await nameOf(job.file).catch((error: unknown) => {
      if (!(error instanceof FanfoldError)) throw error;
      wrong.push(error.message);
    });
    return name === undefined ? [] : [{ ...job, name }];
  };
  const files = readdirSync(folder).filter((file) => JOB_FILE.test(file));
  const said = files.sort().flatMap((file) => describe(join(folder, file)) ?? []);
  const jobs: JobFile[] = [];
  for (const { certain, job } of said) {
    // What looks like another job's name may be something else that has one.
    const same = said.some((other) => other.job.name === job.name && other.job.file !== job.file);
    jobs.push(...(certain && !same ? [job] : await tried(job)));
  }
  for (const [i, job] of jobs.entries()) {
    const same = jobs.slice(0, i).find(({ name }) => name === job.name);
    const files = [same, job].map((one) => one && relative(cwd, one.file));
    if (same !== undefined) wrong.push(`${files.join(' and ')} both define the job ${job.name}`);
  }
  if (wrong.length === 0) return jobs;
  throw new FanfoldError(
    'FANFOLD_JOB_INVALID',
    `The jobs in ${relative(cwd, folder)} are not right: ${wrong.join('; ')}`,
    {
      fix: 'Correct the files. What jobs share has no default export.',
    },
  );
}

const DEFAULT_EXPORT =
  /^[ \t]*export\s+default\b|\bexport\s*\{[^}]*(?:\bas\s+default\b|\bdefault\s*[,}])|\bmodule\.exports\b|\bexports\.default\b/m;

/** What the file says of itself, read and not run: a list must not depend on every job being in order. */
function describe(file: string): { job: JobFile; certain: boolean } | undefined {
  const text = readFileSync(file, 'utf8');
  if (!DEFAULT_EXPORT.test(text)) return undefined; // shared by jobs
  const [, about = ''] = /\/\*\*\s*(?:\*\s*)?([^\n]*?)\s*(?:\*\/|\n)/.exec(text) ?? [];
  const [, name = basename(file, extname(file))] = /\bname:\s*['"`]([a-z][a-z0-9-]*)['"`]/.exec(text) ?? [];
  return { job: { name, file, about }, certain: /\b(defineJob|aggregate|sorted)\b/.test(text) };
}

async function nameOf(file: string): Promise<string> {
  const { loadJob } = await import('./load-job.ts'); // rarely needed to tell a name
  const { job, dispose } = await loadJob(file);
  dispose();
  return job.name;
}
