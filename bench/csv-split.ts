/**
 * What it costs to cut CSV without knowing what is quoted: `node bench/csv-split.ts [MiB] [chunk KiB]`. Every kind of data
 * is worked in one piece and in chunks, in turn, each by the real worker's step; times are ratios of the two, in CPU time.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryScratch } from '../functions/adapters/simulated/memory-scratch.ts';
import { memoryBounds } from '../functions/core/memory-bounds.ts';
import type { ChunkMessage } from '../functions/core/messages.ts';
import { footerOfTail } from '../functions/core/partial-tail.ts';
import { beginning, joinSummaries, type Summary } from '../functions/core/summary.ts';
import { IN, OUT, type State } from '../functions/core/two-state.ts';
import type { RecordSink } from '../functions/formats/format.ts';
import { csv, csvRows, defineJob, sum } from '../functions/index.ts';
import { foldChunk } from '../functions/worker/fold-chunk.ts';
import { readTwoStateRange } from '../functions/worker/read-segment.ts';
import { writeData } from './data.ts';

const [mebibytes = '64', kibibytes = '8192'] = process.argv.slice(2);
const BYTES = Number(mebibytes) * 2 ** 20;
const CHUNK_BYTES = Number(kibibytes) * 1024;
const TURNS = 5;
const BLOCK_BYTES = 64 * 1024;
const RECORD_BYTES_MAX = 2 ** 28;

const HEADER = 'account_id,ts,amount,type,memo\n';
const ROW = 'ACC000000001,2025-10-01T00:00:00Z,1.00,credit,rent\n';
const QUOTED = '"ACC1","2025-10-01","1.00","credit","rent, ""paid"""\n';
const TEXT = `A,T,1,c,"${'say ""hi""\n'.repeat(372)}"\n`;
const repeated = (piece: string) => piece.repeat(Math.ceil(BYTES / piece.length));
const KINDS: readonly (readonly [name: string, bytes: () => Buffer])[] = [
  ['no quotes', () => Buffer.from(HEADER + repeated(ROW))],
  ['ledger: line ends in quotes in every fifth record', ledger],
  ['every field in quotes', () => Buffer.from(HEADER + repeated(QUOTED))],
  ['texts of 4 KiB with quotes and line ends', () => Buffer.from(HEADER + repeated(TEXT))],
  ['one quoted field that looks like records', () => Buffer.from(`${HEADER}A,T,1,c,"\n${repeated(ROW)}"\n`)],
  ['records in either state, for ever', () => Buffer.from(`account_id,memo\n${repeated('",\n",\n')}`)],
];

function ledger(): Buffer {
  const directory = mkdtempSync(join(tmpdir(), 'fanfold-bench-'));
  try {
    writeData('ledger', join(directory, 'ledger.csv'), BYTES);
    return readFileSync(join(directory, 'ledger.csv'));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** A store of one object, which counts what is pulled. */
class Bytes {
  pulled = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  async *read(_: unknown, start: number, end: number): AsyncGenerator<Uint8Array> {
    for (let at = start; at < end; at += BLOCK_BYTES) {
      const block = this.#bytes.subarray(at, Math.min(end, at + BLOCK_BYTES));
      this.pulled += block.length;
      yield block;
    }
  }
}

const format = csv({ account_id: 'text', memo: 'text' }, { recordBytesMax: RECORD_BYTES_MAX });
let mapped = 0;
const job = defineJob({
  name: 'accounts',
  input: format,
  *map({ account_id, memo }) {
    mapped += 1;
    yield [account_id, memo.length];
  },
  combine: sum,
  output: csvRows(['key', 'value']),
});

function messagesOf(bytes: Buffer, chunkBytes: number): ChunkMessage[] {
  const header = format.twoState?.header(bytes.subarray(0, BLOCK_BYTES));
  if (typeof header !== 'object') throw new Error('no header');
  const chunks = Math.ceil(bytes.length / chunkBytes);
  const object = { object: 0, bucket: 'b', key: 'k', etag: 'e', size: bytes.length, header };
  return Array.from({ length: chunks }, (_, chunk) => {
    const [start, end] = [chunk * chunkBytes, Math.min(bytes.length, (chunk + 1) * chunkBytes)];
    const named = { kind: 'chunk', run: 'r', job: job.name, digest: 'd', params: {}, groupSize: 64 } as const;
    return { ...named, chunk, chunks, segments: [{ ...object, start, end }] };
  });
}

