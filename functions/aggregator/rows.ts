/** The rows of a result, as bytes, from the partials of the top group. */
import { ByteWriter } from '../core/bytes.ts';
import { decodeValue } from '../core/codec.ts';
import type { MemoryBounds } from '../core/memory-bounds.ts';
import type { Pair } from '../core/merge.ts';
import type { EntrySource } from '../core/partial-reader.ts';
import { putRow } from '../core/row-sorter.ts';
import { decodeText, encodeText } from '../core/text.ts';
import type { Job } from '../job.ts';
import { type MergePlan, mergeStored, type RowMergePlan } from '../kernels/merge-blocks.ts';
import { type RowColumn, rowColumns, sortsLines, valueKinds } from '../kernels/plan.ts';
import type { ParamRecord } from '../params.ts';
import { jobError } from '../protocol/job-error.ts';
import { merged } from './merge-entries.ts';

/** Text is handed on in blocks of about this many characters. */
const BLOCK_CHARACTERS = 64 * 1024;

/** What rows are made of besides their pairs. */
export interface Making {
  readonly job: Job;
  readonly params: ParamRecord;
  readonly memory: MemoryBounds;
}

export interface Counted {
  rows: number;
  bytes: number;
}

/** Of a part of a result. */
export interface PartOf {
  readonly part: number;
  /** Where keys begin in those of the pairs. Bytes. */
  readonly keyAt: number;
}

/** The result's bytes, or a part's: the header stands in the first. `counted` says how many rows and bytes came out so far. */
export async function* resultBytes(
  readers: readonly EntrySource[],
  making: Making,
  counted: Counted,
  of: PartOf = { part: 0, keyAt: 0 },
): AsyncGenerator<Uint8Array> {
  for await (const block of blocks(readers, making, counted, of)) {
    counted.bytes += block.length;
    yield block;
  }
}

async function* blocks(readers: readonly EntrySource[], making: Making, counted: Counted, { part, keyAt }: PartOf) {
  const { job } = making;
  const { header } = job.output;
  if (header !== '' && part === 0) yield encodeText(header);
  if (job.shape === 'keyed') yield* keyedBlocks(readers, making, counted, keyAt);
  else yield* sortedBlocks(readers, making, counted);
}

async function* sortedBlocks(readers: readonly EntrySource[], { job, memory }: Making, counted: Counted) {
  if (sortsLines(job)) return yield* storedBlocks(readers, { rows: 'lines' }, counted);
  const out = new ByteWriter(BLOCK_CHARACTERS);
  for await (const rows of merged(readers, job, memory)) {
    for (const row of rows) putRow(row, out);
    counted.rows += rows.length;
    yield out.take();
  }
}

async function* keyedBlocks(readers: readonly EntrySource[], making: Making, counted: Counted, keyAt: number) {
  const { job, params, memory } = making;
  const values = valueKinds(job);
  const columns = rowColumns(job);
  if (values !== undefined && columns !== undefined && keyAt === 0) {
    return yield* kernelBlocks(readers, making, counted, { values, columns });
  }
  let text = '';
  const encode = (row: unknown) => {
    text += guard(
      () => 'writing a row',
      () => job.output.encode(row),
    );
    counted.rows += 1;
  };
  const reduce = reducer(making, keyAt);
  if (job.finish === undefined) {
    for await (const pairs of merged(readers, job, memory)) {
      for (const pair of pairs) encode(reduce(pair)); // a row at a time, so that it is young when it goes
      if (text.length < BLOCK_CHARACTERS) continue;
      yield encodeText(text);
      text = '';
    }
  } else {
    for await (const row of finished(job, reducedRows(readers, making, reduce), params)) {
      encode(row);
      if (text.length < BLOCK_CHARACTERS) continue;
      yield encodeText(text);
      text = '';
    }
  }
  if (text !== '') yield encodeText(text);
}

/** Rows that a kernel writes; only those with numbers that are too large for it are made as all others are. */
async function* kernelBlocks(
  readers: readonly EntrySource[],
  { job, params }: Making,
  counted: Counted,
  plan: Pick<MergePlan, 'values'> & { readonly columns: readonly RowColumn[] },
) {
  const row = (key: Buffer, value: unknown) =>
    encodeText(job.output.encode(job.reduce(decodeText(key, 0, key.length), value, { params })));
  const { values, columns } = plan;
  yield* storedBlocks(readers, { values, combine: job.combine, rows: { columns, row } }, counted);
}

async function* storedBlocks(readers: readonly EntrySource[], plan: MergePlan | RowMergePlan, counted: Counted) {
  for await (const block of mergeStored(readers, plan)) {
    counted.rows += block.entries;
    yield Buffer.from(block.bytes);
  }
}

type Reduced = (pair: Pair) => unknown;

function reducer({ job, params }: Making, keyAt: number): Reduced {
  const context = { params };
  return ({ key, value }) => {
    const name = decodeText(key, keyAt, key.length);
    return guard(
      () => reducing(name),
      () => job.reduce(name, decodeValue(value), context),
    );
  };
}

async function* reducedRows(readers: readonly EntrySource[], { job, memory }: Making, reduce: Reduced) {
  for await (const pairs of merged(readers, job, memory)) yield pairs.map(reduce);
}

/**
 * The job's `finish` over all rows. What it throws is the job's error; what its source throws stays what it is, also if
 * `finish` catches it or throws something else for it: rows that were not seen must not look like rows that are not.
 */
async function* finished(job: Job, reduced: AsyncIterable<unknown[]>, params: ParamRecord) {
  const lost: unknown[] = [];
  async function* rows() {
    try {
      for await (const some of reduced) yield* some;
    } catch (error) {
      lost.push(error);
      throw error;
    }
  }
  try {
    const result: AsyncIterable<unknown> | undefined = job.finish?.(rows(), { params });
    if (typeof result?.[Symbol.asyncIterator] !== 'function') throw new TypeError('`finish` gave no rows');
    yield* result;
  } catch (error) {
    if (lost.length === 0) throw jobError(error, 'finishing the result');
  }
  if (lost.length > 0) throw lost[0];
}

const KEY_TOLD_CHARACTERS_MAX = 200;
const reducing = (key: string) => `reducing the key ${JSON.stringify(key.slice(0, KEY_TOLD_CHARACTERS_MAX))}`;

function guard<T>(where: () => string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw jobError(error, where());
  }
}
