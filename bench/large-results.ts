/**
 * `npm run bench:large`: what memory worker and aggregator take while the result grows, each limited as a function of
 * 256 MB is; how their time grows; and whether the bytes are those of other programs.
 *
 *     npm run bench:large -- [--jobs ledger,inverted-index,sort] [--mib 64,256,1024] [--memory 256] [--chunk-mib 64]
 *         [--group 16] [--options OF-NODE] [--no-oracle] [--keep] [--work DIR] [--write]
 *
 * The real handlers in a process each, over a directory, one message at a time. `--keep` leaves inputs in DIR, with what
 * the other programs made of them, and takes those that are there: sort and awk take longer than all else. `--write` puts
 * what was measured into docs/large-results.md, in place of what stands there of the same results, and how the peaks of the
 * last one of each job rose with each message. Needs disk: about six times the largest result.
 */
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildSync } from 'esbuild';
import { INPUT_BUCKET } from '../functions/adapters/local/file-store.ts';
import type { Message } from '../functions/adapters/local/thread-messages.ts';
import type { Manifest } from '../functions/core/manifest.ts';
import { heapOptions } from '../infra/heap-options.ts';
import { LARGE_JOBS, type LargeJob } from './large-data.ts';
import type { StationAnswer, StationSetup } from './large-station.ts';
import { figuresOf, writeFigures } from './pages.ts';

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: 'ledger,inverted-index,sort' },
    mib: { type: 'string', default: '64,256,1024' },
    memory: { type: 'string', default: '256' },
    'chunk-mib': { type: 'string', default: '64' },
    group: { type: 'string', default: '16' },
    options: { type: 'string' }, // of Node, instead of the construct's
    'no-oracle': { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    work: { type: 'string', default: join(tmpdir(), 'fanfold-large') },
    write: { type: 'boolean', default: false },
  },
});
const MiB = 2 ** 20;
const MEMORY_MIB = Number(values.memory);
const STATIONS = ['splitter', 'worker', 'aggregator'] as const;
type Station = (typeof STATIONS)[number];

mkdirSync(values.work, { recursive: true });
/** As the functions are: one module, without types to strip. */
function bundled(): string {
  const outfile = join(values.work, 'station.mjs');
  buildSync({
    entryPoints: [join(import.meta.dirname, 'large-station.ts')],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    alias: { fanfold: join(import.meta.dirname, '../functions/index.ts') },
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  });
  return outfile;
}

interface Measured {
  readonly job: string;
  readonly row: string;
  /** How the peaks of worker and aggregator rose. */
  readonly rises: readonly string[];
}

async function measured(job: LargeJob, mib: number): Promise<Measured> {
  const input = join(values.work, `${job.name}-${mib}`);
  const directory = join(values.work, 'out');
  rmSync(directory, { recursive: true, force: true });
  if (!existsSync(input)) {
    job.write(`${input}.part`, mib * MiB);
    renameSync(`${input}.part`, input);
  }
  const store = { base: '/', directory, job: job.name, run: 'large-1' };
  const stations = new Stations({ store, memoryMiB: MEMORY_MIB });
  const queue: Message[] = [
    {
      kind: 'run',
      run: store.run,
      job: job.name,
      inputs: [{ bucket: INPUT_BUCKET, key: input }],
      params: {},
      chunkBytes: Number(values['chunk-mib']) * MiB,
      groupSize: Number(values.group),
      requestedAtMs: Date.now(),
    },
  ];
  for (let message = queue.shift(); message !== undefined; message = queue.shift()) {
    queue.push(...(await stations.step(message)));
  }
  const figures = stations.end();
  const manifest: Manifest = JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8'));
  if (manifest.state !== 'succeeded') throw new Error(`${job.name}, ${mib} MiB: ${JSON.stringify(manifest)}`);
  const parts = globSync(join(directory, 'part-*')).sort();
  rmSync(join(directory, '.fanfold'), { recursive: true });
  const same = values['no-oracle'] ? 'not compared' : compared(job, input, parts);
  const bytes = parts.reduce((sum, part) => sum + statSync(part).size, 0);
  const told = (station: Station) => {
    const { peakBytes, cpuSeconds } = figures[station];
    return `${(peakBytes / 1e6).toFixed(0)} | ${(cpuSeconds / (bytes / 1e9)).toFixed(1)}`;
  };
  const gigabytes = (n: number) => `${(n / 1e9).toFixed(2)} GB`;
  const sizes = `${gigabytes(statSync(input).size)} | ${gigabytes(bytes)} | ${manifest.chunks.total} | ${parts.length}`;
  const row = `| ${job.told} | ${sizes} | ${told('worker')} | ${told('aggregator')} | ${same} |`;
  const rises = (['worker', 'aggregator'] as const).map((station) => riseOf(job, station, stations.peaks[station]));
  console.error([row, ...rises].join('\n'));
  rmSync(directory, { recursive: true });
  if (!values.keep) for (const file of [input, `${input}.expected`]) rmSync(file, { force: true });
  return { job: job.name, row, rises };
}

