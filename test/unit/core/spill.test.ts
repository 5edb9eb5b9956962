/** Pairs, rows and blocks beyond a chunk's memory: the same bytes as within it, and no more memory than was given. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryScratch } from '../../../functions/adapters/simulated/memory-scratch.ts';
import { BlockSpool } from '../../../functions/core/block-spool.ts';
import { ByteWriter } from '../../../functions/core/bytes.ts';
import { decodeValue } from '../../../functions/core/codec.ts';
import type { MemoryBounds } from '../../../functions/core/memory-bounds.ts';
import { PairTable } from '../../../functions/core/pair-table.ts';
import { putRow, RowSorter } from '../../../functions/core/row-sorter.ts';
import type { ScratchFile } from '../../../functions/core/scratch-file.ts';
import { sortRows } from '../../../functions/core/sort-rows.ts';
import type { Pair } from '../../../functions/core/sorted-spills.ts';
import { encodeText } from '../../../functions/core/text.ts';
import { concat, fields, sum, union } from '../../../functions/index.ts';
import { heldBytes } from '../../support/heap.ts';
import { roomFor } from '../../support/room.ts';

const copyOf = ({ key, value }: Pair) => [Buffer.from(key), Buffer.from(value)] as const;
const rowOf = (pair: Pair) => {
  const out = new ByteWriter();
  putRow(pair, out);
  return out.take();
};
const byBytes = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b);

type Combine = (a: never, b: never) => unknown;
const append = (a: string, b: string) => a + b;
function drained(pairs: readonly (readonly [string, unknown])[], combine: Combine, bounds: Partial<MemoryBounds>) {
  const files = new MemoryScratch();
  const table = new PairTable(combine as (a: unknown, b: unknown) => unknown, roomFor(bounds, files));
  for (const [key, value] of pairs) table.add(key, value);
  const got = Array.from(table.drain(), copyOf);
  return { got, files };
}

const key = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 3 }),
  fc.constantFrom('a', 'b', '\ue000', '\u{10000}', '\udc80', '\udcff', 'x'.repeat(300)),
);
const bounds = fc.record({
  tableBytesMax: fc.oneof(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 5_000 })),
  mergeBytesMax: fc.integer({ min: 1, max: 100_000 }),
});
/** Combiners that are associative, each with its values. None is commutative but the first. */
const jobs = fc.constantFrom<[Combine, fc.Arbitrary<unknown>]>(
  [sum as Combine, fc.integer()],
  [concat as Combine, fc.array(fc.integer({ max: 9, min: 0 }), { maxLength: 3 })],
  [union as Combine, fc.uniqueArray(fc.string({ maxLength: 2 }), { maxLength: 3 })],
  [append, fc.string({ maxLength: 20 })],
  [
    fields({ n: sum, ids: concat }) as Combine,
    fc.record({ n: fc.bigInt(), ids: fc.array(fc.integer(), { maxLength: 2 }) }),
  ],
  [((_: unknown, b: unknown) => b) as Combine, fc.jsonValue({ maxDepth: 2 })],
);

/** A record of a thousand bytes. */
const record = (n: number) => Buffer.from(String(n).padEnd(1_000, 'x')).toString();

/** So long that V8 does not copy it into what it is added to. */
const piece = (n: number) => Buffer.from(String(n).padStart(13, '0')).toString();

/** A scratch file that forgets, and hence takes no memory. */
function forgetful(): ScratchFile {
  let length = 0;
  return {
    get length() {
      return length;
    },
    append: (bytes) => {
      length += bytes.length;
    },
    read: () => {},
    close: () => {},
  };
}

