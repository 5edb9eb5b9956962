/**
 * `npm run bench:shapes`: what a general job (`map` in JavaScript) gets through on one processor, for each shape of
 * input: the real worker's step over chunks of a file, up to their partials, beside the same work in plain Node.
 *
 *     npm run bench:shapes -- [--mib 64] [--chunk-mib 16] [--runs 3] [--shapes lines,words] [--work DIR] [--write]
 *
 * Processor seconds of a process of its own, start-up excluded. `--write` puts the table into docs/performance.md.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FileStore, INPUT_BUCKET } from '../functions/adapters/local/file-store.ts';
import { MemoryScratch } from '../functions/adapters/simulated/memory-scratch.ts';
import { memoryBounds } from '../functions/core/memory-bounds.ts';
import type { ChunkMessage } from '../functions/core/messages.ts';
import {
  accessLog,
  csv,
  csvRows,
  defineJob,
  jsonl,
  jsonRows,
  lines,
  sum,
  textLines,
  words,
} from '../functions/index.ts';
import type { Job } from '../functions/job.ts';
import { foldChunk } from '../functions/worker/fold-chunk.ts';
import { type DataKind, writeData } from './data.ts';
import { writeFigures } from './pages.ts';

const { values } = parseArgs({
  options: {
    mib: { type: 'string', default: '64' },
    'chunk-mib': { type: 'string', default: '16' },
    runs: { type: 'string', default: '3' },
    shapes: { type: 'string' },
    work: { type: 'string', default: join(tmpdir(), 'fanfold-bench') },
    write: { type: 'boolean', default: false },
    only: { type: 'string' }, // of a process that measures
  },
});

interface Shape {
  readonly data: DataKind;
  readonly told: string;
  readonly job: () => Job;
  /** The same work as one writes it first, over the text of a chunk; what it comes to is thrown away. */
  readonly plain: (text: string) => void;
}

const output = csvRows(['key', 'value']);
const counts = new Map<string, number>();
const add = (key: string, by: number) => void counts.set(key, (counts.get(key) ?? 0) + by);
const linesOf = (text: string) => text.split('\n');

const SHAPES: { readonly [name: string]: Shape } = {
  lines: {
    data: 'text',
    told: '`lines()`, each split into words, which are counted',
    job: () =>
      defineJob({
        name: 'j',
        input: lines(),
        *map(line) {
          for (const word of line.split(' ')) yield [word, 1];
        },
        combine: sum,
        output,
      }),
    plain: (text) => {
      for (const line of linesOf(text)) for (const word of line.split(' ')) add(word, 1);
    },
  },
  words: {
    data: 'text',
    told: '`words()`, counted',
    job: () =>
      defineJob({
        name: 'j',
        input: words(),
        *map(word) {
          yield [word, 1];
        },
        combine: sum,
        output,
      }),
    plain: (text) => {
      for (const word of text.split(/[ \n]/)) add(word, 1);
    },
  },
  jsonl: {
    data: 'posts',
    told: '`jsonl()`, the tags of posts counted',
    job: () =>
      defineJob({
        name: 'j',
        input: jsonl({ tags: ['text'] }),
        *map({ tags }) {
          for (const tag of tags) yield [tag, 1];
        },
        combine: sum,
        output,
      }),
    plain: (text) => {
      for (const line of linesOf(text)) if (line !== '') for (const tag of JSON.parse(line).tags) add(tag, 1);
    },
  },
  csv: {
    data: 'ledger',
    told: '`csv()` with quoted line breaks, exact sums by account',
    job: () =>
      defineJob({
        name: 'j',
        input: csv({ account_id: 'text', amount: 'decimal(2)' }),
        *map({ account_id, amount }) {
          yield [account_id, amount];
        },
        combine: sum,
        output,
      }),
    // one cannot split at line breaks, nor at commas; this is wrong, and what it costs at least
    plain: (text) => {
      for (const line of linesOf(text)) {
        const [account = '', , amount = ''] = line.split(',');
        add(account, Math.round(Number(amount) * 100));
      }
    },
  },
  log: {
    data: 'access-log',
    told: '`accessLog()`, bytes by path',
    job: () =>
      defineJob({
        name: 'j',
        input: accessLog(['path', 'bytes']),
        *map({ path, bytes }) {
          yield [path, bytes];
        },
        combine: sum,
        output,
      }),
    plain: (text) => {
      for (const line of linesOf(text)) {
        const [, request = '', rest = ''] = line.split('"');
        add(request.split(' ')[1] ?? '', Number(rest.trim().split(' ')[1]) || 0);
      }
    },
  },
  transform: {
    data: 'text',
    told: '`lines()` to lines, one of eight kept, as upper case',
    job: () =>
      defineJob({
        name: 'j',
        input: lines(),
        *map(line) {
          if (line.charCodeAt(0) % 8 === 0) yield line.toUpperCase();
        },
        output: textLines(),
      }),
    plain: (text) => {
      const kept: string[] = [];
      for (const line of linesOf(text)) if (line.charCodeAt(0) % 8 === 0) kept.push(line.toUpperCase());
      Buffer.from(kept.join('\n'));
    },
  },
  convert: {
    data: 'ledger',
    told: '`csv()` to JSONL, all columns',
    job: () => defineJob({ name: 'j', input: csv(), map: (row) => [row], output: jsonRows() }),
    plain: (text) => {
      const rows: string[] = [];
      for (const line of linesOf(text)) {
        const [account_id, ts, amount, type, memo] = line.split(',');
        rows.push(JSON.stringify({ account_id, ts, amount, type, memo }));
      }
      Buffer.from(rows.join('\n'));
    },
  },
};

