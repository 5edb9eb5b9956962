import { describe, expect, it } from 'vitest';
import { CUT_CHARACTERS_MIN, Sizer } from '../../../functions/core/size-of.ts';
import { heldBytes } from '../../support/heap.ts';
import { Random } from '../../support/random.ts';

const random = new Random(1);
/** Values of each kind, none of which shares its memory with another. */
const KINDS: readonly (readonly [name: string, count: number, make: (n: number) => unknown])[] = [
  ['fractions', 20_000, (n) => n + 0.5],
  ['short texts', 20_000, (n) => text(n, 20)],
  ['long texts', 2_000, (n) => text(n, 1_000)],
  ['texts of two-byte characters', 20_000, (n) => `${text(n, 20)}日`.normalize()],
  ['bigints', 20_000, (n) => BigInt(n) * 1_000n],
  ['huge bigints', 2_000, (n) => 10n ** 300n + BigInt(n)],
  ['objects of a type', 20_000, (n) => ({ cents: BigInt(n), entries: 1 })],
  ['objects of fractions', 20_000, (n) => ({ a: n + 0.5, b: n + 0.25 })],
  ['objects whose names are data', 10_000, (n) => ({ [text(n, 10)]: 1 })],
  [
    'objects of many names that are data',
    500,
    (n) => Object.fromEntries(several(40, (k) => [text(n * 40 + k, 10), k])),
  ],
  ['objects of some of many names', 2_000, () => Object.fromEntries(several(10, (k) => [`n${random.below(120)}`, k]))],
  ['lists of one', 20_000, (n) => [n]],
  ['lists that grew', 2_000, (n) => several(100, (k) => n + k)],
  ['lists of fractions', 200, (n) => several(1_000, (k) => n + k + 0.5)],
  ['lists of texts', 200, (n) => several(1_000, (k) => text(n * 1_000 + k, 10))],
  ['sets', 2_000, (n) => new Set(several(129, (k) => n + k))],
  ['maps', 1_000, (n) => new Map(several(129, (k) => [text(n + k, 8), text(k, 20)]))],
  ['bytes', 5_000, () => new Uint8Array(100)],
  ['nested values', 5_000, (n) => ({ a: { b: [{ c: n }, { c: n + 1 }] } })],
];

const several = <T>(count: number, make: (index: number) => T): T[] => {
  const made: T[] = [];
  for (let i = 0; i < count; i++) made.push(make(i));
  return made;
};
/** A text of its own: not put together from others, nor cut from one. */
const text = (n: number, length: number) => Buffer.from(String(n).padEnd(length, 'x')).toString();

describe('the memory that values take', () => {
  it.each(KINDS)('of %s is at least what V8 takes, and at most four times that', (_, count, make) => {
    const held = new Array<unknown>(count).fill(null);
    make(-1);
    const before = heldBytes();
    for (let n = 0; n < count; n++) held[n] = make(n);
    const real = heldBytes() - before + 8 * count;
    const sizer = new Sizer();
    const estimated = held.reduce((sum: number, value) => sum + sizer.of(value), 0);
    expect(estimated / real).toBeGreaterThan(0.9);
    expect(estimated / real).toBeLessThan(4);
  });

  it('tells whether a text in them may have been cut from a larger one', () => {
    const sizer = new Sizer();
    const line = Buffer.alloc(100_000, 'x').toString();
    const cut = several(200, (n) => line.slice(n, n + CUT_CHARACTERS_MIN));
    for (const some of [cut[0], { a: [cut[0]] }, new Map([[cut[0], 1]])]) {
      sizer.of(some);
      expect(sizer.mayKeepText).toBe(true);
    }
    for (const none of [cut[0]?.slice(1), 12345678901234567890n, [1, 2], {}]) {
      sizer.of(none);
      expect(sizer.mayKeepText).toBe(false);
    }
  });
});
