import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader, ByteWriter } from '../../../functions/core/bytes.ts';
import { decodeValue, encodeValue } from '../../../functions/core/codec.ts';
import { combineAll, mergePairs } from '../../../functions/core/merge.ts';
import { type Extent, extentsOf, type SectionName } from '../../../functions/core/partial-index.ts';
import { type EntrySource, ExtentReader, PartialReader } from '../../../functions/core/partial-reader.ts';
import { footerOfTail } from '../../../functions/core/partial-tail.ts';
import { PartialWriter } from '../../../functions/core/partial-writer.ts';
import { rowsOf, sumOfRows } from '../../../functions/core/row-ranges.ts';
import type { Summary } from '../../../functions/core/summary.ts';
import { LONG_BYTES_MIN, PARTIAL_BLOCK_BYTES } from '../../../functions/limits.ts';
import { heldBytes } from '../../support/heap.ts';

const summary: Summary = {
  run: 'r',
  digest: 'd',
  chunks: { first: 0, end: 1, succeeded: 1, failed: 0 },
  cover: { from: [0, 0], to: [1, 0] },
  bounds: null,
  bytes: 1,
  records: { read: 1, rejected: 0 },
  rejects: [],
  failures: [],
  entries: 0,
};

function stored(pairs: readonly (readonly [string, unknown])[]): Buffer {
  const writer = new PartialWriter();
  for (const [key, plain] of pairs) writer.addPair(Buffer.from(key), encoded(plain));
  return whole(writer);
}

function encoded(plain: unknown): Buffer {
  const value = new ByteWriter();
  encodeValue(plain, value);
  return value.take();
}

/** All bytes of a partial whose writer has not given any away */
function whole(writer: PartialWriter): Buffer {
  return Buffer.concat([...writer.blocks(), ...writer.end({ ...summary, entries: writer.entries })]);
}

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const reader = (bytes: Uint8Array, piece = 7) => new PartialReader(inPieces(bytes, piece), 'p');

async function readAll(bytes: Uint8Array): Promise<number> {
  const from = reader(bytes, 1000);
  let entries = 0;
  for (let block = await from.next(); block !== undefined; block = await from.next()) entries += block.entries;
  return from.summary.entries === entries ? entries : -1;
}

