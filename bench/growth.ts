/**
 * `npm run bench:growth`: time and peak memory against the size of the input, and against the number of chunks.
 *
 *     npm run bench:growth -- [--mib 1,8,64,512] [--chunks 1,10,100,1000] [--planned 1,1000,100000] [--runs 3] [--work DIR] [--write]
 *
 * Whole processes from the shell, word count over text, as it is built: run `npm run build` first. `--planned` is the splitter alone,
 * over a store that is not there. `--write` puts tables and plots into docs/growth.md.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bytes, count } from '../functions/cli/units.ts';
import { writeData } from './data.ts';
import { type Plot, svgOf } from './plot.ts';

const { values } = parseArgs({
  options: {
    mib: { type: 'string', default: '1,8,64,512,2048,8192' },
    chunks: { type: 'string', default: '1,10,100,1000,10000,20000' },
    planned: { type: 'string', default: '1,10,100,1000,10000,100000,1000000' },
    runs: { type: 'string', default: '3' },
    work: { type: 'string', default: join(tmpdir(), 'fanfold-growth') },
    write: { type: 'boolean', default: false },
  },
});
const MiB = 2 ** 20;
const root = join(import.meta.dirname, '..');
const docs = join(root, 'docs');

interface Point {
  readonly at: number;
  /** Of processors, which others on the machine hardly change; and of the clock. */
  readonly seconds: number;
  readonly wallSeconds: number;
  readonly peakBytes: number;
}

mkdirSync(values.work, { recursive: true });
const byInput = grow(values.mib, (mib) => {
  const path = join(values.work, `text-${mib}`);
  if (!existsSync(path)) writeData('text', path, mib * MiB);
  readFileInto(path); // all runs read it from the page cache
  return measured(fanfold(path));
});
const byChunks = grow(values.chunks, (chunks) => {
  const path = join(values.work, `chunks-${chunks}`);
  writeFileSync(path, 'a\n'.repeat(chunks)); // one record each: what is left is what a chunk costs
  return measured(fanfold(path, '--chunk-bytes', '2'));
});
const byPlan = grow(values.planned, (chunks) => measured([join(root, 'test/support/plan-many.ts'), String(chunks)]));

const machine = `${availableParallelism()} processors (${cpus()[0]?.model ?? 'unknown'}), ${bytes(totalmem())}, Node ${process.version}`;
const sections = [
  section('Input', 'growth-input', 'MiB', byInput, {
    title: 'Word count, one machine',
    xBase: 8,
    xTick: (mib) => (mib >= 1024 ? `${mib / 1024} GiB` : `${mib} MiB`),
  }),
  section('Chunks', 'growth-chunks', 'chunks', byChunks, { title: 'A run of empty chunks, one machine', xTick: count }),
  section('Plan', 'growth-plan', 'chunks', byPlan, { title: 'The splitter alone', xTick: count }),
];
const how = values.runs === '1' ? 'One run each' : `Medians of ${values.runs} runs`;
const text = [`${how}, on ${machine}.`, ...sections].join('\n\n');
console.log(text);
if (values.write) {
  const path = join(docs, 'growth.md');
  const mark = '<!-- npm run bench:growth -- --write -->';
  const [before] = readFileSync(path, 'utf8').split(mark);
  writeFileSync(path, `${before}${mark}\n\n${text}\n`);
}

function grow(list: string, run: (at: number) => Omit<Point, 'at'>): Point[] {
  const points = list.split(',').map(Number);
  return points.map((at) => {
    const runs = Array.from({ length: Number(values.runs) }, () => run(at)).sort((a, b) => a.seconds - b.seconds);
    const nothing = { seconds: Number.NaN, wallSeconds: Number.NaN, peakBytes: Number.NaN };
    return { at, ...(runs[Math.floor(runs.length / 2)] ?? nothing) };
  });
}

function fanfold(path: string, ...options: readonly string[]): string[] {
  const out = join(values.work, 'result');
  rmSync(out, { recursive: true, force: true });
  return [join(root, 'bin', 'fanfold.js'), 'run', 'word-count', path, '--out', out, ...options];
}

function measured(command: readonly string[]): Omit<Point, 'at'> {
  const { stdout, stderr } = spawnSync(
    'python3',
    [join(import.meta.dirname, 'measure.py'), process.execPath, ...command],
    { encoding: 'utf8', maxBuffer: 1 << 28, cwd: values.work },
  );
  const told: { exit: number; wallSeconds: number; cpuSeconds: number; peakBytes: number } = JSON.parse(stdout);
  if (told.exit !== 0) throw new Error(`${command.join(' ')}: exit ${told.exit}\n${stderr.slice(-2000)}`);
  return { seconds: told.cpuSeconds, wallSeconds: told.wallSeconds, peakBytes: told.peakBytes };
}

function readFileInto(path: string): void {
  spawnSync('sh', ['-c', 'cat "$0" > /dev/null', path]);
}

function section(
  name: string,
  file: string,
  unit: string,
  points: readonly Point[],
  how: Pick<Plot, 'title' | 'xTick' | 'xBase'>,
): string {
  const plot = {
    ...how,
    x: unit,
    y: 'processor seconds; hundreds of MB',
    yTick: (value: number) => String(Number(value.toPrecision(3))),
  };
  const time = points.map(({ at, seconds }) => [at, seconds] as const);
  const memory = points.map(({ at, peakBytes }) => [at, peakBytes / 1e8] as const);
  const svg = svgOf({
    ...plot,
    series: [
      { name: 'processor seconds', points: time },
      { name: 'peak, 100 MB', points: memory },
    ],
  });
  if (values.write) writeFileSync(join(docs, `${file}.svg`), svg);
  const each = (point: Point, i: number) => {
    const before = points[i - 1];
    if (before === undefined) return '–';
    return ((point.seconds - before.seconds) / (point.at - before.at) / 1e-6).toFixed(point.at >= 1e4 ? 1 : 0);
  };
  const rows = points.map(
    (point, i) =>
      `| ${how.xTick(point.at)} | ${point.seconds.toFixed(2)} | ${each(point, i)} | ${point.wallSeconds.toFixed(2)} | ${(point.peakBytes / 1e6).toFixed(0)} |`,
  );
  return [
    `### ${name}`,
    '',
    `![${how.title}](${file}.svg)`,
    '',
    `| ${unit} | processor seconds | more for one more, µs | seconds of the clock | peak, MB |`,
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
