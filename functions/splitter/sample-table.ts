/** The pairs of a sample, combined, and those of half of it: how the one grows out of the other tells of all input. */
import { ByteWriter } from '../core/bytes.ts';
import { encodeValue } from '../core/codec.ts';
import { sortTexts } from '../core/compare-keys.ts';
import type { Sample, SampledPair } from '../core/partitions.ts';
import { canonicalText, encodeText } from '../core/text.ts';
import type { Bulk } from '../formats/format.ts';
import type { Job } from '../job.ts';
import { SAMPLE_PAIRS_MAX } from '../limits.ts';

/** Where the records of a sample go, each with the place of its slice in the input. */
export interface Sampling {
  /** Enough was seen. */
  readonly full: boolean;
  /** Adds what a record is mapped to. What the job throws, or yields and cannot be stored, is left to the workers. */
  add(slice: number, map: () => Iterable<unknown>): void;
  /** Notes how much input a slice stands for. */
  read(slice: number, bytes: number): void;
  /** For the reader of one stretch: what takes many of its records at once, and tells how many it took. */
  bulkFor?(noteRecords: (taken: number) => void): Bulk;
}

/** What a job makes of its records, pair by pair. */
interface Mapping {
  /** What one thing that `map` yields is in the sample; undefined where it is nothing that can be stored. */
  pairOf(yielded: unknown): readonly [key: string, value: unknown] | undefined;
  combine(earlier: unknown, later: unknown): unknown;
  /** What a pair takes in a partial, or rows in the result. */
  bytesOf(key: Uint8Array, value: unknown): number;
}

/** Of pairs, their values; of sorted rows, the bytes of all that are sorted by one key. */
function mappingOf({ combine, sortBy, output }: Job): Mapping {
  const out = new ByteWriter();
  if (sortBy === undefined) {
    return {
      pairOf: (pair) => (Array.isArray(pair) && typeof pair[0] === 'string' ? [pair[0], pair[1]] : undefined),
      combine,
      bytesOf(key, value) {
        out.reset();
        encodeValue(value, out);
        return key.length + out.length;
      },
    };
  }
  return {
    pairOf: (row) => [sortBy(row), Buffer.byteLength(output.encode(row))],
    combine: (earlier, later) => Number(earlier) + Number(later),
    bytesOf: (_, rows) => Number(rows),
  };
}

interface Slice {
  bytes: number;
  readonly values: Map<string, unknown>;
}

export class SampleTable implements Sampling {
  readonly #mapping: Mapping;
  /** By their place in the input. */
  readonly #slices: Slice[] = [];
  #pairs = 0;

  constructor(job: Job) {
    this.#mapping = mappingOf(job);
  }

  get full(): boolean {
    return this.#pairs >= SAMPLE_PAIRS_MAX;
  }

  add(slice: number, map: () => Iterable<unknown>): void {
    const { values } = this.#slice(slice);
    try {
      for (const yielded of map()) {
        const pair = this.#mapping.pairOf(yielded);
        if (pair === undefined || this.full) return;
        this.#pairs += 1;
        this.#join(values, pair[0], pair[1]);
      }
    } catch {}
  }

  read(slice: number, bytes: number): void {
    this.#slice(slice).bytes += bytes;
  }

  sample(): Sample {
    const slices = this.#slices.filter((slice) => slice !== undefined);
    const half = slices.filter((_, i) => i % 2 === 0);
    const bytesOf = (some: readonly Slice[]) => Math.round(some.reduce((sum, { bytes }) => sum + bytes, 0));
    const resultBytesOf = (pairs: readonly SampledPair[]) => pairs.reduce((sum, { bytes }) => sum + bytes, 0);
    const pairs = this.#pairsOf(slices);
    return {
      bytes: bytesOf(slices),
      halfBytes: bytesOf(half),
      halfResultBytes: resultBytesOf(this.#pairsOf(half)),
      resultBytes: resultBytesOf(pairs),
      keys: pairs.length,
      pairs: () => pairs,
    };
  }

  #slice(slice: number): Slice {
    const present = this.#slices[slice] ?? { bytes: 0, values: new Map() };
    this.#slices[slice] = present;
    return present;
  }

  #pairsOf(slices: readonly Slice[]): SampledPair[] {
    const joined = new Map<string, unknown>();
    for (const { values } of slices) for (const [key, value] of values) this.#join(joined, key, value);
    const pairs: SampledPair[] = [];
    for (const text of sortTexts([...joined.keys()])) {
      const key = encodeText(text);
      try {
        pairs.push({ key, bytes: this.#mapping.bytesOf(key, joined.get(text)) });
      } catch {}
    }
    return pairs;
  }

  #join(values: Map<string, unknown>, key: string, value: unknown): void {
    const name = canonicalText(key);
    const present = values.get(name);
    try {
      values.set(name, present === undefined ? value : this.#mapping.combine(present, value));
    } catch {}
  }
}
