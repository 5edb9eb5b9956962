import { ByteReader, ByteWriter } from '../core/bytes.ts';
import { FanfoldError } from '../errors.ts';
import { APPROX_QUANTILES_BITS_MAX } from '../limits.ts';
import { checkSketch, HEADER_BYTES, invalidOption, newSketch } from './sketch.ts';

/** Quantiles in bounded memory: what `approxQuantiles()` returns. */
export interface ApproxQuantiles {
  /** The sketch of one finite number. */
  readonly of: (value: number) => Uint8Array;
  /** The sketch of all values of both. */
  readonly combine: (earlier: Uint8Array, later: Uint8Array) => Uint8Array;
  /** The value that a share `q` of all values is not above, about: 0.5 is the median, 0 and 1 are least and greatest. */
  readonly estimate: (sketch: Uint8Array, q: number) => number;
}

/**
 * Quantiles without keeping the values, by counting them in buckets that are narrow beside what they hold.
 *
 * `estimate(sketch, q)` is at most `error` of it away from the value that is the ⌈q · n⌉th of the n in order; least and
 * greatest are exact. So it is for every input, and no matter of chance; only values nearer to 0 than 2.2e-308 are told
 * less exactly. A sketch takes about 3 bytes for each bucket that is not empty: 1 % has 64 buckets for each doubling, hence
 * 4 KB for values that lie within a factor of a million, and 1 MB if they fill the whole range of numbers. Buckets are
 * added, so the result does not depend on how the input is cut: it is the same bytes in any grouping and order. (KLL and
 * t-digest, which bound the error of the rank instead, keep other values for other chunks.)
 *
 * Source: Masson, Rim and Lee, "DDSketch: a fast and fully-mergeable quantile sketch with relative-error guarantees"
 * (2019, arXiv:1908.10693), with its mapping that interpolates logarithms linearly, which takes no logarithm.
 *
 * @param options.error 0.001 to 0.5. @default 0.01
 * @throws FANFOLD_JOB_INVALID for an `error` out of bounds; FANFOLD_VALUE_INVALID for a value that is not finite, a `q`
 * that is not 0 to 1, or another's sketch
 * @example
 * ```ts
 * const latency = approxQuantiles();
 * const sketch = [12, 15, 11, 900, 14].map(latency.of).reduce(latency.combine);
 * latency.estimate(sketch, 1); // → 900
 * Math.abs(latency.estimate(sketch, 0.5) - 14) <= 0.01 * 14; // → true
 * ```
 */
export function approxQuantiles({ error = 0.01 }: { readonly error?: number } = {}): ApproxQuantiles {
  const bits = bitsFor(error);
  const check = (sketch: Uint8Array) => checkSketch(sketch, 'approxQuantiles', bits);
  return {
    of: (value) => single(value, bits),
    combine(earlier, later) {
      check(earlier);
      check(later);
      return joined(earlier, later, bits);
    },
    estimate(sketch, q) {
      check(sketch);
      if (!(q >= 0 && q <= 1)) throw invalid(`the share is ${q}`, 'Give a number from 0 to 1, such as 0.99.');
      return estimated(sketch, q, bits);
    },
  };
}

/** Of the fraction of a number, besides its sign and exponent: 2^bits buckets for each doubling. The middle of a bucket is at most half its width from all in it, and that is 2^-(bits + 1) of the least in it. */
function bitsFor(error: number): number {
  if (error <= 0.5)
    for (let bits = 0; bits <= APPROX_QUANTILES_BITS_MAX; bits++) if (2 ** -(bits + 1) <= error) return bits;
  throw invalidOption('approxQuantiles', `the error is ${error}`, 'Give the relative error, 0.001 to 0.5.');
}

const view = new DataView(new ArrayBuffer(8));

/** The bucket of a number, in the order of numbers: its sign, exponent and the first bits of its fraction. 0 has its own. */
function bucketOf(value: number, bits: number): number {
  if (value === 0) return 0;
  view.setFloat64(0, Math.abs(value));
  const bucket = 1 + (view.getUint32(0) >>> (20 - bits));
  return value < 0 ? -bucket : bucket;
}

