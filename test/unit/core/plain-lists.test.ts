/** Lists that are joined as they are stored: the same bytes as `combine` makes of them, whatever they hold. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryScratch } from '../../../functions/adapters/simulated/memory-scratch.ts';
import { ByteWriter } from '../../../functions/core/bytes.ts';
import { encodeValue } from '../../../functions/core/codec.ts';
import { keptBy } from '../../../functions/core/kept-members.ts';
import { letGoOfPages, PAGE_BYTES, takePage } from '../../../functions/core/pages.ts';
import { PairTable } from '../../../functions/core/pair-table.ts';
import { ListSurvey } from '../../../functions/core/plain-lists.ts';
import { Sizer } from '../../../functions/core/size-of.ts';
import { ValueJoin } from '../../../functions/core/value-join.ts';
import { ValueLog } from '../../../functions/core/value-log.ts';
import { concat, union } from '../../../functions/index.ts';
import { IDLE_PAGES_BYTES_MAX } from '../../../functions/limits.ts';
import { roomFor } from '../../support/room.ts';

type Combine = (earlier: unknown, later: unknown) => unknown;
const COMBINERS = { concat, union } as unknown as Record<'concat' | 'union', Combine>;

const plain = fc.oneof(
  fc.integer({ min: -3, max: 6 }),
  fc.constantFrom<unknown>(null, true, false, '', 'a', 'é', '\ud800', '1', 1n, -1n, 2n ** 70n, 0.5, 2 ** 53, -0),
  fc.string({ minLength: 60, maxLength: 70 }),
);
const ascending = fc.uniqueArray(fc.nat(40), { maxLength: 4 }).map((some) => some.sort((a, b) => a - b));
const list = fc.oneof(ascending, fc.array(plain, { maxLength: 4 }));
/** Sometimes what is no plain list, and what the compiler would refuse. */
const value = fc.oneof(
  { weight: 30, arbitrary: list },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(new Set([1, 'a']), 'text') },
);

function encoded(value: unknown): Buffer {
  const out = new ByteWriter();
  encodeValue(value, out);
  return out.take();
}

/** What combining one after the other comes to. */
const folded = (values: readonly unknown[], combine: Combine) =>
  encoded(values.slice(1).reduce((earlier, later) => combine(earlier, later), values[0]));

