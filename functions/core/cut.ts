/** Objects into chunks: large ones are cut into even ranges, small ones are packed together; the order stays. */
import { FanfoldError } from '../errors.ts';
import { BOUNDARIES_BYTES_MAX, CHUNKS_MAX, MESSAGE_BYTES_MAX, SEGMENTS_PER_CHUNK_MAX } from '../limits.ts';
import type { Header, Segment } from './plan.ts';

/** An object of the input, as it is listed. */
export interface InputObject {
  readonly bucket: string;
  readonly key: string;
  readonly etag: string;
  readonly size: number;
  /** Which of the job's tagged inputs it is. */
  readonly tag?: string;
  /** Whether it may be cut: its format allows it, and it is not compressed. */
  readonly cuttable: boolean;
  /** What its ranges need to know that stands at its start. */
  readonly header?: Header;
}

/** JSON around a segment's names and numbers, at most. */
const SEGMENT_OVERHEAD_BYTES = 160;
/** The rest of a message is the run's names, parameters and boundaries. */
const SEGMENTS_BYTES_MAX = MESSAGE_BYTES_MAX - BOUNDARIES_BYTES_MAX - 16 * 1024;

/** In how many ranges an object is cut: 1 when it is left whole. */
export function rangesOf(object: InputObject, chunkBytes: number): number {
  if (!object.cuttable || object.size <= chunkBytes) return 1;
  const ranges = Math.ceil(object.size / chunkBytes);
  if (ranges > CHUNKS_MAX) throw tooManyChunks();
  return ranges;
}

/** The nth of an object's even ranges. `ordinal` is the object's position in the input. */
export function rangeSegment(object: InputObject, ordinal: number, range: number, ranges: number): Segment {
  // Exact for sizes up to 2^53: a plain size * range would round above 2^53 / 10^6.
  const width = Math.floor(object.size / ranges);
  const wider = object.size % ranges;
  const bound = (n: number) => n * width + Math.min(n, wider);
  return {
    object: ordinal,
    bucket: object.bucket,
    key: object.key,
    etag: object.etag,
    ...(object.tag === undefined ? {} : { tag: object.tag }),
    size: object.size,
    start: bound(range),
    end: bound(range + 1),
    ...(object.header === undefined ? {} : { header: object.header }),
  };
}

/** Whole small objects that go into one chunk together. */
export class Pack {
  readonly segments: Segment[] = [];
  #bytes = 0;
  #messageBytes = 0;

  /** Adds a whole object, unless the chunk would then be too big; the first always fits. */
  add(object: InputObject, ordinal: number, chunkBytes: number): boolean {
    const bytes = this.#bytes + object.size;
    const messageBytes = this.#messageBytes + segmentBytes(object);
    const full =
      this.segments.length >= SEGMENTS_PER_CHUNK_MAX || bytes > chunkBytes || messageBytes > SEGMENTS_BYTES_MAX;
    if (full && this.segments.length > 0) return false;
    this.segments.push(rangeSegment(object, ordinal, 0, 1));
    this.#bytes = bytes;
    this.#messageBytes = messageBytes;
    return true;
  }
}

const segmentBytes = (object: InputObject) =>
  SEGMENT_OVERHEAD_BYTES + Buffer.byteLength(JSON.stringify([object.bucket, object.key, object.etag, object.tag]));

export function tooManyChunks(): FanfoldError {
  return new FanfoldError('FANFOLD_TOO_MANY_CHUNKS', `The run would have more than ${CHUNKS_MAX} chunks`, {
    fix: 'Give it a larger chunk size, or split the input into several runs.',
  });
}
