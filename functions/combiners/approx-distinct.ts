import { APPROX_DISTINCT_BITS_MAX, APPROX_DISTINCT_BITS_MIN } from '../limits.ts';
import { hashOf } from './hash.ts';
import { checkSketch, HEADER_BYTES, invalidOption, newSketch } from './sketch.ts';

/** Counts distinct values in bounded memory: what `approxDistinct()` returns. */
export interface ApproxDistinct {
  /** The sketch of one value, which may be anything that can be yielded. `1`, `'1'` and `1n` are three values. */
  readonly of: (value: unknown) => Uint8Array;
  /** The sketch of all values of both. */
  readonly combine: (earlier: Uint8Array, later: Uint8Array) => Uint8Array;
  /** How many distinct values there are, about: a whole number. */
  readonly estimate: (sketch: Uint8Array) => number;
}

/**
 * Counts distinct values without keeping them, by HyperLogLog.
 *
 * The standard error is at most `error` of the count: about two of three estimates are within it, 95 % within twice and
 * 99.7 % within three times that. A sketch takes 7 bytes for one value, 3 for each further, and (1.04 / error)² at most,
 * rounded up to a power of two: 16 KiB for 1 %. Sketches keep maxima, so the result does not depend on how the input is
 * cut: it is the same bytes in any grouping and order.
 *
 * Sources: Flajolet, Fusy, Gandouet and Meunier, "HyperLogLog" (2007); the estimator is algorithm 6 of Ertl, "New
 * cardinality estimation algorithms for HyperLogLog sketches" (2017, arXiv:1702.01284), which needs no correction by range.
 *
 * @param options.error 0.0021 to 0.26. @default 0.01
 * @throws FANFOLD_JOB_INVALID for an `error` out of bounds; FANFOLD_VALUE_INVALID, when combining, for another's sketch
 * @example
 * ```ts
 * const visitors = approxDistinct();
 * const sketch = ['ann', 'bob', 'ann'].map(visitors.of).reduce(visitors.combine);
 * visitors.estimate(sketch); // → 2
 * ```
 */
export function approxDistinct({ error = 0.01 }: { readonly error?: number } = {}): ApproxDistinct {
  const bits = bitsFor(error);
  const check = (sketch: Uint8Array) => checkSketch(sketch, 'approxDistinct', bits);
  return {
    of: (value) => single(value, bits),
    combine(earlier, later) {
      check(earlier);
      check(later);
      return joined(earlier, later, bits);
    },
    estimate(sketch) {
      check(sketch);
      return estimated(sketch, bits);
    },
  };
}

/** Of the index of a register: there are 2^bits. */
function bitsFor(error: number): number {
  if (error <= 0.26)
    for (let bits = APPROX_DISTINCT_BITS_MIN; bits <= APPROX_DISTINCT_BITS_MAX; bits++)
      if (1.04 / Math.sqrt(2 ** bits) <= error) return bits;
  throw invalidOption('approxDistinct', `the error is ${error}`, 'Give the standard error as a share, 0.0021 to 0.26.');
}

/** A register that is not 0, in a sketch of few: 18 bits of index, 6 of rank, the high byte first. */
const ENTRY_BYTES = 3;
const RANK_BITS = 6;

/**
 * A sketch is either all registers, a byte each, or the ones that are not 0, by index; the shorter of the two, so that
 * the same registers are always the same bytes.
 */
const isDense = (sketch: Uint8Array, bits: number): boolean => sketch.length === HEADER_BYTES + 2 ** bits;

function single(value: unknown, bits: number): Uint8Array {
  const { high, low } = hashOf(value);
  const index = high >>> (32 - bits);
  // The position of the first 1 among the bits after the index, or one more than there are.
  const rest = (high << bits) >>> 0;
  const rank = rest === 0 ? 32 - bits + Math.clz32(low) + 1 : Math.clz32(rest) + 1;
  const sketch = newSketch('approxDistinct', bits, ENTRY_BYTES);
  writeEntry(sketch, HEADER_BYTES, (index << RANK_BITS) | rank);
  return sketch;
}