describe.each(['concat', 'union'] as const)('lists for %s', (name) => {
  const combine = COMBINERS[name];

  it('come out of a table as they would be combined', () => {
    const pairs = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), value), { maxLength: 40 });
    const tableBytesMax = fc.constantFrom(1, 1_500, 1e6);
    fc.assert(
      fc.property(pairs, tableBytesMax, (some, bytesMax) => {
        const files = new MemoryScratch();
        const table = new PairTable(combine, roomFor({ tableBytesMax: bytesMax }, files));
        for (const [key, one] of some) table.add(key, one);
        const got = Array.from(table.drain(), (pair) => [pair.key.toString(), Buffer.from(pair.value)]);
        const keys = [...new Set(some.map(([key]) => key))].sort();
        const of = (key: string) => some.filter(([other]) => other === key).map(([, one]) => one);
        expect(got).toEqual(keys.map((key) => [key, folded(of(key), combine)]));
        expect([files.bytes, files.filesOpen]).toEqual([0, 0]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('come out of a merge as they would be combined', () => {
    fc.assert(
      fc.property(fc.array(fc.array(value, { minLength: 1, maxLength: 40 }), { maxLength: 3 }), (keys) => {
        const join = new ValueJoin(combine, 1e6);
        for (const values of keys) {
          for (const one of values) join.add(Buffer.from('k'), encoded(one));
          expect(Buffer.from(join.take(Buffer.from('k')))).toEqual(folded(values, combine));
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('are known to be alike by what they say of themselves', () => {
    expect(keptBy(combine)).toBe(name === 'union' ? 'distinct' : 'all');
    expect(keptBy((a, b) => combine(a, b))).toBeUndefined();
  });

  it('may be long, and have members that are', () => {
    const values = Array.from({ length: 300 }, (_, n) => [`${n % 7}`.repeat(n * 100), n, n + 0.5]);
    const table = new PairTable(combine, roomFor());
    for (const one of values) table.add('k', one);
    const got = Array.from(table.drain(), (pair) => Buffer.from(pair.value));
    expect(got.map((bytes) => bytes.equals(folded(values, combine)))).toEqual([true]);
  });

  it('are refused when they are too large, each and joined', () => {
    const said = 'The value of the key "k" takes more than 1000 bytes of memory';
    const table = new PairTable(combine, roomFor({ valueBytesMax: 1_000 }));
    expect(() => table.add('k', ['x'.repeat(1_000)])).toThrow(said);
    for (let n = 0; n < 100; n++) table.add('k', [n]);
    expect(() => [...table.drain()]).toThrow(said);
    const join = new ValueJoin(combine, 1_000);
    const all = () => {
      for (let n = 0; n < 100; n++) join.add(Buffer.from('k'), encoded([n]));
    };
    expect(all).toThrow(said);
  });
});

it('a union of members that come again and again takes what the distinct ones take', () => {
  const table = new PairTable(COMBINERS.union, roomFor({ valueBytesMax: 1_000 }));
  const join = new ValueJoin(COMBINERS.union, 1_000);
  for (let n = 0; n < 5_000; n++) {
    table.add('k', [n % 20]);
    join.add(Buffer.from('k'), encoded([n % 20]));
  }
  const expected = encoded(Array.from({ length: 20 }, (_, n) => n));
  expect(Array.from(table.drain(), (pair) => Buffer.from(pair.value))).toEqual([expected]);
  expect(Buffer.from(join.take(Buffer.from('k')))).toEqual(expected);
});

it('a list measures the same, stored or not', () => {
  const survey = new ListSurvey();
  fc.assert(
    fc.property(fc.array(plain), (some) => {
      const takes = survey.of(some);
      expect(takes).toBe(!some.some((member) => Object.is(member, -0)));
      expect(survey.ofEncoded(encoded(some), 0)).toBe(takes);
      if (takes) expect(survey.bytes).toBe(new Sizer().of(some));
    }),
  );
});

describe('a log of values', () => {
  it('gives back those of each key in the order of their coming', () => {
    const lengths = fc.array(fc.tuple(fc.nat(3), fc.oneof(fc.nat(30), fc.nat(20_000))), { maxLength: 60 });
    const log = new ValueLog();
    fc.assert(
      fc.property(lengths, (all) => {
        const last = [0, 0, 0, 0];
        let bytes = 0;
        for (const [n, [key, length]] of all.entries()) {
          last[key] = log.append(Buffer.alloc(length + 1, n), length + 1, last[key] ?? 0);
          bytes += length + 1;
        }
        expect(log.bytes).toBeGreaterThanOrEqual(bytes);
        for (const [key, at] of last.entries()) {
          const got: Buffer[] = [];
          for (let place = at === 0 ? 0 : log.fromFirst(at); place !== 0; place = log.linkOf(place)) {
            got.push(log.pageOf(place).subarray(log.startOf(place)));
          }
          const expected = all.flatMap(([own, length], n) => (own === key ? [Buffer.alloc(length + 1, n)] : []));
          expect(got.map((page, i) => page.subarray(0, expected[i]?.length).equals(expected[i] ?? page))).toEqual(
            expected.map(() => true),
          );
        }
        log.clear();
        expect(log.bytes).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});

describe('pages', () => {
  const most = IDLE_PAGES_BYTES_MAX / PAGE_BYTES;

  it('are given again, up to a bound', () => {
    for (let n = 0; n < most; n++) takePage(); // those that others gave
    const pages = Array.from({ length: most + 1 }, takePage);
    letGoOfPages(pages);
    const again = new Set(Array.from({ length: most + 1 }, takePage));
    expect(pages.filter((page) => again.has(page)).length).toBe(most);
  });

  it('are of one size', () => {
    const other = Buffer.alloc(PAGE_BYTES - 1);
    letGoOfPages([other]);
    expect(takePage()).not.toBe(other);
  });
});