describe('pairs', () => {
  it('come out as the same bytes, whatever fits in memory', () => {
    const chunk = jobs.chain(([combine, value]) =>
      fc.tuple(fc.constant(combine), fc.array(fc.tuple(key, value), { maxLength: 60 })),
    );
    let spilled = 0;
    fc.assert(
      fc.property(chunk, bounds, ([combine, pairs], some) => {
        const whole = drained(pairs, combine, {});
        const small = drained(pairs, combine, some);
        expect(small.got).toEqual(whole.got);
        expect(small.got.map(([k]) => k)).toEqual(small.got.map(([k]) => k).sort(byBytes));
        expect(whole.files.bytesWritten).toBe(0);
        if (small.files.bytesWritten > 0) spilled += 1;
        expect([small.files.bytes, small.files.filesOpen]).toEqual([0, 0]);
      }),
      { numRuns: 1_000 },
    );
    expect(spilled).toBeGreaterThan(500);
  });

  it('are merged in several passes when there are more spills than are read at a time', () => {
    const pairs = Array.from({ length: 3_000 }, (_, n) => [`${(n * 7) % 50}`, [n]] as const);
    const { got, files } = drained(pairs, concat as Combine, { tableBytesMax: 1, mergeBytesMax: 3 * 4096 + 100 });
    expect(got).toEqual(drained(pairs, concat as Combine, {}).got);
    expect(files.bytesWritten).toBeGreaterThan(5 * 3_000 * 5); // three spills are one, seven times over
  });

  it.each<[string, Combine, (n: number) => readonly [string, unknown]]>([
    ['lists of one hot key', concat as Combine, (n) => ['hot', [`${n}${'x'.repeat(100)}`]]],
    ['lists of some keys', concat as Combine, (n) => [`${n % 10}`, [n, n + 0.5]]],
    ['texts of one hot key', append, (n) => ['hot', piece(n)]],
    ['lists of texts cut from their records', concat as Combine, (n) => [`${n % 10}`, [record(n).slice(5, 25)]]],
    ['keys', sum as Combine, (n) => [`${n}${'x'.repeat(100)}`, 1]],
    ['keys cut from their records', sum as Combine, (n) => [record(n).slice(0, 20), 1]],
    [
      'objects whose names are data',
      ((a: object, b: object) => ({ ...a, ...b })) as Combine,
      (n) => [`${n % 100}`, { [`n${n}`]: n }],
    ],
  ])('fill no more memory than was given: %s', (_, combine, make) => {
    const tableBytesMax = 1_000_000;
    const held = (records: number) => {
      const table = new PairTable(combine as (a: unknown, b: unknown) => unknown, {
        memory: { ...roomFor().memory, tableBytesMax },
        scratch: { create: forgetful, close() {} },
      });
      let most = 0;
      for (let n = 0; n < records; n++) {
        table.nextRecord(1_000);
        const [key, value] = make(n);
        table.add(key, value);
        if (n % 9_601 === 9_600) most = Math.max(most, heldBytes());
      }
      return most;
    };
    held(12_000); // code takes memory, too, once it is compiled
    const most = held(50_000) - heldBytes(); // what is there without the table
    expect(most).toBeLessThan(1.5 * tableBytesMax);
    expect(most).toBeGreaterThan(tableBytesMax / 20);
  });

  it('of a value that is too large for memory are refused by name, with what to do', () => {
    const large = { valueBytesMax: 10_000 };
    const lists = Array.from({ length: 2_000 }, (_, n) => ['hot', [n]] as const);
    const said = 'The value of the key "hot" takes more than 10000 bytes of memory';
    expect(() => drained(lists, concat as Combine, large)).toThrow(said);
    expect(() => drained(lists, concat as Combine, { ...large, tableBytesMax: 1 })).toThrow(said);
    expect(() => drained([['hot', 'x'.repeat(10_000)]], append, large)).toThrow(said);
    const texts = Array.from({ length: 2_000 }, () => ['hot', 'xxxxx'] as const);
    expect(() => drained(texts, append, large)).toThrow(said);
    expect(() => drained(lists, concat as Combine, large)).toThrow(
      expect.objectContaining({ code: 'FANFOLD_VALUE_TOO_LARGE', fix: expect.stringContaining('workerMemoryMiB') }),
    );
  });

  it('that are refused leave nothing behind', () => {
    const table = new PairTable(append as (a: unknown, b: unknown) => unknown, roomFor({ valueBytesMax: 1_000 }));
    expect(() => table.add('a', 'x'.repeat(1_000))).toThrow('takes more than 1000 bytes of memory');
    table.add('b', 'y');
    table.add('a', 'z');
    const got = Array.from(table.drain(), copyOf).map(([key, value]) => [key.toString(), decodeValue(value)]);
    expect(got).toEqual([
      ['a', 'z'],
      ['b', 'y'],
    ]);
  });

  it('whose values stay small may be many', () => {
    const pairs = Array.from({ length: 5_000 }, (_, n) => ['hot', [n]] as const);
    const three = ((a: number[], b: number[]) => [...a, ...b].sort((x, y) => y - x).slice(0, 3)) as Combine;
    const { got } = drained(pairs, three, { valueBytesMax: 300, tableBytesMax: 500 });
    expect(got.map(([, value]) => decodeValue(value))).toEqual([[4_999, 4_998, 4_997]]);
  });

  it('count what their values were cut from', () => {
    const files = new MemoryScratch();
    const table = new PairTable((a) => a, roomFor({ tableBytesMax: 1_000_000 }, files));
    for (let n = 0; n < 100; n++) {
      table.nextRecord(100_000);
      table.add(`${n}`, ['a text of twenty chars']);
    }
    expect(files.bytesWritten).toBeGreaterThan(100 * 15);
  });
});

