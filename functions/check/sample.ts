/** The sample that a job is tried on: plain bytes, few enough for many tries, and the records in them. */
import { FanfoldError } from '../errors.ts';
import { compressionOf, decompress } from '../formats/decompress.ts';
import type { Format } from '../formats/format.ts';
import { formatOf, taggedRecord, tagOf } from '../formats/tagged.ts';
import { CHECK_OBJECT_BYTES_MIN, CHECK_SAMPLE_BYTES_MAX } from '../limits.ts';

export interface SampleObject {
  /** Its path, as given. */
  readonly key: string;
  /** Decompressed. */
  readonly bytes: Buffer;
}

export interface SampleRecord {
  /** Which of the objects it is in. */
  readonly object: number;
  readonly source: string;
  readonly offset: number;
  readonly record: unknown;
  /** Its first bytes, for people. */
  readonly text: string;
}

/** An object before it is read: its bytes from the start, as many as are asked for. */
export interface Source {
  readonly key: string;
  read(): AsyncIterable<Uint8Array>;
}

/**
 * The first records of each object, CHECK_SAMPLE_BYTES_MAX bytes of all, and at least one record of each object that is
 * looked at.
 *
 * @throws FANFOLD_INPUT_UNMATCHED for an object that belongs to none of the job's tagged inputs
 */
export async function takeSample(
  sources: readonly Source[],
  input: Format<unknown>,
): Promise<{ readonly objects: readonly SampleObject[]; readonly shortened: boolean }> {
  const objects: SampleObject[] = [];
  let left = CHECK_SAMPLE_BYTES_MAX;
  let shortened = false;
  for (const [nth, source] of sources.entries()) {
    const share = Math.max(CHECK_OBJECT_BYTES_MIN, Math.floor(left / (sources.length - nth)));
    if (left <= 0 && nth > 0) return { objects, shortened: true };
    const { bytes, whole } = await firstRecords(source, formatOf(input, tagOf(input, source)), share);
    left -= bytes.length;
    shortened ||= !whole;
    objects.push({ key: source.key, bytes });
  }
  return { objects, shortened };
}

/** The whole object if it is short; otherwise whole records from its start, at least one. */
async function firstRecords(source: Source, format: Format<unknown>, bytesMax: number) {
  let bytes = Buffer.alloc(0);
  let wanted = bytesMax;
  for await (const block of plain(source)) {
    bytes = Buffer.concat([bytes, block]);
    if (bytes.length <= wanted) continue;
    const start = lastStart(bytes.subarray(0, wanted), format);
    if (start > 0) return { bytes: bytes.subarray(0, start), whole: false };
    wanted = 2 * bytes.length;
  }
  return { bytes, whole: true };
}

/** Where the last record starts that is whole: what comes before it is whole records. 0 if there are not two. */
function lastStart(bytes: Buffer, format: Format<unknown>): number {
  let first: number | undefined;
  let last = 0;
  const at = (offset: number) => {
    first ??= offset;
    last = offset;
  };
  const sink = { record: (_: unknown, offset: number) => at(offset), bad: (_: string, offset: number) => at(offset) };
  try {
    format.open({ start: 0, end: Number.POSITIVE_INFINITY }, sink).push(bytes);
  } catch {
    return bytes.length; // the first run says what is wrong with it
  }
  return last === first ? 0 : last;
}

async function* plain(source: Source): AsyncGenerator<Uint8Array> {
  const blocks = source.read()[Symbol.asyncIterator]();
  const first = await blocks.next();
  if (first.done) return;
  async function* all() {
    yield first.value;
    yield* { [Symbol.asyncIterator]: () => blocks };
  }
  yield* decompress(all(), compressionOf(first.value));
}

const TEXT_BYTES_MAX = 160;

/** The records of the sample, in order, freshly made at every call; bad ones are left to the runs. */
export function readRecords(objects: readonly SampleObject[], input: Format<unknown>): SampleRecord[] {
  const records: SampleRecord[] = [];
  for (const [object, { key, bytes }] of objects.entries()) {
    const tag = tagOf(input, { key });
    const sink = {
      record(record: unknown, offset: number, length: number) {
        const text = bytes.subarray(offset, offset + Math.min(length, TEXT_BYTES_MAX)).toString();
        records.push({ object, source: key, offset, record: taggedRecord(tag, record), text });
      },
      bad() {},
    };
    try {
      const reader = formatOf(input, tag).open({ start: 0, end: bytes.length }, sink);
      if (bytes.length > 0) reader.push(bytes);
      reader.end();
    } catch (error) {
      if (!(error instanceof FanfoldError)) throw error; // what it says of the object, the first run says in full
    }
  }
  return records;
}