function middleOf(bucket: number, bits: number): number {
  if (bucket === 0) return 0;
  const edge = (nth: number) => {
    view.setUint32(0, nth << (20 - bits));
    view.setUint32(4, 0);
    return view.getFloat64(0);
  };
  const nth = Math.abs(bucket) - 1;
  const from = edge(nth);
  const middle = from + (Math.min(Number.MAX_VALUE, edge(nth + 1)) - from) / 2;
  return bucket < 0 ? -middle : middle;
}

/** Header; least and greatest as doubles; then each bucket that is not empty: distance from the one before, and count. */
const BUCKETS_AT = HEADER_BYTES + 16;

function single(value: number, bits: number): Uint8Array {
  if (!Number.isFinite(value))
    throw invalid(`a value is ${value}`, 'Give finite numbers: leave others out, or count them.');
  return write([[bucketOf(value, bits), 1]], value + 0, value + 0, bits);
}

type Bucket = readonly [bucket: number, count: number];

const scratch = new ByteWriter();

function write(buckets: readonly Bucket[], least: number, greatest: number, bits: number): Uint8Array {
  scratch.reset();
  let before = 0;
  for (const [i, [bucket, count]] of buckets.entries()) {
    // The first may be negative, all others come after it.
    scratch.varint(i > 0 ? bucket - before : bucket < 0 ? -2 * bucket - 1 : 2 * bucket);
    scratch.varint(count);
    before = bucket;
  }
  const sketch = newSketch('approxQuantiles', bits, 16 + scratch.length);
  const doubles = new DataView(sketch.buffer);
  doubles.setFloat64(HEADER_BYTES, least);
  doubles.setFloat64(HEADER_BYTES + 8, greatest);
  sketch.set(scratch.view(), BUCKETS_AT);
  return sketch;
}

const doubleAt = (sketch: Uint8Array, at: number): number =>
  new DataView(sketch.buffer, sketch.byteOffset).getFloat64(at);

function* read(sketch: Uint8Array): Generator<Bucket> {
  const from = new ByteReader(sketch, BUCKETS_AT);
  let bucket = 0;
  for (let first = true; !from.done; first = false) {
    const distance = from.varint();
    bucket = first ? (distance % 2 === 1 ? -(distance + 1) / 2 : distance / 2) : bucket + distance;
    yield [bucket, from.varint()];
  }
}

function joined(a: Uint8Array, b: Uint8Array, bits: number): Uint8Array {
  const left = [...read(a)];
  const right = [...read(b)];
  const merged: Bucket[] = [];
  for (let i = 0, j = 0; i < left.length || j < right.length; ) {
    const [inLeft, ofLeft] = left[i] ?? [Number.POSITIVE_INFINITY, 0];
    const [inRight, ofRight] = right[j] ?? [Number.POSITIVE_INFINITY, 0];
    merged.push([Math.min(inLeft, inRight), (inLeft <= inRight ? ofLeft : 0) + (inRight <= inLeft ? ofRight : 0)]);
    if (inLeft <= inRight) i += 1;
    if (inRight <= inLeft) j += 1;
  }
  const least = Math.min(doubleAt(a, HEADER_BYTES), doubleAt(b, HEADER_BYTES));
  const greatest = Math.max(doubleAt(a, HEADER_BYTES + 8), doubleAt(b, HEADER_BYTES + 8));
  return write(merged, least, greatest, bits);
}

function estimated(sketch: Uint8Array, q: number, bits: number): number {
  const least = doubleAt(sketch, HEADER_BYTES);
  const greatest = doubleAt(sketch, HEADER_BYTES + 8);
  const buckets = [...read(sketch)];
  const n = buckets.reduce((sum, [, count]) => sum + count, 0);
  // q · n is rounded, and may come out just above a whole number that it is: 0.07 · 100 does.
  const wanted = Math.ceil(q * n * (1 - 2 ** -50));
  if (wanted <= 1) return least;
  if (wanted >= n) return greatest;
  let seen = 0;
  for (const [bucket, count] of buckets) {
    seen += count;
    if (seen >= wanted) return Math.min(greatest, Math.max(least, middleOf(bucket, bits)));
  }
  return greatest;
}

function invalid(what: string, fix: string): FanfoldError {
  return new FanfoldError('FANFOLD_VALUE_INVALID', `approxQuantiles(): ${what}`, { fix });
}