describe('partial', () => {
  it('has for each partition the checksum of all its bytes', () => {
    const writer = new PartialWriter([Buffer.from('3'), Buffer.from('5')]);
    for (let n = 0; n < 900; n++) writer.addPair(Buffer.from(String(100 + n)), randomBytes(n % 700));
    const bytes = whole(writer);
    const footer = footerOfTail(bytes);
    const extents = footer !== undefined && 'sections' in footer ? extentsOf(footer.sections, 'body') : [];
    expect(extents.map(({ partition }) => partition)).toEqual([0, 1, 2]);
    for (const { start, end, crc32: told } of extents) expect(told).toBe(crc32(bytes.subarray(start, end)));
  });

  it('has blocks compressed where that shrinks them by more than a quarter, and is tried now and then', () => {
    const sizesOf = (blocks: readonly Buffer[]) => {
      const writer = new PartialWriter();
      return blocks.map((block, i) => {
        writer.addPair(Buffer.from([i]), block);
        return writer.blocks().reduce((sum, { length }) => sum + length, 0);
      });
    };
    const dense = randomBytes(PARTIAL_BLOCK_BYTES);
    const shrinks = Buffer.alloc(PARTIAL_BLOCK_BYTES);
    const hardly = Buffer.concat([
      dense.subarray(PARTIAL_BLOCK_BYTES / 5),
      shrinks.subarray(0, PARTIAL_BLOCK_BYTES / 5),
    ]);
    const sizes = sizesOf([shrinks, dense, ...Array<Buffer>(31).fill(shrinks), shrinks, hardly]);
    const small = sizes.map((bytes) => bytes < PARTIAL_BLOCK_BYTES);
    expect(small).toEqual([true, false, ...Array<boolean>(31).fill(false), true, false]);
  });

  it('is the same bytes for the same pairs', () => {
    const pairs = Array.from({ length: 5_000 }, (_, i) => [String(i).padStart(6, '0'), i] as const);
    expect(stored(pairs).equals(stored(pairs))).toBe(true);
  });

  it('refuses every damaged byte and every shortening', async () => {
    const good = stored(
      [...Array(40).keys()].map((i) => [`key ${String(i).padStart(3, '0')}`, 'x'.repeat(30)] as const),
    );
    expect(await readAll(good)).toBe(40);
    for (let at = 0; at < good.length; at++) {
      const bad = Buffer.from(good);
      bad[at] = (bad[at] ?? 0) ^ 1;
      if (at >= good.length - 8 && at < good.length - 4) continue; // the footer's length at the end is for readers from there
      await expect(readAll(bad), `byte ${at}`).rejects.toThrow(/damaged|not in order/);
      await expect(readAll(good.subarray(0, at))).rejects.toThrow('ends early');
    }
  });

  it('refuses blocks in another order, though each is whole', async () => {
    const row = (letter: string) => Buffer.from(`${letter.repeat(99)}\n`.repeat(1_000));
    const writer = new PartialWriter();
    for (const letter of 'ab') writer.addEncodedPairs(row(letter), 1_000);
    const [magic, header1, block1, header2, block2] = writer.blocks();
    const end = writer.end({ ...summary, entries: 2_000 });
    const inOrder = [magic, header1, block1, header2, block2, ...end].map((bytes) => bytes ?? Buffer.alloc(0));
    expect(await readAll(Buffer.concat(inOrder))).toBe(2_000);
    const swapped = [magic, header2, block2, header1, block1, ...end].map((bytes) => bytes ?? Buffer.alloc(0));
    await expect(readAll(Buffer.concat(swapped))).rejects.toThrow('others than it says');
  });

  it('is the same bytes whether pairs come one by one or encoded', () => {
    const pairs = Array.from({ length: 3_000 }, (_, i) => [String(i).padStart(9, '0'), 'x'.repeat(i % 200)] as const);
    const boundaries = ['000000007', '000001', '0000010005', '0000010005', '000002999x'].map((key) => Buffer.from(key));
    const alone = new PartialWriter(boundaries);
    for (const [key, value] of pairs) alone.addPair(Buffer.from(key), encoded(value));
    const oneByOne = whole(alone);
    for (const bytesMin of [1, PARTIAL_BLOCK_BYTES]) {
      const writer = new PartialWriter(boundaries);
      let out = new ByteWriter();
      let entries = 0;
      const add = () => {
        if (entries > 0) writer.addEncodedPairs(out.view(), entries);
        out = new ByteWriter();
        entries = 0;
      };
      const partition = (key: string) =>
        boundaries.filter((boundary) => Buffer.from(key).compare(boundary) >= 0).length;
      for (const [i, [key, value]] of pairs.entries()) {
        if (partition(key) !== partition(pairs[i - 1]?.[0] ?? '')) add();
        for (const part of [Buffer.from(key), encoded(value)]) {
          out.varint(part.length);
          out.bytes(part);
        }
        entries += 1;
        if (out.length >= bytesMin) add();
      }
      add();
      expect(whole(writer).equals(oneByOne), `blocks of ${bytesMin} bytes`).toBe(true);
    }
  });

  it('gives its footer from its last bytes, and says how many it takes', () => {
    const bytes = stored([['a', 1]]);
    expect(footerOfTail(bytes)).toMatchObject({ summary: { run: 'r' } });
    expect(footerOfTail(bytes.subarray(-400))).toMatchObject({ summary: { run: 'r' } });
    const needed = footerOfTail(bytes.subarray(-20));
    if (needed === undefined || 'summary' in needed) throw new Error('expected to be told how many');
    expect(footerOfTail(bytes.subarray(-needed.needsBytes))).toMatchObject({ summary: { run: 'r' } });
    expect(footerOfTail(Buffer.from('garbage of any length at all'))).toBeUndefined();
  });
});

const key = fc.string({ unit: 'grapheme', maxLength: 3 });
const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
const sortedKeys = (maxLength: number) => fc.uniqueArray(key, { maxLength }).map((keys) => keys.sort(byBytes));

