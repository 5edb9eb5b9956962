/**
 * Makes `dist`, what the package ships: run by `npm ci` itself, since Node strips no types inside node_modules.
 * `node build.ts DIR` puts the code alone elsewhere, for a test.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { type BuildResult, build } from 'esbuild';

const root = import.meta.dirname;
const [, , elsewhere] = process.argv;
const dist = resolve(elsewhere ?? join(root, 'dist'));
const jobs = readdirSync(join(root, 'jobs')).filter((file) => file.endsWith('.ts'));

rmSync(dist, { recursive: true, force: true });
await Promise.all([here(), onLambda(), cdk()]);
if (elsewhere === undefined) types();
for (const file of jobs) keepAbout(file);

/**
 * Entries of one process are one build, so that they share their modules: an error class is the same for a job and the
 * engine. Others have builds of their own, since the fewer entries share a module, the fewer files it is loaded from: each
 * takes a command, and each of its threads, a millisecond.
 */
function here(): Promise<BuildResult> {
  return code('.', {
    cli: 'functions/cli/main.ts',
    thread: 'functions/adapters/local/thread.ts',
    'check-thread': 'functions/cli/check-thread.ts',
    index: 'functions/index.ts',
    testing: 'functions/testing.ts',
    ...Object.fromEntries(jobs.map((file) => [`jobs/${basename(file, '.ts')}`, `jobs/${file}`])),
  });
}

/** What a station is bundled of when a stack is synthesised. */
function onLambda(): Promise<BuildResult> {
  return code('lambda', {
    index: 'functions/index.ts',
    ...present('splitter', 'functions/splitter/handler.ts'),
    ...present('worker', 'functions/worker/handler.ts'),
    ...present('aggregator', 'functions/aggregator/handler.ts'),
    ...present('watcher', 'functions/watcher/handler.ts'),
  });
}

function cdk(): Promise<BuildResult> {
  return code('.', present('cdk', 'infra/index.ts'));
}

function code(folder: string, entryPoints: { readonly [entry: string]: string }): Promise<BuildResult> {
  return build({
    absWorkingDir: root,
    entryPoints,
    outdir: join(dist, folder),
    bundle: true,
    splitting: true,
    chunkNames: 'chunk-[hash]', // beside the entries: code finds its neighbours by its own URL
    format: 'esm',
    platform: 'node',
    target: 'node22',
    packages: 'external',
    alias: { fanfold: './functions/index.ts' },
    minifySyntax: true,
    logLevel: 'warning',
  });
}

function present(entry: string, file: string): { [entry: string]: string } {
  return existsSync(join(root, file)) ? { [entry]: file } : {};
}

function types(): void {
  const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));
  execFileSync(process.execPath, [join(typescript, 'bin', 'tsc'), '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  });
}

/** `fanfold jobs` shows the first line of a job's doc comment, which bundling drops. */
function keepAbout(file: string): void {
  const built = join(dist, 'jobs', `${basename(file, '.ts')}.js`);
  const [about = ''] = /\/\*\*.*?\*\//s.exec(readFileSync(join(root, 'jobs', file), 'utf8')) ?? [];
  writeFileSync(built, `${about}\n${readFileSync(built, 'utf8')}`);
}
