import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyTable } from '../../../functions/core/key-table.ts';
import { encodeText } from '../../../functions/core/text.ts';

const hex = (text: string) => Buffer.from(encodeText(text)).toString('hex');
/** The number of a key, which is added if it is not there. */
function numberOf(table: KeyTable, key: string): number {
  const number = table.find(key);
  if (number >= 0) return number;
  table.add();
  return table.count - 1;
}
const sortedOf = (table: KeyTable) =>
  Array.from(table.sorted(), ({ key, number }) => [key.toString('hex'), number] as const);

/** Texts that share beginnings, that end in zeroes, that differ only in how their bytes are spelled, short and long. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc
    .array(fc.constantFrom('a', 'b', '\0', 'é', '\udcc3', '\udca9', '\u{10000}', '\ue000'), { maxLength: 12 })
    .map((units) => units.join('')),
  fc
    .tuple(fc.constantFrom('', 'x'.repeat(63), 'y'.repeat(64), 'z'.repeat(300)), fc.nat(300))
    .map(([a, b]) => `${a}${b}`),
);

describe('numbers of keys', () => {
  it.each([false, true])('are those of their bytes, in the order of their coming; scattered: %s', (scatters) => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 500, size: 'max' }), (texts) => {
        const table = new KeyTable(scatters);
        const known = new Map<string, number>();
        for (const one of texts) {
          const number = known.get(hex(one)) ?? known.size;
          expect(table.find(one)).toBe(number < known.size ? number : -1);
          expect(numberOf(table, one)).toBe(number);
          known.set(hex(one), number);
        }
        expect(table.count).toBe(known.size);
        const stored = Array.from(table.sorted(), ({ key, number }) => [Buffer.from(key), number] as const);
        const inOrder = stored.toSorted(([a], [b]) => Buffer.compare(a, b));
        expect(stored).toEqual(inOrder);
        const own = stored.map(([key, number]) => [key.subarray(scatters ? 3 : 0).toString('hex'), number]);
        expect(own.sort()).toEqual([...known].sort());
      }),
      { numRuns: 200 },
    );
  });

  it('tell keys of one hash and length apart', () => {
    // two of the collisions of 32-bit FNV-1a among English words
    const table = new KeyTable(false);
    expect(numberOf(table, 'declinate')).toBe(0);
    expect(table.find('macallums')).toBe(-1);
    expect(numberOf(table, 'macallums')).toBe(1);
    expect([table.find('declinate'), table.find('macallums')]).toEqual([0, 1]);
  });

  it('begin again when the table is cleared', () => {
    const table = new KeyTable(false);
    for (let n = 0; n < 10_000; n++) numberOf(table, `before ${n}`);
    table.clear();
    expect([table.count, sortedOf(table)]).toEqual([0, []]);
    expect(table.find('before 7')).toBe(-1);
    expect(numberOf(table, 'before 7')).toBe(0);
    expect(sortedOf(table)).toEqual([[hex('before 7'), 0]]);
  });
});

describe('a scattered key', () => {
  it('has the first bits of its hash in front', () => {
    const table = new KeyTable(true);
    for (let n = 0; n < 1_000; n++) numberOf(table, `key ${n}`);
    const hashes = Array.from(table.sorted(), ({ key }) => crc32(key.subarray(3)) >>> 14);
    expect(hashes).toEqual(hashes.toSorted((a, b) => a - b));
  });
});
