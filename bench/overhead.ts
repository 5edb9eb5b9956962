/**
 * `npm run bench:overhead`: what a run costs besides its work. An empty job over many chunks; what is asked of the store
 * and the queues for a chunk; a word count of 1 MiB from the shell, beside plain Node and DuckDB.
 *
 *     npm run bench:overhead -- [--chunks 1000,10000] [--runs 5] [--work DIR] [--write]
 *
 * Whole processes of what is built: run `npm run build` first. DuckDB is found where `npm run bench` has installed it,
 * in DIR. `--write` puts the tables into docs/performance.md.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { INPUT_BUCKET } from '../functions/adapters/local/file-store.ts';
import { localServices } from '../functions/adapters/local/local-services.ts';
import type { Message } from '../functions/adapters/local/thread-messages.ts';
import { aggregate } from '../functions/aggregator/aggregate.ts';
import type { ObjectStore } from '../functions/ports/object-store.ts';
import type { Services } from '../functions/ports/services.ts';
import { split } from '../functions/splitter/split.ts';
import { work } from '../functions/worker/work.ts';
import { writeData } from './data.ts';
import nothing from './jobs/nothing.ts';
import { writeFigures } from './pages.ts';

const { values } = parseArgs({
  options: {
    chunks: { type: 'string', default: '1000,10000' },
    runs: { type: 'string', default: '5' },
    work: { type: 'string', default: join(tmpdir(), 'fanfold-bench') },
    write: { type: 'boolean', default: false },
  },
});
const root = join(import.meta.dirname, '..');
const out = join(values.work, 'overhead');
mkdirSync(values.work, { recursive: true });
const fanfold = (...given: string[]) => [
  process.execPath,
  join(root, 'bin', 'fanfold.js'),
  'run',
  ...given,
  '--out',
  out,
  '--json',
];

const chunkCounts = values.chunks.split(',').map(Number);
const byChunks: string[] = [];
for (const chunks of chunkCounts) {
  const input = linesOf(chunks);
  const whole = timesOf(fanfold(join(import.meta.dirname, 'jobs', 'nothing.ts'), input, '--chunk-bytes', '2'));
  byChunks.push(`| ${chunks.toLocaleString('en')} | ${whole} | ${await requestsOf(input, chunks)} |`);
}
const text = join(values.work, 'text-1');
if (!existsSync(text)) writeData('text', text, 2 ** 20);
const peer = (name: string) => join(import.meta.dirname, 'peers', name);
const python = join(values.work, 'venv', 'bin', 'python');
const small: (readonly [string, string[] | undefined])[] = [
  ['`fanfold run word-count`', fanfold('word-count', text)],
  ['Node that does nothing', [process.execPath, '--eval', '0']],
  ['plain Node', [process.execPath, peer('node_peer.ts'), 'word-count', text, out]],
  ['DuckDB', existsSync(python) ? [python, peer('duckdb_peer.py'), 'word-count', text, out] : undefined],
];
const bySmall = small.map(
  ([name, command]) => `| ${name} | ${command === undefined ? 'missing | ' : timesOf(command)} |`,
);

const tables = [
  'An empty job over files of one record a chunk:',
  [
    '| chunks | seconds | processor seconds | reads, heads, listings, writes and messages a chunk |',
    '| --- | --- | --- | --- |',
    ...byChunks,
  ].join('\n'),
  'A word count of 1 MiB, from the shell:',
  ['| | seconds | processor seconds |', '| --- | --- | --- |', ...bySmall].join('\n'),
].join('\n\n');
console.log(tables);
if (values.write) writeFigures('performance.md', 'overhead', tables);

function linesOf(chunks: number): string {
  const path = join(values.work, `chunks-${chunks}`);
  writeFileSync(path, 'a\n'.repeat(chunks));
  return path;
}

/** Minimum, median and maximum. */
function timesOf(command: readonly string[]): string {
  const times = Array.from({ length: Number(values.runs) }, () => {
    rmSync(out, { recursive: true, force: true });
    const measure = ['python3', join(import.meta.dirname, 'measure.py'), ...command];
    const { stdout, stderr } = spawnSync(measure[0] ?? '', measure.slice(1), { encoding: 'utf8', cwd: values.work });
    const told: { exit: number; wallSeconds: number; cpuSeconds: number } = JSON.parse(stdout);
    if (told.exit !== 0) throw new Error(`${command.join(' ')}: ${stderr}`);
    return told;
  });
  rmSync(out, { recursive: true, force: true });
  const spread = (numbers: readonly number[]) => {
    const sorted = numbers.toSorted((a, b) => a - b);
    return [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)].map((n) => n?.toFixed(2)).join(' / ');
  };
  return `${spread(times.map((t) => t.wallSeconds))} | ${spread(times.map((t) => t.cpuSeconds))}`;
}

/** The same stations in this process, over a store that counts. */
async function requestsOf(input: string, chunks: number): Promise<string> {
  const counts = { read: 0, head: 0, list: 0, write: 0, message: 0 };
  const queue: Message[] = [];
  const send = async (messages: readonly Message[]) => {
    counts.message += messages.length;
    queue.push(...messages);
  };
  const place = { base: '/', directory: out, job: nothing.name, run: 'overhead-1' };
  const services = localServices(place, { job: nothing, digest: 'bench' }, send);
  const counting: Services = { ...services, store: counted(services.store, counts) };
  const inputs = [{ bucket: INPUT_BUCKET, key: input }];
  await split({ kind: 'run', ...place, inputs, params: {}, chunkBytes: 2, requestedAtMs: Date.now() }, counting);
  for (let message = queue.shift(); message !== undefined; message = queue.shift()) {
    if (message.kind === 'chunk') await work(message, counting, { receives: 1, timeLeftMs: Number.POSITIVE_INFINITY });
    else if (message.kind !== 'run') await aggregate(message, counting);
  }
  rmSync(out, { recursive: true });
  return Object.values(counts)
    .map((n) => (n / chunks).toFixed(2))
    .join(', ');
}

function counted(store: ObjectStore, counts: { read: number; head: number; list: number; write: number }): ObjectStore {
  return {
    head: (...given) => count('head', store.head(...given)),
    read(...given) {
      counts.read += 1;
      return store.read(...given);
    },
    open: (...given) => count('read', store.open(...given)),
    putIfAbsent: (...given) => count('write', store.putIfAbsent(...given)),
    copyIfAbsent: (...given) => count('write', store.copyIfAbsent(...given)),
    joinIfAbsent: (...given) => count('write', store.joinIfAbsent(...given)),
    list: (...given) => count('list', store.list(...given)),
  };
  function count<T>(name: keyof typeof counts, answer: T): T {
    counts[name] += 1;
    return answer;
  }
}
