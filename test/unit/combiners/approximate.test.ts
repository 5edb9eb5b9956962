/** Approximate combiners: their error, against exact answers; their bytes, in any grouping. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../../../functions/core/bytes.ts';
import { decodeValue, encodeValue } from '../../../functions/core/codec.ts';
import { approxDistinct, approxQuantiles, approxTop, type FanfoldError } from '../../../functions/index.ts';
import { Random } from '../../support/random.ts';

type Combine = (a: Uint8Array, b: Uint8Array) => Uint8Array;

/** In a grouping that a seed decides; the values as they come back from where they were stored. */
function combined(sketches: readonly Uint8Array[], combine: Combine, random: Random): Uint8Array {
  const [only] = sketches;
  if (sketches.length === 1 && only !== undefined) return stored(only);
  const at = 1 + random.below(sketches.length - 1);
  const earlier = combined(sketches.slice(0, at), combine, random);
  return combine(earlier, combined(sketches.slice(at), combine, random));
}

/** As the engine combines the values of a key: each is copied log n times. */
function pairwise(sketches: readonly Uint8Array[], combine: Combine): Uint8Array {
  let level = sketches;
  while (level.length > 1) {
    level = level.flatMap((a, i) => {
      const b = level[i + 1];
      return i % 2 === 1 ? [] : [b === undefined ? a : combine(a, b)];
    });
  }
  return level[0] ?? new Uint8Array();
}

function stored(sketch: Uint8Array): Uint8Array {
  const out = new ByteWriter();
  encodeValue(sketch, out);
  return decodeValue(out.view()) as Uint8Array; // what was encoded two lines above
}