const CHUNK_BYTES = Number(values['chunk-mib']) * 2 ** 20;
if (values.only === undefined) measureAll();
else await measureOne(values.only);

/** One shape in this process: prints its processor seconds. */
async function measureOne(only: string): Promise<void> {
  const [name = '', who] = only.split(',');
  const shape = SHAPES[name];
  if (shape === undefined) throw new Error(`no shape ${name}`);
  const path = join(values.work, `${shape.data}-${values.mib}`);
  const began = process.cpuUsage();
  if (who === 'plain') plainWork(path, shape);
  else await foldAll(path, shape.job());
  const { user, system } = process.cpuUsage(began);
  process.stdout.write(String((user + system) / 1e6));
}

function plainWork(path: string, { plain }: Shape): void {
  const bytes = readFileSync(path);
  for (let at = 0; at < bytes.length; ) {
    const lf = bytes.indexOf('\n', Math.min(bytes.length, at + CHUNK_BYTES));
    const end = lf < 0 ? bytes.length : lf + 1;
    plain(bytes.toString('utf8', at, end));
    at = end;
  }
}

async function foldAll(path: string, job: Job): Promise<void> {
  const store = new FileStore({ base: '/', directory: join(values.work, 'none'), job: job.name, run: 'r' });
  const head = await store.head({ bucket: INPUT_BUCKET, key: path });
  if (head === undefined) throw new Error(`no file ${path}`);
  const found = job.input.twoState?.header(readFileSync(path).subarray(0, 65_536));
  const header = typeof found === 'object' ? { header: found } : {};
  const chunks = Math.ceil(head.size / CHUNK_BYTES);
  for (let chunk = 0; chunk < chunks; chunk++) {
    const [start, end] = [chunk * CHUNK_BYTES, Math.min(head.size, (chunk + 1) * CHUNK_BYTES)];
    const segment = { object: 0, bucket: INPUT_BUCKET, key: path, etag: head.etag, size: head.size, start, end };
    const message: ChunkMessage = {
      kind: 'chunk',
      run: 'r',
      job: job.name,
      digest: 'd',
      params: {},
      groupSize: 64,
      chunk,
      chunks,
      segments: [{ ...segment, ...header }],
    };
    const room = { memory: memoryBounds(1769 * 2 ** 20), scratch: new MemoryScratch().open() };
    for await (const _ of (await foldChunk(store, message, job, room)).partial); // a partial that nobody keeps
  }
}

function measureAll(): void {
  mkdirSync(values.work, { recursive: true });
  const chosen = Object.entries(SHAPES).filter(([name]) => values.shapes?.split(',').includes(name) ?? true);
  for (const { data } of chosen.map(([, shape]) => shape)) {
    const path = join(values.work, `${data}-${values.mib}`);
    if (!existsSync(path)) writeData(data, path, Number(values.mib) * 2 ** 20);
  }
  const rows = chosen.map(([name, { data, told }]) => {
    const megabytes = statSync(join(values.work, `${data}-${values.mib}`)).size / 1e6;
    const runs = Array.from(
      { length: Number(values.runs) },
      () => [cpuSeconds(name), cpuSeconds(name, 'plain')] as const,
    );
    const ours = median(runs.map(([seconds]) => megabytes / seconds));
    const plain = median(runs.map(([, seconds]) => megabytes / seconds));
    const ratio = median(runs.map(([mine, theirs]) => theirs / mine));
    const row = `| ${told} | ${ours.toFixed(0)} | ${plain.toFixed(0)} | ${ratio.toFixed(2)} |`;
    console.log(row);
    return row;
  });
  rmSync(join(values.work, 'none'), { recursive: true, force: true });
  const head = '| shape | fanfold, MB per CPU second | plain Node | ratio |\n| --- | --- | --- | --- |';
  if (values.write) writeFigures('performance.md', 'shapes', [head, ...rows].join('\n'));
}

function cpuSeconds(name: string, who = 'fanfold'): number {
  const again = [import.meta.filename, '--only', `${name},${who}`, '--mib', values.mib, '--work', values.work];
  return Number(execFileSync(process.execPath, [...again, '--chunk-mib', values['chunk-mib']], { encoding: 'utf8' }));
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
}