describe('rows', () => {
  const rows = fc.array(fc.tuple(key, fc.string({ maxLength: 3 })), { maxLength: 60 });

  it('come out by key, equal ones in the order of the input, whatever fits in memory', () => {
    fc.assert(
      fc.property(rows, bounds, (all, some) => {
        const expected = all
          .map(([k, rest], n) => ({
            key: Buffer.from(encodeText(k)),
            row: encodeText(n % 2 === 0 ? `${k}\n` : rest + n),
          }))
          .sort((a, b) => byBytes(a.key, b.key)); // stable
        const files = new MemoryScratch();
        for (const memory of [{}, some]) {
          const sorter = new RowSorter(roomFor(memory, files));
          for (const [n, [k, rest]] of all.entries()) sorter.add(k, n % 2 === 0 ? `${k}\n` : rest + n);
          const got = Array.from(sorter.drain(), (pair) => ({
            key: Buffer.from(pair.key),
            row: rowOf(pair),
          }));
          expect(got).toEqual(expected.map((one) => ({ ...one, row: Buffer.from(one.row) })));
          expect([files.bytes, files.filesOpen]).toEqual([0, 0]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('that are their keys take their keys alone', () => {
    const files = new MemoryScratch();
    const sorter = new RowSorter(roomFor({ tableBytesMax: 1 }, files));
    for (let n = 0; n < 100; n++) sorter.add('ten bytes…', 'ten bytes…\n');
    expect([...sorter.drain()].length).toBe(100);
    expect(files.bytesWritten).toBe(2 * 100 * (2 + Buffer.byteLength('ten bytes…')));
  });

  it('are refused when they are too long, or when there is no text to sort by', () => {
    const sorter = new RowSorter(roomFor({ valueBytesMax: 1_000 }));
    expect(() => sorter.add('k', 'x'.repeat(1_001))).toThrow('A row takes 1001 bytes, more than 1000');
    expect(() => sorter.add(1, 'x')).toThrow('`sortBy` gave a number');
    expect(() => sorter.add(undefined, 'x')).toThrow('`sortBy` gave a undefined');
  });

  it('are sorted by bytes, however long what they share is', () => {
    const strange = fc.array(
      fc
        .tuple(
          fc.constantFrom('', 'a', '\0', 'common prefix ', 'common prefix of some length'),
          fc.uint8Array({ maxLength: 10, max: 3 }),
        )
        .map(([prefix, rest]) => Buffer.concat([Buffer.from(prefix), rest])),
      { minLength: 0, maxLength: 2_000, size: 'max' },
    );
    fc.assert(
      fc.property(strange, (keys) => {
        const starts: number[] = [];
        keys.reduce((at, one) => {
          starts.push(at);
          return at + one.length;
        }, 0);
        const order = sortRows({
          bytes: Buffer.concat(keys),
          starts: Uint32Array.from(starts),
          lengths: Uint32Array.from(keys, ({ length }) => length),
          count: keys.length,
        });
        const expected = keys.map((bytes, row) => ({ bytes, row })).sort((a, b) => byBytes(a.bytes, b.bytes));
        expect(Array.from(order)).toEqual(expected.map(({ row }) => row));
      }),
      { numRuns: 100 },
    );
  });
});

describe('blocks', () => {
  it('come out as they went in, whatever fits in memory', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 20 })), fc.integer({ min: 0, max: 100 }), (blocks, bytesMax) => {
        const files = new MemoryScratch();
        const spool = new BlockSpool(files.open(), bytesMax);
        for (const block of blocks) spool.add([block]);
        expect(Buffer.concat([...spool.drain()]).equals(Buffer.concat(blocks))).toBe(true);
        expect([files.bytes, files.filesOpen]).toEqual([0, 0]);
      }),
    );
  });

  it('beyond the bound are not held', () => {
    const files = new MemoryScratch();
    const spool = new BlockSpool(files.open(), 1_000);
    for (let n = 0; n < 100; n++) spool.add([Buffer.alloc(100)]);
    expect(files.bytes).toBeGreaterThanOrEqual(9_000);
  });
});
