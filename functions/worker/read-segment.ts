/** The bytes of one segment, into its format's reader: one ranged read, and more only for a record that runs past it. */
import { memoryOf } from '../core/bytes.ts';
import type { Segment } from '../core/plan.ts';
import type { Ends } from '../core/two-state.ts';
import { FanfoldError } from '../errors.ts';
import { type Compression, compressionOf, decompress, MAGIC_BYTES } from '../formats/decompress.ts';
import type { Format, RecordReader, RecordSink, TwoStateFormat, TwoStateSink } from '../formats/format.ts';
import { READ_AHEAD_BYTES } from '../limits.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/** What is read of a local file at a time. Ours: by blocks of 256 KiB runs take up to a tenth longer, since each costs calls and promises. */
const READ_BLOCK_BYTES = 1024 * 1024;

type Reading = Pick<ObjectStore, 'read'>;

/** Reads the records that a segment owns; resolves to the bounds they really had. */
export async function readSegment<R>(
  store: Reading,
  segment: Segment,
  format: Format<R>,
  sink: RecordSink<R>,
): Promise<ReturnType<RecordReader['bounds']>> {
  if (segment.size === 0) return { head: 0, tail: 0 };
  if (isWhole(segment)) return readWhole(store, segment, format, sink);
  const reader = format.open({ start: segment.start, end: segment.end }, sink);
  await readRange(store, segment, reader);
  return reader.bounds();
}

export const isWhole = ({ start, end, size }: Segment) => start === 0 && end === size;

/** A whole object: decompressed first, if its first bytes say that it is compressed. */
async function readWhole<R>(store: Reading, segment: Segment, format: Format<R>, sink: RecordSink<R>) {
  const { compression, blocks } = await sniff(store.read(segment, 0, segment.size));
  const plain = compression === 'none';
  const reader = format.open({ start: 0, end: plain ? segment.size : Number.POSITIVE_INFINITY }, sink);
  for await (const block of plain ? blocks : decompress(blocks, compression)) {
    if (!reader.push(block)) break;
  }
  reader.end();
  return plain ? reader.bounds() : { head: 0, tail: segment.size };
}

/** A range that may begin in either of two states; what each of them ends in comes with its bounds. */
export async function readTwoStateRange<R>(
  store: Reading,
  segment: Segment,
  format: TwoStateFormat<R>,
  sink: TwoStateSink<R>,
): Promise<{ readonly bounds: ReturnType<RecordReader['bounds']>; readonly ends: Ends }> {
  const reader = format.open({ start: segment.start, end: segment.end }, segment.header, sink);
  await readRange(store, segment, reader);
  return { bounds: reader.bounds(), ends: reader.ends() };
}

async function readRange(store: Reading, segment: Segment, reader: RecordReader): Promise<void> {
  let from = Math.max(0, segment.start - 1);
  let to = Math.min(segment.size, segment.end + READ_AHEAD_BYTES);
  const into = memoryOf(Math.min(READ_BLOCK_BYTES, to - from));
  for (let ahead = READ_AHEAD_BYTES; ; ahead *= 2) {
    for await (const block of store.read(segment, from, to, into)) {
      if (!reader.push(block)) return;
    }
    if (to === segment.size) return reader.end();
    from = to;
    to = Math.min(segment.size, to + ahead);
  }
}

async function sniff(
  blocks: AsyncIterable<Uint8Array>,
): Promise<{ compression: Compression; blocks: AsyncIterable<Uint8Array> }> {
  const source = blocks[Symbol.asyncIterator]();
  let first = Buffer.alloc(0);
  while (first.length < MAGIC_BYTES) {
    const { done, value } = await source.next();
    if (done) break;
    first = Buffer.concat([first, value]);
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      yield first;
      for (;;) {
        const { done, value } = await source.next();
        if (done) return;
        yield value;
      }
    } finally {
      await source.return?.();
    }
  }
  return { compression: compressionOf(first), blocks: all() };
}

/** The bytes from a record's place on, of the object as the job reads it: decompressed, if it is compressed. */
export async function bytesAt(store: Reading, segment: Segment, offset: number, length: number): Promise<Buffer> {
  const range = () => store.read(segment, offset, Math.min(segment.size, offset + length));
  if (!isWhole(segment)) return Buffer.concat(await Array.fromAsync(range()));
  const { compression, blocks } = await sniff(store.read(segment, 0, segment.size));
  if (compression === 'none') {
    for await (const _ of blocks) break; // lets go of it
    return Buffer.concat(await Array.fromAsync(range()));
  }
  const found: Buffer[] = [];
  let at = 0;
  for await (const block of decompress(blocks, compression)) {
    const [from, to] = [offset - at, offset + length - at].map((edge) => Math.min(Math.max(edge, 0), block.length));
    found.push(Buffer.from(block.subarray(from, to)));
    at += block.length;
    if (at >= offset + length) break;
  }
  return Buffer.concat(found);
}

/** How an object is called in errors and contexts: a URI, or the path it was given as. */
export const sourceOf = (object: { readonly bucket: string; readonly key: string }) =>
  object.bucket === 'file' ? object.key : `s3://${object.bucket}/${object.key}`;

/** The same error, with the object it happened in. */
export function withSource(error: FanfoldError, source: string): FanfoldError {
  if (error.source !== undefined) return error;
  const at = error.offset === undefined ? '' : ` at byte ${error.offset}`;
  return new FanfoldError(error.code, `${source}${at}: ${error.message}`, {
    fix: error.fix,
    retry: error.retry,
    fatal: error.fatal,
    source,
    ...(error.offset === undefined ? {} : { offset: error.offset }),
    cause: error.cause,
  });
}
