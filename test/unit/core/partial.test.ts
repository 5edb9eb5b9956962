import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../../../functions/core/bytes.ts';
import { decodeValue, encodeValue } from '../../../functions/core/codec.ts';
import { combineAll, mergePairs } from '../../../functions/core/merge.ts';
import { PartialReader, PartialWriter, summaryOfTail } from '../../../functions/core/partial.ts';
import type { Summary } from '../../../functions/core/summary.ts';

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
  const value = new ByteWriter();
  for (const [key, plain] of pairs) {
    value.reset();
    encodeValue(plain, value);
    writer.addPair(Buffer.from(key), value.view());
  }
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
    for (const letter of 'ab') writer.addRows(row(letter), 1_000);
    const [magic, header1, block1, header2, block2] = writer.blocks();
    const end = writer.end({ ...summary, entries: 2_000 });
    const inOrder = [magic, header1, block1, header2, block2, ...end].map((bytes) => bytes ?? Buffer.alloc(0));
    expect(await readAll(Buffer.concat(inOrder))).toBe(2_000);
    const swapped = [magic, header2, block2, header1, block1, ...end].map((bytes) => bytes ?? Buffer.alloc(0));
    await expect(readAll(Buffer.concat(swapped))).rejects.toThrow('in another order');
  });

  it('gives its summary from its last bytes, and says how many it takes', () => {
    const bytes = stored([['a', 1]]);
    expect(summaryOfTail(bytes)).toMatchObject({ run: 'r' });
    expect(summaryOfTail(bytes.subarray(-400))).toMatchObject({ run: 'r' });
    const needed = summaryOfTail(bytes.subarray(-20));
    if (needed === undefined || 'run' in needed) throw new Error('expected to be told how many');
    expect(summaryOfTail(bytes.subarray(-needed.needsBytes))).toMatchObject({ run: 'r' });
    expect(summaryOfTail(Buffer.from('garbage of any length at all'))).toBeUndefined();
  });
});

describe('merge', () => {
  it('gives what a map over all inputs gives, values combined in the order of the inputs', async () => {
    const key = fc.string({ unit: 'grapheme', maxLength: 3 });
    const input = fc.uniqueArray(fc.tuple(key, fc.string({ maxLength: 3 })), { selector: ([k]) => k, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(fc.array(input, { maxLength: 6 }), fc.integer({ min: 1, max: 50 }), async (inputs, piece) => {
        const expected = new Map<string, string>();
        for (const pairs of inputs) {
          for (const [k, v] of pairs) expected.set(k, (expected.get(k) ?? '') + v);
        }
        const byBytes = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) =>
          Buffer.compare(Buffer.from(a), Buffer.from(b));
        const readers = inputs.map((pairs) => reader(stored([...pairs].sort(byBytes)), piece));
        const got: [string, unknown][] = [];
        for await (const pairs of mergePairs(readers, (a, b) => `${a}${b}`)) {
          for (const { key: k, value } of pairs) got.push([k.toString(), decodeValue(value)]);
        }
        expect(got).toEqual([...expected].sort(byBytes));
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
    );
    await expect(Array.fromAsync(merging)).rejects.toThrow('not in order');
  });

  it('hands on little at a time, also of large values', async () => {
    const pairs = Array.from({ length: 40 }, (_, i) => [String(i).padStart(3, '0'), 'x'.repeat(100_000)] as const);
    for await (const batch of mergePairs([reader(stored(pairs), 50_000)], () => 0)) {
      expect(batch.reduce((sum, { value }) => sum + value.length, 0)).toBeLessThan(400_000);
    }
  });

  it('combines neighbours only, and in order', () => {
    const letters = [...'abcdefghijk'];
    expect(combineAll(letters, (a, b) => `(${a}${b})`)).toBe('((((ab)(cd))((ef)(gh)))((ij)k))');
  });
});