/** Of a function of 1,769 MB. */
const room = { memory: memoryBounds(1769 * 2 ** 20), scratch: new MemoryScratch().open() };

interface Work {
  readonly cpuMs: number;
  readonly pulled: number;
  readonly mapped: number;
  readonly records: number;
}

/** Works the chunks one after the other, up to their partials. */
async function work(bytes: Buffer, chunkBytes: number): Promise<Work> {
  const store = new Bytes(bytes);
  const summaries: Summary[] = [];
  mapped = 0;
  const began = process.cpuUsage();
  for (const message of messagesOf(bytes, chunkBytes)) {
    let last: Uint8Array[] = [];
    for await (const block of (await foldChunk(store, message, job, room)).partial) last = [...last.slice(-8), block];
    const footer = footerOfTail(Buffer.concat(last));
    if (footer === undefined || !('summary' in footer)) throw new Error('a partial without a summary');
    summaries.push(footer.summary);
  }
  const { user, system } = process.cpuUsage(began);
  const [first, ...rest] = summaries;
  if (first === undefined) throw new Error('no chunk');
  const all = beginning(
    OUT,
    rest.reduce((a, b) => joinSummaries(a, b, 0, 0), first),
    0,
  );
  if (all.chunks.failed > 0) throw new Error(all.failures[0]?.message);
  return { cpuMs: (user + system) / 1000, pulled: store.pulled, mapped, records: all.records.read };
}

/** Of each range that may begin in either state, the bytes until one lane goes on alone, or all that there are. */
async function untilDecided(bytes: Buffer): Promise<number[]> {
  const decided: number[] = [];
  for (const { segments } of messagesOf(bytes, CHUNK_BYTES).slice(1)) {
    let last = 0;
    const over: [boolean, boolean] = [false, false];
    const head = (state: typeof OUT | typeof IN): RecordSink<unknown> => ({
      record(_, offset, length) {
        if (!over[OUT] && !over[IN]) last = Math.max(last, offset + length + 1);
      },
      bad(_, offset, raw) {
        this.record(undefined, offset, raw.length);
        over[state] = true; // the first bad record fails a lane, where the job sets none aside
      },
    });
    const nowhere = { record() {}, bad() {} };
    const sink = {
      heads: [head(OUT), head(IN)] as const,
      body: () => nowhere,
      lost() {},
      isOver: (state: State) => over[state],
    };
    for (const segment of segments) {
      if (format.twoState === undefined) throw new Error('csv() is not cut');
      const { bounds } = await readTwoStateRange(new Bytes(bytes), segment, format.twoState, sink);
      if (bounds !== undefined) decided.push(Math.max(0, last - bounds.head));
    }
  }
  return decided;
}

const median = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;

console.log(`${mebibytes} MiB a kind, chunks of ${kibibytes} KiB, ${TURNS} turns, Node ${process.version}\n`);
console.log(
  '| data | MB/s in one piece | CPU time, cut / in one piece | bytes read / size | `map` calls / records | bytes until decided: median, most |',
);
console.log('| --- | --- | --- | --- | --- | --- |');
for (const [name, make] of KINDS) {
  const bytes = make();
  const ratios: number[] = [];
  const speeds: number[] = [];
  let cut = await work(bytes, CHUNK_BYTES);
  for (let turn = 0; turn < TURNS; turn++) {
    const whole = await work(bytes, bytes.length);
    cut = await work(bytes, CHUNK_BYTES);
    if (whole.records !== cut.records) throw new Error(`${name}: ${cut.records} records, not ${whole.records}`);
    ratios.push(cut.cpuMs / whole.cpuMs);
    speeds.push(bytes.length / whole.cpuMs / 1000);
  }
  const decided = await untilDecided(bytes);
  const [speed, ratio] = [median(speeds).toFixed(0), median(ratios).toFixed(2)];
  const spread = `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`;
  const [read, calls] = [cut.pulled / bytes.length, cut.mapped / cut.records].map((n) => n.toFixed(3));
  console.log(
    `| ${name} | ${speed} | ${ratio} (${spread}) | ${read} | ${calls} | ${median(decided)}, ${Math.max(...decided)} |`,
  );
}
