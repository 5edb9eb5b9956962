/** Who runs in the benchmark: fanfold itself and its peers, each as a command that writes one result file. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** What is compared: a job, and the kind of data it reads. */
export interface Contest {
  readonly name: string;
  readonly data: 'text' | 'access-log' | 'ledger' | 'posts' | 'lines';
  /** The file of our job. */
  readonly job: string;
  /** What peers call it. */
  readonly peerJob: string;
}

export const CONTESTS: readonly Contest[] = [
  { name: 'word count', data: 'text', job: 'word-count', peerJob: 'word-count' },
  { name: 'word count by `*map`', data: 'text', job: 'bench/jobs/word-count-map.ts', peerJob: 'word-count' },
  { name: 'access log', data: 'access-log', job: 'access-log', peerJob: 'access-log' },
  { name: 'ledger', data: 'ledger', job: 'ledger', peerJob: 'ledger' },
  { name: 'trending', data: 'posts', job: 'trending', peerJob: 'trending' },
  { name: 'sort lines', data: 'lines', job: 'sort', peerJob: 'sort' },
];

export interface Contender {
  readonly name: string;
  /** The command; our own writes its parts into the directory `target`, peers the file `target`. */
  command(contest: Contest, source: string, target: string): string[];
  readonly ours?: boolean;
  /** Peers that cannot do a contest, and why. */
  readonly cannot?: { readonly [peerJob: string]: string };
  readonly environment?: { readonly [name: string]: string };
}

const root = join(import.meta.dirname, '..');
const peers = join(import.meta.dirname, 'peers');

const fanfold: Contender = {
  name: 'fanfold',
  ours: true,
  command: ({ job }, source, target) => [
    process.execPath,
    join(root, 'bin', 'fanfold.js'),
    'run',
    job.endsWith('.ts') ? join(root, job) : job,
    source,
    '--out',
    target,
    '--json',
  ],
};

const node: Contender = {
  name: 'plain Node',
  command: ({ peerJob }, source, target) => [
    process.execPath,
    '--max-old-space-size=12000',
    join(peers, 'node_peer.ts'),
    peerJob,
    source,
    target,
  ],
  cannot: { sort: 'one array of all lines is beyond a heap' },
};

const coreutils: Contender = {
  name: 'awk and sort',
  command: ({ peerJob }, source, target) => [join(peers, 'coreutils_peer.sh'), peerJob, source, target],
  cannot: { ledger: 'CSV with line breaks in quotes is beyond awk', trending: 'JSON is beyond awk' },
};

function pythonPeer(name: string, script: string, bin: string): Contender {
  return {
    name,
    command: ({ peerJob }, source, target) => [join(bin, 'python'), join(peers, script), peerJob, source, target],
    environment: { PATH: `${bin}:${process.env['PATH']}` }, // Lithops starts `python` by its name
  };
}

/** All contenders, and those that could not be had, each with the reason. */
export function findContenders(work: string): { present: Contender[]; missing: { name: string; why: string }[] } {
  const present = [fanfold, node, coreutils];
  const missing: { name: string; why: string }[] = [];
  const program = join(work, 'native');
  try {
    const flags = ['-O3', '-march=native', '-pthread', '-w'];
    execFileSync('cc', [...flags, '-o', program, join(import.meta.dirname, 'native', 'native.c')], { stdio: 'pipe' });
    present.push({
      name: 'C on two threads',
      command: ({ peerJob }, source, target) => [program, peerJob, source, target],
    });
  } catch (error) {
    missing.push({ name: 'native', why: firstLine(error) });
  }
  const python = [
    ['DuckDB', 'duckdb'],
    ['Polars', 'polars'],
    ['Spark local[2]', 'pyspark'],
    ['Lithops localhost', 'lithops'],
  ] as const;
  const { bin, why } = pythonEnvironment(work);
  for (const [name, module] of python) {
    const lacks = why ?? cannotImport(bin, module);
    if (lacks === undefined) present.push(pythonPeer(name, `${module === 'pyspark' ? 'spark' : module}_peer.py`, bin));
    else missing.push({ name, why: lacks });
  }
  return { present, missing };
}

function pythonEnvironment(work: string): { bin: string; why?: string } {
  const venv = join(work, 'venv');
  const bin = join(venv, 'bin');
  if (existsSync(join(bin, 'python'))) return { bin };
  try {
    execFileSync('python3', ['-m', 'venv', venv], { stdio: 'pipe' });
  } catch (error) {
    return { bin, why: `no Python environment: ${firstLine(error)}` };
  }
  try {
    execFileSync(join(bin, 'pip'), ['install', '--quiet', '-r', join(peers, 'requirements.txt')], { stdio: 'pipe' });
  } catch (error) {
    console.error(`pip: ${firstLine(error)}`); // some may be there all the same: each is asked for
  }
  return { bin };
}

function cannotImport(bin: string, module: string): string | undefined {
  try {
    execFileSync(join(bin, 'python'), ['-c', `import ${module}`], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return firstLine(error);
  }
}

const firstLine = (error: unknown) => String(error instanceof Error ? error.message : error).split('\n')[0] ?? '';