async function pairsOf(source: EntrySource): Promise<[SectionName, number, string, unknown][]> {
  const pairs: [SectionName, number, string, unknown][] = [];
  for (let block = await source.next(); block !== undefined; block = await source.next()) {
    const from = new ByteReader(block.bytes);
    let entries = 0;
    for (; !from.done; entries++) {
      const name = from.bytes(from.varint()).toString();
      pairs.push([block.section, block.partition, name, decodeValue(from.bytes(from.varint()))]);
    }
    expect(entries).toBe(block.entries);
  }
  return pairs;
}

describe('partitions and sections', () => {
  it('hold what lies between their boundaries, read whole or by range', async () => {
    const sections = fc
      .subarray<SectionName>(['out', 'in', 'body'])
      .chain((names) => fc.tuple(...names.map((name) => fc.tuple(fc.constant(name), sortedKeys(20)))));
    await fc.assert(
      fc.asyncProperty(
        sections,
        fc.array(key, { maxLength: 6 }),
        fc.integer({ min: 1, max: 50 }),
        async (given, cuts, piece) => {
          const boundaries = cuts.sort(byBytes);
          const writer = new PartialWriter(boundaries.map((cut) => Buffer.from(cut)));
          const expected: [SectionName, number, string, unknown][] = [];
          for (const [name, keys] of given) {
            writer.section(name);
            for (const one of keys) {
              writer.addPair(Buffer.from(one), encoded(one));
              expected.push([name, boundaries.filter((cut) => byBytes(cut, one) <= 0).length, one, one]);
            }
          }
          const bytes = whole(writer);
          expect(await pairsOf(reader(bytes, piece))).toEqual(expected);
          const footer = footerOfTail(bytes);
          if (footer === undefined || !('summary' in footer)) throw new Error('expected a footer');
          const ranged: typeof expected = [];
          const atOnce: typeof expected = [];
          for (const [name] of given) {
            const extents = extentsOf(footer.sections, name);
            const read = (some: readonly Extent[]) =>
              pairsOf(new ExtentReader(inPieces(bytes.subarray(some[0]?.start, some.at(-1)?.end), piece), some, 'p'));
            for (const extent of extents) ranged.push(...(await read([extent])));
            if (extents.length > 0) atOnce.push(...(await read(extents)));
          }
          expect(ranged).toEqual(expected);
          expect(atOnce).toEqual(expected);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('refuse every damaged byte of a range, and another range than was asked for', async () => {
    const writer = new PartialWriter([Buffer.from('b'), Buffer.from('c')]);
    for (const one of ['a', 'b', 'b1', 'c']) writer.addPair(Buffer.from(one), encoded('x'.repeat(800)));
    const bytes = whole(writer);
    const footer = footerOfTail(bytes);
    const extents = footer !== undefined && 'summary' in footer ? extentsOf(footer.sections, 'body') : [];
    expect(extents.map(({ entries }) => entries)).toEqual([1, 2, 1]);
    const [first, second, third] = extents;
    if (first === undefined || second === undefined || third === undefined) throw new Error('expected three');
    const read = (from: Buffer, extent: Extent) =>
      pairsOf(new ExtentReader(inPieces(from.subarray(extent.start, extent.end), 100), [extent], 'p'));
    expect(await read(bytes, second)).toHaveLength(2);
    for (let at = second.start; at < second.end; at++) {
      const bad = Buffer.from(bytes);
      bad[at] = (bad[at] ?? 0) ^ 1;
      await expect(read(bad, second), `byte ${at}`).rejects.toThrow('damaged');
    }
    await expect(read(bytes, { ...first, start: third.start, end: third.end })).rejects.toThrow('others than');
    await expect(read(bytes, { ...second, entries: 3 })).rejects.toThrow('others than');
    await expect(read(bytes, { ...second, end: second.end - 1 })).rejects.toThrow('ends early');
  });
});

describe('rows', () => {
  const large = Buffer.alloc(200_000, 'row\n');
  const of = { key: 'other', etag: 'e' };
  const rowsOfBytes = (bytes: Buffer, entries: number) => ({ bytes: bytes.length, entries, crc32: crc32(bytes) });
  const elsewhere = (entries: number) => ({ of, start: 5, end: 9, entries, crc32: 1 });
  /** Of sections with rows here and elsewhere. */
  function partialOfRows(): Buffer {
    const writer = new PartialWriter();
    const stored = [
      ...writer.rows('out', rowsOfBytes(Buffer.from('a\n'), 1)),
      Buffer.from('a\n'),
      ...writer.rows('out', elsewhere(3)),
      ...writer.rows('in', elsewhere(4)),
      ...writer.rows('body', elsewhere(5)),
      ...writer.rows('body', rowsOfBytes(large, 50_000)),
      large,
      ...writer.rows('body', elsewhere(6)),
      ...writer.rows('body', rowsOfBytes(Buffer.from('b\nc\n'), 2)),
      Buffer.from('b\nc\n'),
    ];
    return Buffer.concat([...stored, ...writer.end({ ...summary, entries: writer.entries })]);
  }
  const footerIn = (bytes: Buffer) => {
    const footer = footerOfTail(bytes);
    if (footer === undefined || !('summary' in footer)) throw new Error('expected a footer');
    return footer;
  };

  it('stand as they are where the index says, and are read whole', async () => {
    const bytes = partialOfRows();
    const partial = { object: { key: 'own', etag: 'o' }, ...footerIn(bytes) };
    const found = [
      ...rowsOf(
        [partial],
        ['out', 'in', 'body'].map((section) => ({ partial: 0, section: section as SectionName })),
      ),
    ];
    expect(found.map(({ key, section, nth, entries }) => [section, nth, key, entries])).toEqual([
      ['out', 0, 'own', 1],
      ['out', 1, 'other', 3],
      ['in', 0, 'other', 4],
      ['body', 0, 'other', 5],
      ['body', 1, 'own', 50_000],
      ['body', 2, 'other', 6],
      ['body', 3, 'own', 2],
    ]);
    const own = found.filter(({ key }) => key === 'own').map(({ start, end }) => bytes.subarray(start, end));
    expect(own.map(String)).toEqual(['a\n', String(large), 'b\nc\n']);
    const from = reader(bytes, 999);
    const read: Buffer[] = [];
    for (let block = await from.next(); block !== undefined; block = await from.next()) read.push(block.bytes);
    expect(Buffer.concat(read).equals(Buffer.concat(own))).toBe(true);
    expect(from.summary.entries).toBe(50_021);
    const sum = sumOfRows(found.filter(({ key }) => key === 'own'));
    expect(sum).toEqual(rowsOfBytes(Buffer.concat(own), 50_003));
  });

  it('refuse every damaged byte', async () => {
    const good = partialOfRows();
    const footer = good.length - 900;
    for (let at = 0; at < good.length - 8; at += at < 60 || at > footer ? 1 : 997) {
      const bad = Buffer.from(good);
      bad[at] = (bad[at] ?? 0) ^ 1;
      await expect(readAll(bad), `byte ${at}`).rejects.toThrow('damaged');
    }
  });

  it('are all of a partial that has any: one with other entries is refused', () => {
    const bytes = stored([['a', 1]]);
    const partial = { object: { key: 'own', etag: 'o' }, ...footerIn(bytes) };
    expect(() => [...rowsOf([partial], [{ partial: 0, section: 'body' }])]).toThrow('another number of rows');
  });
});

describe('merge', () => {
  it('gives what a map over all inputs gives, values combined in the order of the inputs', async () => {
    const input = fc.uniqueArray(fc.tuple(key, fc.string({ maxLength: 3 })), { selector: ([k]) => k, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(fc.array(input, { maxLength: 6 }), fc.integer({ min: 1, max: 50 }), async (inputs, piece) => {
        const expected = new Map<string, string>();
        for (const pairs of inputs) {
          for (const [k, v] of pairs) expected.set(k, (expected.get(k) ?? '') + v);
        }
        const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) => byBytes(a, b);
        const readers = inputs.map((pairs) => reader(stored([...pairs].sort(byKey)), piece));
        const got: [string, unknown][] = [];
        for await (const pairs of mergePairs(readers, (a, b) => `${a}${b}`, 1e9)) {
          for (const { key: k, value } of pairs) got.push([k.toString(), decodeValue(value)]);
        }
        expect(got).toEqual([...expected].sort(byKey));
      }),
      { numRuns: 500 },
    );
  });

  it('refuses an input that is not sorted', async () => {
    const merging = mergePairs(
      [
        reader(
          stored([
            ['b', 1],
            ['a', 1],
          ]),
        ),
      ],
      () => 0,
      1e9,
    );
    await expect(Array.fromAsync(merging)).rejects.toThrow('not in order');
  });

  it('gives long values back whole, which go over many blocks, and combines them', async () => {
    const text = (n: number, length: number) => String(n).repeat(length).slice(0, length);
    const lengths = [0, 10, LONG_BYTES_MIN - 10, LONG_BYTES_MIN, 3 * LONG_BYTES_MIN + 7];
    const pairs = lengths.map((length, n) => [`key ${n}`, text(n, length)] as const);
    for (const inputs of [1, 2, 3]) {
      const bytes = stored(pairs);
      const readers = Array.from({ length: inputs }, () => reader(bytes, 50_000));
      const got: unknown[] = [];
      for await (const batch of mergePairs(readers, (a, b) => `${a}${b}`, 1e9)) {
        for (const { key, value } of batch) got.push([key.toString(), decodeValue(value)]);
      }
      expect(got).toEqual(pairs.map(([key, value]) => [key, value.repeat(inputs)]));
    }
  });

  it('holds little of long values that wait for their turn', async () => {
    const text = 'x'.repeat(2_000_000);
    let most = 0;
    const before = heldBytes();
    const sources = Array.from({ length: 40 }, (_, n) =>
      reader(stored([[`${n}`.padStart(3, '0'), `${n}${text}`]]), 20_000),
    );
    const merging = mergePairs(sources, () => 0, 1e9);
    for (let next = await merging.next(); !next.done; next = await merging.next()) {
      most = Math.max(most, heldBytes() - before);
    }
    expect(most).toBeLessThan(40 * 400_000);
  });

  it('hands on little at a time, also of large values', async () => {
    const pairs = Array.from({ length: 40 }, (_, i) => [String(i).padStart(3, '0'), 'x'.repeat(100_000)] as const);
    for await (const batch of mergePairs([reader(stored(pairs), 50_000)], () => 0, 1e9)) {
      expect(batch.reduce((sum, { value }) => sum + value.length, 0)).toBeLessThan(400_000);
    }
  });

  it('reads no further ahead of any input than one block', async () => {
    const pulled = [0, 0, 0];
    const PIECE = 16 * 1024;
    const inputs = pulled.map((_, input) => {
      // Even where one input is far behind the others, whose first key comes after all of its keys.
      const pairs = Array.from({ length: 400 }, (__, i) => [
        `${input} ${String(i).padStart(3, '0')}`,
        randomBytes(5_000).toString('latin1'),
      ]) as [string, string][];
      const bytes = stored(pairs);
      expect(bytes.length).toBeGreaterThan(1_000_000);
      async function* counted() {
        for await (const piece of inPieces(bytes, PIECE)) {
          pulled[input] = (pulled[input] ?? 0) + piece.length;
          yield piece;
        }
      }
      return new PartialReader(counted(), 'p');
    });
    const given = [0, 0, 0];
    for await (const pairs of mergePairs(inputs, () => expect.unreachable(), 1e9)) {
      for (const { key: name, value } of pairs) {
        const input = Number(name.toString()[0]);
        given[input] = (given[input] ?? 0) + value.length;
      }
      await new Promise((resolve) => setImmediate(resolve)); // time to read ahead as far as it may
      for (const [input, bytes] of pulled.entries()) {
        // A block at hand, the next, what was handed on, and a piece more than was wanted.
        const most = 2 * (PARTIAL_BLOCK_BYTES + 8_000) + 300_000 + 2 * PIECE;
        expect(bytes - (given[input] ?? 0), `input ${input}`).toBeLessThan(most);
      }
    }
    expect(Math.min(...given)).toBeGreaterThan(1_000_000);
  });

  it('combines neighbours only, and in order', () => {
    const letters = [...'abcdefghijk'];
    expect(combineAll(letters, (a, b) => `(${a}${b})`)).toBe('((((ab)(cd))((ef)(gh)))((ij)k))');
  });
});
