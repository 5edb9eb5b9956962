/** The pairs of a sample, combined, and those of half of it: how the one grows out of the other tells of all input. */
import { ByteWriter } from '../core/bytes.ts';
import { encodeValue } from '../core/codec.ts';
import { sortTexts } from '../core/compare-keys.ts';
import type { Sample, SampledPair } from '../core/partitions.ts';
import { canonicalText, encodeText } from '../core/text.ts';
import { SAMPLE_PAIRS_MAX } from '../limits.ts';

type Combine = (earlier: unknown, later: unknown) => unknown;

interface Slice {
  bytes: number;
  readonly values: Map<string, unknown>;
}

export class SampleTable {
  readonly #combine: Combine;
  /** By their place in the input. */
  readonly #slices: Slice[] = [];
  #pairs = 0;

  constructor(combine: Combine) {
    this.#combine = combine;
  }

  get full(): boolean {
    return this.#pairs >= SAMPLE_PAIRS_MAX;
  }

  /** Adds what a record is mapped to. What the job throws, or yields and cannot be stored, is left to the workers. */
  add(slice: number, map: () => Iterable<unknown>): void {
    const { values } = this.#slice(slice);
    try {
      for (const pair of map()) {
        if (!Array.isArray(pair) || typeof pair[0] !== 'string' || this.full) return;
        this.#pairs += 1;
        this.#join(values, pair[0], pair[1]);
      }
    } catch {}
  }

  /** Notes how much input a slice stands for. */
  read(slice: number, bytes: number): void {
    this.#slice(slice).bytes += bytes;
  }

  sample(): Sample {
    const slices = this.#slices.filter((slice) => slice !== undefined);
    const half = slices.filter((_, i) => i % 2 === 0);
    const bytesOf = (some: readonly Slice[]) => Math.round(some.reduce((sum, { bytes }) => sum + bytes, 0));
    const halfResultBytes = this.#pairsOf(half).reduce((sum, { bytes }) => sum + bytes, 0);
    return { bytes: bytesOf(slices), halfBytes: bytesOf(half), halfResultBytes, pairs: this.#pairsOf(slices) };
  }

  #slice(slice: number): Slice {
    const present = this.#slices[slice] ?? { bytes: 0, values: new Map() };
    this.#slices[slice] = present;
    return present;
  }

  #pairsOf(slices: readonly Slice[]): SampledPair[] {
    const joined = new Map<string, unknown>();
    for (const { values } of slices) for (const [key, value] of values) this.#join(joined, key, value);
    const out = new ByteWriter();
    const pairs: SampledPair[] = [];
    for (const text of sortTexts([...joined.keys()])) {
      const key = encodeText(text);
      out.reset();
      try {
        encodeValue(joined.get(text), out);
        pairs.push({ key, bytes: key.length + out.length });
      } catch {}
    }
    return pairs;
  }

  #join(values: Map<string, unknown>, key: string, value: unknown): void {
    const name = canonicalText(key);
    const present = values.get(name);
    try {
      values.set(name, present === undefined ? value : this.#combine(present, value));
    } catch {}
  }
}
