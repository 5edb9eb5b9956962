/** Declarative jobs with their kernels and without: what a chunk, a node and a result come to, byte for byte. */

import { expect } from 'vitest';
import { MemoryStore } from '../../functions/adapters/simulated/memory-store.ts';
import { mergeNode } from '../../functions/aggregator/merge-node.ts';
import { wholePartials } from '../../functions/aggregator/open-group.ts';
import { type Counted, resultBytes } from '../../functions/aggregator/rows.ts';
import type { ChunkMessage } from '../../functions/core/messages.ts';
import { PartialReader } from '../../functions/core/partial-reader.ts';
import type { Plan, Segment } from '../../functions/core/plan.ts';
import { FanfoldError } from '../../functions/errors.ts';
import type { Span } from '../../functions/formats/format.ts';
import { defineJob, textLines } from '../../functions/index.ts';
import type { Job } from '../../functions/job.ts';
import { foldChunk } from '../../functions/worker/fold-chunk.ts';
import { roomFor } from './room.ts';

/** The same job, for the plain path: a `combine` of its own says nothing about itself, and columns are not known. */
export function plainly({ aggregation: _, recordsSorted: __, ...job }: Job): Job {
  const { columns: ___, ...input } = job.input;
  return { ...job, input, combine: (earlier, later) => job.combine(earlier, later) };
}

/** A general job over the same input, whose rows tell each record and where it stands. */
function recordsOf({ input, badRecords, badRecordsMax }: Job): Job {
  const map = (record: unknown, { offset }: { readonly offset: number }) => [`${offset} ${shown(record)}`];
  return defineJob({ name: 'records', input, map, output: textLines(), badRecords, badRecordsMax });
}

const shown = (record: unknown) =>
  JSON.stringify(record, (_, value: unknown) => {
    if (typeof value === 'bigint') return { bigint: String(value) };
    return Object.is(value, -0) ? { minus: 0 } : value;
  });

/** Reads give blocks of so many bytes, each overwritten as soon as the next one is asked for. */
class BlockStore extends MemoryStore {
  readonly #object: Buffer;
  readonly #blockBytes: number;

  constructor(object: Buffer, blockBytes: number) {
    super();
    this.#object = object;
    this.#blockBytes = blockBytes;
  }