function joined(a: Uint8Array, b: Uint8Array, bits: number): Uint8Array {
  if (isDense(a, bits) || isDense(b, bits)) {
    const [dense, other] = isDense(a, bits) ? [a, b] : [b, a];
    const all = Uint8Array.from(dense);
    raise(all, other, bits);
    return all;
  }
  const merged = newSketch('approxDistinct', bits, a.length + b.length - 2 * HEADER_BYTES);
  let at = HEADER_BYTES;
  for (let i = HEADER_BYTES, j = HEADER_BYTES; i < a.length || j < b.length; at += ENTRY_BYTES) {
    const left = i < a.length ? readEntry(a, i) : Number.POSITIVE_INFINITY;
    const right = j < b.length ? readEntry(b, j) : Number.POSITIVE_INFINITY;
    const inLeft = Math.floor(left / 2 ** RANK_BITS);
    const inRight = Math.floor(right / 2 ** RANK_BITS);
    writeEntry(merged, at, inLeft === inRight ? Math.max(left, right) : Math.min(left, right));
    if (inLeft <= inRight) i += ENTRY_BYTES;
    if (inRight <= inLeft) j += ENTRY_BYTES;
  }
  if (at < HEADER_BYTES + 2 ** bits) return merged.slice(0, at);
  const all = newSketch('approxDistinct', bits, 2 ** bits);
  raise(all, merged.subarray(0, at), bits);
  return all;
}

/** Raises the registers of `all` to those of `other`. */
function raise(all: Uint8Array, other: Uint8Array, bits: number): void {
  if (isDense(other, bits)) {
    for (let at = HEADER_BYTES; at < all.length; at++) all[at] = Math.max(all[at] ?? 0, other[at] ?? 0);
    return;
  }
  for (let at = HEADER_BYTES; at < other.length; at += ENTRY_BYTES) {
    const entry = readEntry(other, at);
    const register = HEADER_BYTES + (entry >>> RANK_BITS);
    all[register] = Math.max(all[register] ?? 0, entry & (2 ** RANK_BITS - 1));
  }
}

const readEntry = (from: Uint8Array, at: number): number =>
  ((from[at] ?? 0) << 16) | ((from[at + 1] ?? 0) << 8) | (from[at + 2] ?? 0);

function writeEntry(to: Uint8Array, at: number, entry: number): void {
  to[at] = entry >>> 16;
  to[at + 1] = entry >>> 8;
  to[at + 2] = entry;
}

/** 1 / (2 ln 2) */
const ALPHA = 0.7213475204444817;

/** Only sums, products, quotients and roots, which are the same on every machine. */
function estimated(sketch: Uint8Array, bits: number): number {
  const registers = 2 ** bits;
  const ranks = 64 - bits;
  const counts = Array.from({ length: ranks + 2 }, () => 0);
  const count = (rank: number, by: number) => {
    counts[rank] = (counts[rank] ?? 0) + by;
  };
  if (isDense(sketch, bits)) {
    for (let at = HEADER_BYTES; at < sketch.length; at++) count(sketch[at] ?? 0, 1);
  } else {
    count(0, registers - (sketch.length - HEADER_BYTES) / ENTRY_BYTES);
    for (let at = HEADER_BYTES; at < sketch.length; at += ENTRY_BYTES) {
      count(readEntry(sketch, at) & (2 ** RANK_BITS - 1), 1);
    }
  }
  let z = registers * tau(1 - (counts[ranks + 1] ?? 0) / registers);
  for (let rank = ranks; rank >= 1; rank--) z = 0.5 * (z + (counts[rank] ?? 0));
  z += registers * sigma((counts[0] ?? 0) / registers);
  return Math.round((ALPHA * registers * registers) / z);
}

/** What registers at 0 contribute. */
function sigma(share: number): number {
  if (share === 1) return Number.POSITIVE_INFINITY;
  let x = share;
  let y = 1;
  let z = x;
  for (let before = -1; z !== before; ) {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  }
  return z;
}

/** What registers at their highest contribute. */
function tau(share: number): number {
  if (share === 0 || share === 1) return 0;
  let x = share;
  let y = 1;
  let z = 1 - x;
  for (let before = -1; z !== before; ) {
    x = Math.sqrt(x);
    before = z;
    y *= 0.5;
    z -= (1 - x) * (1 - x) * y;
  }
  return z / 3;
}
