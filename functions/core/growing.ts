/** Values of one key, combined in their order: how often, and how much memory they take meanwhile. */
import { checkValue } from './codec.ts';
import { Sizer } from './size-of.ts';
import { valueTooLarge } from './too-large.ts';

export type Combine = (earlier: unknown, later: unknown) => unknown;

/** Combines two values, and measures what comes of them. */
export class Joiner {
  readonly #combine: Combine;
  readonly #sizer = new Sizer();
  readonly #valueBytesMax: number;
  /** What the last value that was joined or measured takes. */
  bytes = 0;

  /** Whether it holds a text that may have been cut from another one. */
  get mayKeepText(): boolean {
    return this.#sizer.mayKeepText;
  }

  /** @param valueBytesMax what a value may take in memory */
  constructor(combine: Combine, valueBytesMax: number) {
    this.#combine = combine;
    this.#valueBytesMax = valueBytesMax;
  }

  /**
   * @param key names the key in errors
   * @throws FANFOLD_VALUE_INVALID for what cannot be stored, FANFOLD_VALUE_TOO_LARGE naming the limit
   */
  join(earlier: unknown, later: unknown, key: string | Uint8Array): unknown {
    const joined = this.#combine(earlier, later);
    checkValue(joined, key);
    this.measure(joined, key);
    return joined;
  }

  /** @throws FANFOLD_VALUE_TOO_LARGE naming the limit */
  measure(value: unknown, key: string | Uint8Array): void {
    this.bytes = this.#sizer.of(value);
    if (this.bytes > this.#valueBytesMax) throw valueTooLarge(key, this.#valueBytesMax);
  }
}

/** The place of a node, besides its value. */
export const NODE_BYTES = 56;

/**
 * Values that may grow when combined (texts, lists, objects), combined like the carries of a binary counter, so that n
 * values cost n log n copies and not n². Order stays (earlier, later), which associativity makes the same answer.
 *
 * A node is what 2^rank values came to; `below` are those before it, of higher ranks.
 */
export class Growing {
  #value: unknown;
  #bytes: number;
  #rank: number;
  #below: Growing | undefined;

  /** @param bytes what the value takes */
  constructor(value: unknown, bytes: number, rank = 0, below: Growing | undefined = undefined) {
    this.#value = value;
    this.#bytes = bytes;
    this.#rank = rank;
    this.#below = below;
  }

  /** Takes the next value; returns by how many bytes all of them grew. */
  add(value: unknown, joiner: Joiner, key: string | Uint8Array): number {
    if (this.#rank > 0) {
      joiner.measure(value, key);
      this.#below = new Growing(this.#value, this.#bytes, this.#rank, this.#below);
      this.#value = value;
      this.#bytes = joiner.bytes;
      this.#rank = 0;
      return joiner.bytes + NODE_BYTES;
    }
    const joined = joiner.join(this.#value, value, key);
    let grown = joiner.bytes - this.#bytes;
    this.#value = joined;
    this.#bytes = joiner.bytes;
    this.#rank = 1;
    for (let below = this.#below; below !== undefined && below.#rank === this.#rank; below = this.#below) {
      grown += this.#fold(below, joiner, key);
    }
    return grown;
  }

  /** All values as one, by which this one grows. */
  total(joiner: Joiner, key: string | Uint8Array): number {
    let grown = 0;
    while (this.#below !== undefined) grown += this.#fold(this.#below, joiner, key);
    return grown;
  }

  /** What all values came to. Known after `total`. */
  get value(): unknown {
    return this.#value;
  }

  #fold(below: Growing, joiner: Joiner, key: string | Uint8Array): number {
    const before = below.#bytes + this.#bytes + NODE_BYTES;
    this.#value = joiner.join(below.#value, this.#value, key);
    this.#bytes = joiner.bytes;
    this.#rank = below.#rank + 1;
    this.#below = below.#below;
    return this.#bytes - before;
  }
}
