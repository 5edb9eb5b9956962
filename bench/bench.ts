/**
 * `npm run bench`: fanfold beside its peers, whole processes from the shell, in turn, and the answers compared.
 *
 *     npm run bench -- [--mib 64,1024] [--runs 3] [--contests 'word count,ledger'] [--contenders fanfold,DuckDB] [--work DIR] [--write]
 *
 * `--write` puts the tables into docs/performance.md.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, globSync, mkdirSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CONTESTS, type Contender, type Contest, findContenders } from './contenders.ts';
import { writeData } from './data.ts';
import { type Figures, type Measured, tableOf, writePerformance } from './performance.ts';

const { values } = parseArgs({
  options: {
    mib: { type: 'string', default: '64,1024' },
    runs: { type: 'string', default: '3' },
    contests: { type: 'string' },
    contenders: { type: 'string' },
    work: { type: 'string', default: join(tmpdir(), 'fanfold-bench') },
    write: { type: 'boolean', default: false },
  },
});

mkdirSync(values.work, { recursive: true });
const chosen = (list: string | undefined, name: string) => list === undefined || list.split(',').includes(name);
const { present, missing } = findContenders(values.work);
const contenders = present.filter(({ name }) => chosen(values.contenders, name));
const contests = CONTESTS.filter(({ name }) => chosen(values.contests, name));
for (const { name, why } of missing) console.log(`Missing: ${name} (${why})`);

const measured: Measured[] = [];
for (const mib of values.mib.split(',').map(Number)) {
  for (const contest of contests) {
    const source = dataFor(contest, mib);
    const results = compare(contest, source, Number(values.runs));
    measured.push({ mib, contest: contest.name, results });
    console.log(`\n${contest.name}, ${mib} MiB\n\n${tableOf(results)}`);
  }
}
if (values.write) writePerformance(measured, missing);

function dataFor({ data }: Contest, mib: number): string {
  const path = join(values.work, `${data}-${mib}`);
  if (!existsSync(path)) writeData(data, path, mib * 2 ** 20);
  digestOf([path]); // all of it is in the page cache now, for everybody
  return path;
}

/** Runs everybody in turn, so that a machine that changes its speed changes it for all. */
function compare(contest: Contest, source: string, runs: number): Figures[] {
  const figures = contenders.map(
    (contender): Figures => ({
      name: contender.name,
      runs: [],
      digest: undefined,
      failed: contender.cannot?.[contest.peerJob],
    }),
  );
  for (let run = 0; run < runs; run++) {
    for (const [n, contender] of contenders.entries()) {
      const figure = figures[n];
      if (figure !== undefined && figure.failed === undefined) runOnce(contender, contest, source, figure);
    }
  }
  return figures;
}

function runOnce(contender: Contender, contest: Contest, source: string, figure: Figures): void {
  const target = join(values.work, 'result');
  rmSync(target, { recursive: true, force: true });
  const command = contender.command(contest, source, target);
  const { stdout, stderr } = spawnSync('python3', [join(import.meta.dirname, 'measure.py'), ...command], {
    encoding: 'utf8',
    env: { ...process.env, ...contender.environment },
    maxBuffer: 1 << 28,
    cwd: values.work,
  });
  const told: { exit: number; wallSeconds: number; cpuSeconds: number; peakBytes: number } = JSON.parse(stdout);
  if (told.exit !== 0) {
    figure.failed = `exit ${told.exit}`;
    console.error(`${contender.name}, ${contest.name}: ${stderr.slice(-2000)}`);
    return;
  }
  figure.runs.push(told);
  figure.digest = digestOf(contender.ours ? globSync(join(target, 'part-*')).sort() : [target]);
}

function digestOf(paths: readonly string[]): string {
  const hash = createHash('sha256');
  const block = Buffer.allocUnsafe(4 * 2 ** 20);
  for (const path of paths) {
    const file = openSync(path, 'r');
    for (let read = readSync(file, block); read > 0; read = readSync(file, block)) hash.update(block.subarray(0, read));
    closeSync(file);
  }
  return hash.digest('hex');
}
