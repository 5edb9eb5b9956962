import { asBuffer, ByteReader, ByteWriter } from '../core/bytes.ts';
import { decodeText, encodeText } from '../core/text.ts';
import { FanfoldError } from '../errors.ts';
import { APPROX_TOP_COUNTERS_MAX, APPROX_TOP_ITEMS_MAX } from '../limits.ts';
import { checkSketch, HEADER_BYTES, invalidOption, isSketch, newSketch } from './sketch.ts';

/** An item and its weight: somewhere from `atLeast` to `atMost`, both included, and exact where they are equal. */
export interface TopItem {
  readonly item: string;
  readonly atLeast: number;
  readonly atMost: number;
}

/** The heaviest items in bounded memory: what `approxTop(k)` returns. */
export interface ApproxTop {
  /** The sketch of one item. `weight` is a whole number from 1. @default 1 */
  readonly of: (item: string, weight?: number) => Uint8Array;
  /** The sketch of all items of both. */
  readonly combine: (earlier: Uint8Array, later: Uint8Array) => Uint8Array;
  /** The `k` heaviest, heaviest first; of equal ones, the first in byte order. */
  readonly estimate: (sketch: Uint8Array) => TopItem[];
}

/**
 * The `k` items of a key that weigh most, without keeping all of them. (The top of all keys is exact: see `top`.)
 *
 * As long as a key has no more than `counters` different items, all is exact. Past that, weights are bounds: the weight of
 * an item lies from `atLeast` to `atMost`, which are never further apart than W / (counters + 1), where W is the weight of
 * all items together; and every item that weighs more than that is among the counters. So it is for every input. But
 * **which bounds come out then depends on the grouping, hence on the size of chunks**: the same plan gives the same bytes,
 * another one may give other bounds, and other items among those of about equal weight. `fanfold check` knows that.
 *
 * Source: Agarwal, Cormode, Huang, Phillips, Wei and Yi, "Mergeable summaries" (2012): Misra and Gries's counters, which
 * carry the same as Space-Saving with one more, and keep their bound however they are merged.
 *
 * @param k how many items are told, 1 to 10,000
 * @param options.counters items that are counted for each key, `k` to 100,000. @default 20 × k, and at most 100,000
 * @throws FANFOLD_JOB_INVALID for options out of bounds; FANFOLD_VALUE_INVALID for a weight that is none, or another's sketch
 * @example
 * ```ts
 * const pages = approxTop(1);
 * const sketch = ['/a', '/b', '/a'].map((page) => pages.of(page)).reduce(pages.combine);
 * pages.estimate(sketch); // → [{ item: '/a', atLeast: 2, atMost: 2 }]
 * ```
 */
export function approxTop(k: number, options: { readonly counters?: number } = {}): ApproxTop {
  const { counters = Math.min(APPROX_TOP_COUNTERS_MAX, 20 * k) } = options;
  if (!within(k, 1, APPROX_TOP_ITEMS_MAX))
    throw invalidOption('approxTop', `k is ${k}`, `Give a whole number, 1 to ${APPROX_TOP_ITEMS_MAX}.`);
  if (!within(counters, k, APPROX_TOP_COUNTERS_MAX)) {
    throw invalidOption(
      'approxTop',
      `counters is ${counters}`,
      `Give a whole number, ${k} to ${APPROX_TOP_COUNTERS_MAX}.`,
    );
  }
  const check = (sketch: Uint8Array) => checkSketch(sketch, 'approxTop', 0);
  return {
    of(item, weight = 1) {
      if (!within(weight, 1, Number.MAX_SAFE_INTEGER)) throw invalid(`a weight is ${weight}`);
      return write([{ item: asBuffer(encodeText(item)), weight }], 0);
    },
    combine(earlier, later) {
      check(earlier);
      check(later);
      return joined(read(earlier), read(later), counters);
    },
    estimate(sketch) {
      check(sketch);
      const { counted, lost } = read(sketch);
      return counted
        .sort((a, b) => b.weight - a.weight || Buffer.compare(a.item, b.item))
        .slice(0, k)
        .map(({ item, weight }) => ({
          item: decodeText(item, 0, item.length),
          atLeast: weight,
          atMost: weight + lost,
        }));
    },
  };
}

const within = (n: number, min: number, max: number) => Number.isInteger(n) && n >= min && n <= max;

interface Counted {
  readonly item: Buffer;
  /** What was counted of it; up to `lost` more may have been. */
  readonly weight: number;
}

interface Counters {
  /** In byte order of item. */
  readonly counted: Counted[];
  /** What each item may lack. */
  readonly lost: number;
}

const scratch = new ByteWriter();

/** Header, `lost`, then each item and its weight: the same counters are always the same bytes. */
function write(counted: readonly Counted[], lost: number): Uint8Array {
  scratch.reset();
  scratch.varint(lost);
  for (const { item, weight } of counted) {
    scratch.varint(item.length);
    scratch.bytes(item);
    scratch.varint(weight);
  }
  const sketch = newSketch('approxTop', 0, scratch.length);
  sketch.set(scratch.view(), HEADER_BYTES);
  return sketch;
}

function read(sketch: Uint8Array): Counters {
  const from = new ByteReader(sketch, HEADER_BYTES);
  const lost = from.varint();
  const counted: Counted[] = [];
  while (!from.done) counted.push({ item: from.bytes(from.varint()), weight: from.varint() });
  return { counted, lost };
}

function joined(a: Counters, b: Counters, counters: number): Uint8Array {
  const merged: Counted[] = [];
  for (let i = 0, j = 0; ; ) {
    const left = a.counted[i];
    const right = b.counted[j];
    if (left === undefined && right === undefined) break;
    const order = left === undefined ? 1 : right === undefined ? -1 : Buffer.compare(left.item, right.item);
    const item = (order <= 0 ? left : right)?.item ?? Buffer.alloc(0);
    merged.push({ item, weight: (order <= 0 ? (left?.weight ?? 0) : 0) + (order >= 0 ? (right?.weight ?? 0) : 0) });
    if (order <= 0) i += 1;
    if (order >= 0) j += 1;
  }
  const lost = a.lost + b.lost;
  if (merged.length <= counters) return write(merged, lost);
  // As much as the heaviest that must go is taken from all: so each has lost at most this, and something has all of it.
  const less = merged.map(({ weight }) => weight).sort((x, y) => y - x)[counters] ?? 0;
  const left = merged.map(({ item, weight }) => ({ item, weight: weight - less })).filter(({ weight }) => weight > 0);
  return write(left, lost + less);
}

/** Whether a value is a sketch of `approxTop` that has lost something, hence depends on the grouping. */
export const hasLost = (value: unknown): boolean =>
  isSketch(value, 'approxTop') && new ByteReader(value, HEADER_BYTES).varint() > 0;

function invalid(what: string): FanfoldError {
  return new FanfoldError('FANFOLD_VALUE_INVALID', `approxTop(): ${what}`, { fix: 'Give a whole number from 1.' });
}
