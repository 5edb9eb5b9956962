/** Jobs and handlers into what Lambda runs: one small ES module a function, made when the stack is synthesised. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, type BuildResult, buildSync } from 'esbuild';
import { JOB_FILE } from '../functions/limits.ts';
import { probeJobs } from './probe-jobs.ts';

export const STATIONS = ['splitter', 'worker', 'aggregator', 'watcher'] as const;
export type Station = (typeof STATIONS)[number];

/** A job file with what is known of it. */
export interface BundledJob {
  readonly file: string;
  readonly name: string;
  /** SHA-256 of the job's code with all it imports, and of fanfold's version: other code is another job to a run. */
  readonly digest: string;
}

/** Thrown with all that is wrong, as sentences. */
export class BundleError extends Error {
  readonly wrong: readonly string[];

  constructor(wrong: readonly string[]) {
    super(wrong.join('\n'));
    this.wrong = wrong;
  }
}

/** The files that `jobs` means, in byte order. @throws BundleError when there is none */
export function findJobFiles(jobs: string, directory = process.cwd()): string[] {
  const path = resolve(directory, jobs);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) {
    const fix = '`jobs` is a path from the directory that cdk runs in';
    throw new BundleError([`there is no job file or folder ${path}; ${fix}`]);
  }
  if (!found.isDirectory()) return [path];
  const names = readdirSync(path).filter((name) => JOB_FILE.test(name));
  if (names.length === 0) throw new BundleError([`the folder ${path} holds no job file (*.ts, *.mts, *.js, *.mjs, …)`]);
  return names.sort().map((name) => join(path, name));
}

/**
 * Each file's job, with its digest; a file without a default export is none, but what jobs share.
 *
 * @throws BundleError naming every file whose default export is not a job, and jobs of one name, or that there is no job
 */
export function bundleJobs(files: readonly string[]): BundledJob[] {
  const codes = files.map((file) => bundleText(file, { entryPoints: [file] }));
  const probes = probeJobs(codes);
  const { version }: { version: string } = JSON.parse(readFileSync(locate('package.json', '../package.json'), 'utf8'));
  const wrong: string[] = [];
  const jobs: BundledJob[] = [];
  for (const [i, file] of files.entries()) {
    const probe = probes[i];
    if (probe?.shared) continue;
    const digest = createHash('sha256')
      .update(`fanfold ${version}\n`)
      .update(codes[i] ?? '')
      .digest('hex');
    const same = jobs.find((job) => job.name === probe?.name);
    if (probe?.name === undefined) wrong.push(`${file} is not a job: ${probe?.error}`);
    else if (same !== undefined) wrong.push(`${same.file} and ${file} both define the job ${probe.name}`);
    else jobs.push({ file, name: probe.name, digest });
  }
  if (jobs.length === 0 && wrong.length === 0) {
    wrong.push(`there is no job in ${files.join(', ')}: a job file has what defineJob() returns as its default export`);
  }
  if (wrong.length > 0) throw new BundleError(wrong);
  return jobs;
}

/** What was built, by its entry, which has the digests of all jobs in it. */
const built = new Map<string, NonNullable<BuildResult['outputFiles']>>();

/** Writes a station's module and its source map into a folder of their own below `outdir`; returns the folder. */
export function bundleStation(station: Station, jobs: readonly BundledJob[], outdir: string): string {
  const entry = entryOf(station, jobs);
  const files = built.get(entry) ?? buildStation(station, jobs).outputFiles ?? [];
  built.set(entry, files); // the constructs of an app often have the same jobs
  const hash = createHash('sha256');
  for (const file of files) hash.update(file.contents);
  const folder = join(outdir, `fanfold-${station}-${hash.digest('hex').slice(0, 16)}`);
  mkdirSync(folder, { recursive: true });
  for (const file of files) {
    writeFileSync(join(folder, file.path.endsWith('.map') ? 'index.mjs.map' : 'index.mjs'), file.contents);
  }
  return folder;
}

/** A station's module and its source map; `metafile` tells what they are made of. */
export function buildStation(station: Station, jobs: readonly BundledJob[]): BuildResult {
  return build({
    stdin: { contents: entryOf(station, jobs), resolveDir: process.cwd(), sourcefile: `${station}.ts` },
    outfile: resolve('index.mjs'), // not written: names in the source map are relative to it, the same on every machine
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
  });
}

/** The module that joins a handler to the jobs. */
function entryOf(station: Station, jobs: readonly BundledJob[]): string {
  const handler = locate(`lambda/${station}.js`, `${station}/handler.ts`);
  return [
    `import * as station from ${JSON.stringify(handler)};`,
    ...jobs.map((job, i) => `import job${i} from ${JSON.stringify(job.file)};`),
    'const jobs = station.deployedJobs([',
    ...jobs.map((job, i) => `  { job: job${i}, digest: '${job.digest}' },`),
    ']);',
    station === 'worker'
      ? 'export const handler = station.onEveryProcessor(station.workerHandler(jobs), import.meta.url);'
      : `export const handler = station.${station}Handler(jobs);`,
  ].join('\n');
}

function bundleText(file: string, options: BuildOptions): string {
  const code = build({ ...options, outdir: dirname(file) }).outputFiles?.[0]?.text;
  if (code === undefined) throw new BundleError([`${file} came to nothing when bundled`]);
  return code;
}

function build(options: BuildOptions): BuildResult {
  try {
    return buildSync({
      bundle: true,
      write: false,
      platform: 'node',
      format: 'esm',
      target: 'node24',
      mainFields: ['module', 'main'],
      minify: true,
      legalComments: 'none',
      // CommonJS that users' jobs bring along may `require` what Node has built in.
      banner: {
        js: "import{createRequire as fanfoldCreateRequire}from'node:module';const require=fanfoldCreateRequire(import.meta.url);",
      },
      logLevel: 'silent', // what is wrong is in the error
      // One copy of fanfold for handlers and jobs, wherever the job file lies and whatever is installed there.
      alias: { fanfold: locate('lambda/index.js', 'index.ts') },
      ...options,
    });
  } catch (error) {
    throw new BundleError([error instanceof Error ? error.message : String(error)]);
  }
}

/** A module of fanfold: in the package as it is published, or in its sources. */
function locate(published: string, source: string): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const places = [join(here, published), join(here, '..', published), join(here, '../functions', source)];
  const found = places.find((place) => existsSync(place));
  if (found === undefined)
    throw new BundleError([`fanfold is not installed whole: there is none of ${places.join(', ')}`]);
  return found;
}