const shuffled = <T>(list: readonly T[], random: Random): T[] =>
  list
    .map((value) => ({ value, at: random.below(2 ** 30) }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);

const code = (expected: FanfoldError['code']) => expect.objectContaining({ code: expected });

describe('approxDistinct', () => {
  it.each([0.05, 0.02])('is within its standard error as often as it says: %d', (error) => {
    const distinct = approxDistinct({ error });
    for (const n of [100, 1_000, 5_000]) {
      const errors = Array.from({ length: 60 }, (_, trial) => {
        const sketches = Array.from({ length: n }, (__, i) => distinct.of(`${trial} ${i}`));
        return distinct.estimate(pairwise(sketches, distinct.combine)) / n - 1;
      });
      const sum = (of: (e: number) => number) => errors.reduce((all, e) => all + of(e), 0) / errors.length;
      expect(Math.sqrt(sum((e) => e * e))).toBeLessThan(1.1 * error);
      expect(sum((e) => (Math.abs(e) > 2 * error ? 1 : 0))).toBeLessThan(0.05);
      expect(sum((e) => (Math.abs(e) > 3 * error ? 1 : 0))).toBe(0);
      // Not always too low, nor always too high.
      expect(Math.abs(sum((e) => e))).toBeLessThan(0.3 * error);
    }
  });

  it('is right where there are many', () => {
    const distinct = approxDistinct({ error: 0.005 });
    const parts = Array.from({ length: 4 }, (_, part) =>
      pairwise(
        Array.from({ length: 65_536 }, (__, i) => distinct.of(part * 65_536 + i)),
        distinct.combine,
      ),
    );
    expect(Math.abs(distinct.estimate(parts.reduce(distinct.combine)) / 262_144 - 1)).toBeLessThan(2 * 0.005);
  });

  it('counts what is few exactly, and a value that comes again once', () => {
    const distinct = approxDistinct();
    for (const n of [1, 2, 3, 10, 50]) {
      const sketches = Array.from({ length: 3 * n }, (_, i) => distinct.of(i % n));
      expect(distinct.estimate(sketches.reduce(distinct.combine))).toBe(n);
    }
  });

  it('is the same bytes in any grouping and order, few values or many', () => {
    const distinct = approxDistinct({ error: 0.13 }); // 64 registers: sparse and dense
    fc.assert(
      fc.property(fc.array(fc.nat(60), { minLength: 1, maxLength: 120 }), fc.nat(), (values, seed) => {
        const random = new Random(seed);
        const expected = values.map((value) => distinct.of(value)).reduce(distinct.combine);
        const other = shuffled([...values, ...values, ...values], random).map((value) => distinct.of(value));
        expect(combined(other, distinct.combine, random)).toEqual(expected);
      }),
    );
  });

  it('does not change what it is given, and never grows past its registers', () => {
    const distinct = approxDistinct({ error: 0.13 });
    let sketch = distinct.of(0);
    for (let i = 1; i < 500; i++) {
      const one = distinct.of(i);
      const before = [Uint8Array.from(sketch), Uint8Array.from(one)];
      const next = distinct.combine(sketch, one);
      expect([sketch, one]).toEqual(before);
      sketch = next;
      expect(sketch.length).toBeLessThanOrEqual(4 + 64);
    }
  });

  it.each([0, 0.002, 0.27, Number.NaN, -1])('refuses the error %d', (error) => {
    expect(() => approxDistinct({ error })).toThrow(code('FANFOLD_JOB_INVALID'));
  });

  it.each([0.0021, 0.26])('takes the error %d', (error) => {
    const distinct = approxDistinct({ error });
    expect(distinct.estimate(distinct.of('x'))).toBe(1);
  });
});

describe('approxQuantiles', () => {
  const DISTRIBUTIONS: readonly (readonly [string, (random: Random) => number])[] = [
    ['even', (random) => random.below(1_000_000)],
    ['a long tail', (random) => 1 / (1e-9 + random.below(1e9) / 1e9) ** 3],
    ['both signs', (random) => (random.below(2001) - 1000) ** 3],
    ['few values', (random) => random.pick([-1, 0, 0.1, 0.1, 5])],
    ['tiny and huge', (random) => random.pick([1, -1]) * 10 ** (random.below(600) - 300)],
  ];

  it.each(DISTRIBUTIONS)('is within its error of the exact one, always: %s', (_, make) => {
    for (const error of [0.1, 0.01, 0.001]) {
      const quantiles = approxQuantiles({ error });
      const random = new Random(7);
      const values = Array.from({ length: 3_000 }, () => make(random));
      const sketch = combined(values.map(quantiles.of), quantiles.combine, random);
      const sorted = Float64Array.from(values).sort();
      for (const percent of [0, 0.1, 1, 5, 25, 50, 75, 90, 99, 99.9, 100]) {
        const wanted = Math.max(1, Math.ceil((percent * sorted.length) / 100));
        const exact = sorted[wanted - 1] ?? Number.NaN;
        const off = Math.abs(quantiles.estimate(sketch, percent / 100) - exact);
        expect(off, `${percent} % is ${exact}`).toBeLessThanOrEqual(error * Math.abs(exact));
      }
      expect(quantiles.estimate(sketch, 0)).toBe(sorted[0]);
      expect(quantiles.estimate(sketch, 1)).toBe(sorted.at(-1));
    }
  });

  it('is within its error for any few numbers', () => {
    const quantiles = approxQuantiles();
    const numbers = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((x) => x === 0 || Math.abs(x) > 1e-300);
    fc.assert(
      fc.property(fc.array(numbers, { minLength: 1, maxLength: 9 }), (values) => {
        const sketch = values.map(quantiles.of).reduce(quantiles.combine);
        for (const [i, exact] of Float64Array.from(values).sort().entries()) {
          const off = Math.abs(quantiles.estimate(sketch, (i + 1) / values.length) - exact);
          expect(off).toBeLessThanOrEqual(0.01 * Math.abs(exact));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is the same bytes in any grouping and order', () => {
    const quantiles = approxQuantiles({ error: 0.05 });
    const numbers = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: -50, max: 50 }));
    fc.assert(
      fc.property(fc.array(numbers, { minLength: 1, maxLength: 60 }), fc.nat(), (values, seed) => {
        const random = new Random(seed);
        const expected = values.map(quantiles.of).reduce(quantiles.combine);
        expect(combined(shuffled(values, random).map(quantiles.of), quantiles.combine, random)).toEqual(expected);
      }),
    );
  });

  it('takes as many bytes as it says: 3 a bucket, for values within a factor of a million', () => {
    const quantiles = approxQuantiles();
    const all = Array.from({ length: 20 * 64 * 4 }, (_, i) => quantiles.of(2 ** (i / 256)));
    const { length } = pairwise(all, quantiles.combine);
    expect(length).toBeLessThan(4_000);
    expect(length).toBeGreaterThan(2_000);
  });

  it('counts in whole numbers where the share is rounded', () => {
    const quantiles = approxQuantiles({ error: 0.001 });
    const sketch = Array.from({ length: 100 }, (_, i) => quantiles.of(i + 1)).reduce(quantiles.combine);
    for (let percent = 1; percent <= 100; percent++) {
      expect(Math.abs(quantiles.estimate(sketch, percent / 100) - percent)).toBeLessThanOrEqual(0.001 * percent);
    }
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('refuses the value %d', (value) => {
    expect(() => approxQuantiles().of(value)).toThrow(code('FANFOLD_VALUE_INVALID'));
  });

  it.each([-0.1, 1.1, Number.NaN])('refuses the share %d', (q) => {
    const quantiles = approxQuantiles();
    expect(() => quantiles.estimate(quantiles.of(1), q)).toThrow(code('FANFOLD_VALUE_INVALID'));
  });

  it.each([0, 0.0009, 0.51, Number.NaN])('refuses the error %d', (error) => {
    expect(() => approxQuantiles({ error })).toThrow(code('FANFOLD_JOB_INVALID'));
  });
});

describe('approxTop', () => {
  /** Items as often as Zipf's law has it, and their exact weights. */
  function zipf(count: number, items: number, random: Random) {
    const stream: string[] = [];
    const exact = new Map<string, number>();
    for (let i = 0; i < count; i++) {
      const item = `item-${Math.floor(items ** ((1 + random.below(1e6)) / 1e6))}`;
      stream.push(item);
      exact.set(item, (exact.get(item) ?? 0) + 1);
    }
    return { stream, exact };
  }

  it.each([1, 2, 3])('bounds every weight, by no more than it says, in any grouping: seed %i', (seed) => {
    const random = new Random(seed);
    const counters = 40;
    const top = approxTop(counters, { counters });
    const { stream, exact } = zipf(6_000, 2_000, random);
    const found = top.estimate(
      combined(
        stream.map((item) => top.of(item)),
        top.combine,
        random,
      ),
    );
    const width = stream.length / (counters + 1);
    expect(found.length).toBeGreaterThan(0);
    for (const { item, atLeast, atMost } of found) {
      const weight = exact.get(item) ?? 0;
      expect(atLeast).toBeLessThanOrEqual(weight);
      expect(atMost).toBeGreaterThanOrEqual(weight);
      expect(atMost - atLeast).toBeLessThanOrEqual(width);
    }
    const told = new Set(found.map(({ item }) => item));
    for (const [item, weight] of exact) if (weight > width) expect(told.has(item), item).toBe(true);
  });

  it('finds the ten heaviest of a long tail with the counters that it has', () => {
    const random = new Random(5);
    const top = approxTop(10);
    const { stream, exact } = zipf(20_000, 3_000, random);
    const found = top.estimate(
      combined(
        stream.map((item) => top.of(item)),
        top.combine,
        random,
      ),
    );
    const ranked = [...exact].sort((a, b) => b[1] - a[1]);
    const least = ranked[9]?.[1] ?? 0;
    for (const { item } of found) expect(exact.get(item)).toBeGreaterThan(least - 20_000 / 201);
    expect(found[0]?.item).toBe(ranked[0]?.[0]);
  });

  it('is exact, and the same bytes in any grouping and order, up to its counters', () => {
    const top = approxTop(3, { counters: 8 });
    const items = fc.constantFrom('a', 'b', '', 'é', '\udcff', '\u{10000}', '\ue000', 'z');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(items, fc.integer({ min: 1, max: 9 })), { minLength: 1 }),
        fc.nat(),
        (list, seed) => {
          const random = new Random(seed);
          const make = (some: typeof list) => some.map(([item, weight]) => top.of(item, weight));
          const sketch = make(list).reduce(top.combine);
          expect(combined(make(shuffled(list, random)), top.combine, random)).toEqual(sketch);
          const exact = new Map<string, number>();
          for (const [item, weight] of list) exact.set(item, (exact.get(item) ?? 0) + weight);
          for (const { item, atLeast, atMost } of top.estimate(sketch)) {
            expect([atLeast, atMost]).toEqual([exact.get(item), exact.get(item)]);
          }
        },
      ),
    );
  });

  it('takes from each no more than it must', () => {
    const top = approxTop(20, { counters: 20 });
    const twice = Array.from({ length: 20 }, (_, i) => top.of(`item ${i}`, 2));
    const sketch = [...twice, top.of('one more')].reduce(top.combine);
    expect(top.estimate(sketch)).toEqual(
      Array.from({ length: 20 }, () => ({ item: expect.stringMatching(/^item/), atLeast: 1, atMost: 2 })),
    );
  });

  it('never grows past its counters, and does not change what it is given', () => {
    const top = approxTop(2, { counters: 5 });
    let sketch = top.of('item 00');
    for (let i = 1; i < 300; i++) {
      const before = Uint8Array.from(sketch);
      const next = top.combine(sketch, top.of(`item ${i % 60}`));
      expect(sketch).toEqual(before);
      sketch = next;
      expect(sketch.length).toBeLessThanOrEqual(4 + 3 + 5 * (1 + 7 + 2));
    }
  });

  it('orders equals by their bytes', () => {
    const top = approxTop(3);
    const sketch = ['\u{10000}', '\ue000', 'b', 'a'].map((item) => top.of(item)).reduce(top.combine);
    expect(top.estimate(sketch).map(({ item }) => item)).toEqual(['a', 'b', '\ue000']);
  });

  it.each([0, 0.5, -1, 2 ** 54])('refuses the weight %d', (weight) => {
    expect(() => approxTop(1).of('a', weight)).toThrow(code('FANFOLD_VALUE_INVALID'));
  });

  it.each([
    [0, {}],
    [10_001, {}],
    [2, { counters: 1 }],
    [2, { counters: 100_001 }],
    [1.5, {}],
  ])('refuses k %d with %o', (k, options) => {
    expect(() => approxTop(k, options)).toThrow(code('FANFOLD_JOB_INVALID'));
  });

  it('takes the greatest options', () => {
    expect(approxTop(10_000, { counters: 100_000 }).estimate(approxTop(10_000).of('a'))).toHaveLength(1);
  });
});

describe('a sketch', () => {
  it('is told from that of another combiner, or of other options, or from none', () => {
    const distinct = approxDistinct();
    const wrong = [
      approxTop(1).of('a'),
      approxDistinct({ error: 0.1 }).of('a'),
      new Uint8Array(),
      Uint8Array.of(255, 83),
    ];
    for (const sketch of wrong) {
      expect(() => distinct.combine(distinct.of('a'), sketch)).toThrow(code('FANFOLD_VALUE_INVALID'));
      expect(() => distinct.estimate(sketch)).toThrow(code('FANFOLD_VALUE_INVALID'));
    }
    expect(() => approxTop(1).estimate(distinct.of('a'))).toThrow('approxTop() got a value that it did not make');
    expect(() => approxQuantiles({ error: 0.1 }).estimate(approxQuantiles().of(1), 1)).toThrow(
      'made with other options',
    );
  });
});
