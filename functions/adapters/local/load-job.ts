/** From a job file to code that any thread can import, with the digest of that code. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BuildFailure, Message } from 'esbuild';
import { FanfoldError } from '../../errors.ts';
import type { Job } from '../../job.ts';
import { importJob } from './import-job.ts';
import { builtJobsFolder, packageFolder } from './package-folder.ts';
import type { LoadedCode } from './thread-messages.ts';

export interface LoadedJob {
  readonly job: Job;
  readonly code: LoadedCode;
  /** Removes the temporary files. */
  dispose(): void;
}

/**
 * Bundles a job file with all it imports except fanfold, and imports it. fanfold is this very package wherever the file
 * lies, so that the job and the engine share their classes.
 *
 * @param file absolute path
 * @throws FANFOLD_JOB_INVALID naming the place in the file
 */
export async function loadJob(file: string): Promise<LoadedJob> {
  if (dirname(file) === builtJobsFolder) return load(file, digestOf(readFileSync(file)), () => {});
  const bundled = await bundle(file);
  const folder = mkdtempSync(join(tmpdir(), 'fanfold-'));
  const dispose = () => rmSync(folder, { recursive: true, force: true });
  try {
    const path = join(folder, 'job.mjs');
    writeFileSync(path, bundled.code);
    writeFileSync(`${path}.map`, rooted(bundled.map, dirname(file)));
    linkFanfold(folder);
    return await load(path, digestOf(bundled.code), dispose, basename(file));
  } catch (error) {
    dispose();
    throw error;
  }
}

async function load(path: string, digest: string, dispose: () => void, name = basename(path)): Promise<LoadedJob> {
  const module = pathToFileURL(path).href;
  process.setSourceMapsEnabled(true);
  const job = await importJob(module, name);
  return { job, code: { name: job.name, module, digest }, dispose };
}

/** The same code run by another version of fanfold is other code. */
function digestOf(code: Uint8Array): string {
  const { version }: { version: string } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
  return createHash('sha256').update(`fanfold ${version}\n`).update(code).digest('hex');
}

async function bundle(file: string): Promise<{ code: Uint8Array; map: string }> {
  const { build } = await import('esbuild');
  try {
    const { outputFiles } = await build({
      entryPoints: [file],
      absWorkingDir: dirname(file), // the comments that name files are then the same wherever the job lies
      outfile: join(dirname(file), 'job.mjs'),
      bundle: true,
      write: false,
      platform: 'node',
      format: 'esm',
      target: 'node22',
      external: ['fanfold'],
      sourcemap: 'linked',
      logLevel: 'silent',
      // CommonJS packages call `require` for what Node brings
      banner: {
        js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
      },
    });
    const code = outputFiles.find(({ path }) => path.endsWith('.mjs'));
    const map = outputFiles.find(({ path }) => path.endsWith('.map'));
    return { code: code?.contents ?? new Uint8Array(), map: map?.text ?? '{}' };
  } catch (error) {
    throw notBundled(file, error);
  }
}

function notBundled(file: string, error: unknown): FanfoldError {
  const messages = isBuildFailure(error)
    ? error.errors.map(told)
    : [error instanceof Error ? error.message : String(error)];
  return new FanfoldError('FANFOLD_JOB_INVALID', `The job file ${file} cannot be loaded: ${messages.join('; ')}`, {
    fix: 'Correct it; packages it imports must be installed where it lies.',
    cause: error,
  });
}

const isBuildFailure = (error: unknown): error is BuildFailure =>
  error instanceof Error && 'errors' in error && Array.isArray(error.errors);

const told = ({ text, location }: Message) =>
  location === null ? text : `${location.file}:${location.line}:${location.column + 1}: ${text}`;

/** The map lies elsewhere than the sources it names. */
function rooted(map: string, folder: string): string {
  const parsed: object = JSON.parse(map);
  return JSON.stringify({ ...parsed, sourceRoot: `${pathToFileURL(folder).href}/` });
}

/** Makes `import … from 'fanfold'` in a folder find this package: the sources, or what is built of them. */
function linkFanfold(folder: string): void {
  const entry = import.meta.url.endsWith('.ts') ? 'functions/index.ts' : 'dist/index.js';
  const shim = join(folder, 'node_modules', 'fanfold');
  mkdirSync(shim, { recursive: true });
  writeFileSync(join(shim, 'package.json'), '{ "type": "module", "exports": "./index.js" }');
  writeFileSync(
    join(shim, 'index.js'),
    `export * from ${JSON.stringify(pathToFileURL(join(packageFolder, entry)).href)};\n`,
  );
}