/** The peak after so many messages, in MB. */
const RISE = [1, 2, 4, 8, 16, 32, 64];
function riseOf(job: LargeJob, station: Station, peaks: readonly number[]): string {
  const told = [...RISE.filter((n) => n < peaks.length), peaks.length].map((n) => {
    const peak = ((peaks[n - 1] ?? 0) / 1e6).toFixed(0);
    return RISE.includes(n) ? peak : `${peak} (${n})`;
  });
  while (told.length < RISE.length + 1) told.push('');
  return `| ${job.name}, ${station} | ${told.join(' | ')} |`;
}

function compared({ oracle }: LargeJob, input: string, parts: readonly string[]): string {
  const expected = `{ ${oracle.replaceAll('$0', '$1')}\n} > "$1.expected.part" && mv "$1.expected.part" "$1.expected"`;
  const script = `{ [ -e "$1.expected" ] || { ${expected}; }; } && cmp "$1.expected" <(shift; cat "$@") && echo same`;
  return execFileSync('bash', ['-c', script, 'bash', input, ...parts], { encoding: 'utf8' }).trim();
}

/** The processes, started when they are needed. Both measured ones live as long as the run: environments are reused. */
class Stations {
  readonly #setup: StationSetup;
  readonly #processes = new Map<Station, ChildProcess>();
  readonly #last: { [S in Station]?: StationAnswer } = {};
  /** Of each station, after each message: bytes. */
  readonly peaks: Record<Station, number[]> = { splitter: [], worker: [], aggregator: [] };

  constructor(setup: StationSetup) {
    this.#setup = setup;
  }

  async step(message: Message): Promise<readonly Message[]> {
    const station = message.kind === 'run' ? 'splitter' : message.kind === 'chunk' ? 'worker' : 'aggregator';
    const process = this.#processes.get(station) ?? this.#start(station);
    const answer = await new Promise<StationAnswer | number | null>((resolve) => {
      process.once('exit', resolve).once('message', (told) => {
        process.off('exit', resolve);
        resolve(told as StationAnswer); // it sends nothing else
      });
      process.send(message);
    });
    if (typeof answer !== 'object' || answer === null)
      throw new Error(`the ${station} died (${answer}) of ${message.kind}`);
    if (answer.failed !== undefined) throw new Error(`the ${station} gave back ${message.kind}: ${answer.failed}`);
    this.#last[station] = answer;
    this.peaks[station].push(answer.peakBytes);
    return answer.sent;
  }

  end(): Record<Station, StationAnswer> {
    for (const process of this.#processes.values()) process.kill();
    const { splitter, worker, aggregator } = this.#last;
    if (splitter === undefined || worker === undefined || aggregator === undefined)
      throw new Error('a run ended early');
    return { splitter, worker, aggregator };
  }

  #start(station: Station): ChildProcess {
    const options = values.options?.split(' ') ?? heapOptions(MEMORY_MIB);
    const process = fork(program, [JSON.stringify(this.#setup)], {
      execArgv: station === 'splitter' ? [] : ['--enable-source-maps', ...options],
    });
    this.#processes.set(station, process);
    return process;
  }
}

const program = bundled();
const all: Measured[] = [];
for (const job of LARGE_JOBS.filter(({ name }) => values.jobs.split(',').includes(name))) {
  for (const mib of values.mib.split(',').map(Number)) all.push(await measured(job, mib));
}
const lastOfEach = [...new Map(all.map(({ job, rises }) => [job, rises])).values()].flat();
const HEAD =
  '| result | bytes in | bytes out | chunks | parts | worker: peak, MB | CPU s a GB out | aggregator: peak, MB | CPU s a GB out | bytes |';
const RISE_HEAD = `| peak, MB, after messages | ${RISE.join(' | ')} | all |`;
const PAGE = 'large-results.md';
const tables = [
  { name: 'what is measured', head: HEAD, rows: all.map(({ row }) => row), same: 2 },
  { name: 'how peaks rise', head: RISE_HEAD, rows: lastOfEach, same: 1 },
];
for (const { name, head, rows, same } of tables) {
  const kept = values.write
    ? figuresOf(PAGE, name)
        .filter((row) => row.startsWith('|'))
        .slice(2)
    : [];
  const table = [head, head.replace(/[^|]+/g, ' --- '), ...replaced(kept, rows, same)].join('\n');
  console.log(table);
  if (values.write) writeFigures(PAGE, name, table);
}

/** Rows in the order of those before; new ones of the same beginning, so many cells, in their place. */
function replaced(before: readonly string[], rows: readonly string[], cells: number): string[] {
  const nameOf = (row: string) =>
    row
      .split('|')
      .slice(1, 1 + cells)
      .join('|');
  const news = new Map(rows.map((row) => [nameOf(row), row]));
  const kept = before.map((row) => news.get(nameOf(row)) ?? row);
  const names = new Set(before.map(nameOf));
  const added = rows.filter((row) => !names.has(nameOf(row)));
  return [...kept, ...added].sort((a, b) => resultOf(a) - resultOf(b)); // stable
}

/** Rows of a result stand together. */
function resultOf(row: string): number {
  const result = row.split('|')[1]?.trim() ?? '';
  return LARGE_JOBS.findIndex(({ told, name }) => result === told || result.startsWith(`${name},`));
}