  override async *read(_: unknown, start: number, end: number): AsyncGenerator<Uint8Array> {
    for (let at = start; at < end; at += this.#blockBytes) {
      const block = Uint8Array.from(this.#object.subarray(at, Math.min(end, at + this.#blockBytes)));
      yield block;
      block.fill(0x0a);
    }
  }
}

interface Shape {
  /** What the groups of a kernel may take. */
  readonly tableBytesMax?: number | undefined;
  /** First keys of partitions. */
  readonly boundaries?: readonly string[] | undefined;
}

/**
 * Checks that the spans, neighbours of each other, come to the same partials; the partials. A general job gets the same
 * records, whether a kernel finds their fields or the format.
 */
export async function samePartials(
  job: Job,
  object: Buffer,
  spans: readonly Span[],
  blockBytes = 1000,
  { tableBytesMax, boundaries }: Shape = {},
): Promise<Buffer[]> {
  const partials: Buffer[] = [];
  for (const [chunk, span] of spans.entries()) {
    const kernel = await partialOf(job, object, span, blockBytes, chunk, { tableBytesMax, boundaries });
    const plain = await partialOf(plainly(job), object, span, blockBytes, chunk, { boundaries });
    expectSame(kernel, plain, object, `${JSON.stringify(span)}, blocks of ${blockBytes}`);
    partials.push(kernel);
    const records = recordsOf(job);
    const scanned = await partialOf(records, object, span, blockBytes, chunk);
    const read = await partialOf(plainly(records), object, span, blockBytes, chunk);
    expectSame(scanned, read, object, `records of ${JSON.stringify(span)}, blocks of ${blockBytes}`);
  }
  return partials;
}

function expectSame(kernel: Buffer, plain: Buffer, object: Buffer, where: string): void {
  if (kernel.equals(plain)) return;
  expect.fail(
    `${JSON.stringify(object.toString('latin1').slice(0, 300))} in ${where}: ${told(kernel)} and not ${told(plain)}`,
  );
}

/** Checks that partials come to the same rows, at once and by way of a node; the rows. */
export async function sameRows(job: Job, partials: readonly Buffer[]): Promise<string> {
  const { bytes } = await resultOf(job, partials);
  const plain = plainly(job);
  for (const [by, inputs] of [
    [plain, partials],
    [job, [await nodeOf(job, partials)]],
    [job, [await nodeOf(plain, partials)]],
    [plain, [await nodeOf(plain, partials)]],
  ] as const) {
    expect((await resultOf(by, inputs)).bytes.toString()).toBe(bytes.toString());
  }
  return bytes.toString();
}

/** Checks that partials merge to the same node, and to the same rows. */
export async function sameMerged(job: Job, partials: readonly Buffer[], boundaries?: readonly string[]): Promise<void> {
  const node = await nodeOf(job, partials, boundaries);
  expect(node.equals(await nodeOf(plainly(job), partials, boundaries))).toBe(true);
  for (const inputs of [partials, [node]]) {
    const result = await resultOf(job, inputs);
    const plain = await resultOf(plainly(job), inputs);
    expect(result.counted).toEqual(plain.counted);
    expect(result.bytes.equals(plain.bytes)).toBe(true);
  }
}

const told = (partial: Buffer) => JSON.stringify(partial.subarray(0, 400).toString('latin1'));

/** The partial of one span of an object, or what kept it from being made. */
export async function partialOf(
  job: Job,
  object: Buffer,
  { start, end }: Span,
  blockBytes = 1000,
  chunk = 0,
  { tableBytesMax, boundaries }: Shape = {},
): Promise<Buffer> {
  const found = job.input.twoState?.header(object);
  const header = typeof found === 'object' && (start > 0 || end < object.length) ? { header: found } : {};
  const segment: Segment = { bucket: 'b', key: 'k', etag: 'e', object: 0, size: object.length, start, end, ...header };
  const message: ChunkMessage = {
    kind: 'chunk',
    run: 'r',
    job: job.name,
    digest: 'd',
    params: {},
    chunk,
    chunks: chunk + 1,
    groupSize: 64,
    segments: [segment],
    ...(boundaries === undefined ? {} : { boundaries: boundaries.map(base64) }),
  };
  try {
    const { partial } = await foldChunk(
      new BlockStore(object, blockBytes),
      message,
      job,
      roomFor(tableBytesMax === undefined ? {} : { tableBytesMax }),
    );
    return await joined(partial);
  } catch (error) {
    if (error instanceof FanfoldError) return Buffer.from(`${error.code} ${error.message}`);
    throw error;
  }
}

/** Whether records of a span come by the plain path, and a kernel takes not all of them. */
export async function needsPlainPath(job: Job, object: Buffer, span: Span): Promise<boolean> {
  const map = () => {
    throw new Error('a record came by the plain path');
  };
  return (await partialOf({ ...job, map }, object, span, 1e6)).includes('by the plain path');
}

const base64 = (key: string) => Buffer.from(key).toString('base64');

const PLAN: Plan = {
  version: 1,
  run: 'r',
  job: 'j',
  digest: 'd',
  params: {},
  geometry: { chunkBytes: 1, groupSize: 64, because: 'a test' },
  partitions: { by: 'key', boundaries: [], because: 'a test' },
  totals: { chunks: 1, objects: 1, bytes: 1 },
  tolerate: { chunks: 0, percent: 0 },
  badRecordsMax: 10,
  pages: [0],
  startedAtMs: 0,
  deadlineAtMs: 1,
};

/** The node that has these partials below it. */
export async function nodeOf(
  job: Job,
  partials: readonly Buffer[],
  boundaries: readonly string[] = [],
): Promise<Buffer> {
  const plan = { ...PLAN, partitions: { ...PLAN.partitions, boundaries: boundaries.map(base64) } };
  return joined(mergeNode(wholePartials(partials.map(reader), plan), job, plan, roomFor().memory));
}

export const rowsOf = async (job: Job, partials: readonly Buffer[]): Promise<string> =>
  (await resultOf(job, partials)).bytes.toString();

/** The result's bytes, with how many rows and bytes were counted. */
async function resultOf(job: Job, partials: readonly Buffer[]): Promise<{ bytes: Buffer; counted: Counted }> {
  const counted: Counted = { rows: 0, bytes: 0 };
  return {
    bytes: await joined(resultBytes(partials.map(reader), { job, params: {}, memory: roomFor().memory }, counted)),
    counted,
  };
}

const reader = (partial: Buffer, i: number) => new PartialReader(inBlocks(partial), `p${i}`);

async function* inBlocks(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 50_000) yield bytes.subarray(at, at + 50_000);
}

/** Blocks are valid only until the next. */
async function joined(blocks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const copies: Buffer[] = [];
  for await (const block of blocks) copies.push(Buffer.from(block));
  return Buffer.concat(copies);
}
