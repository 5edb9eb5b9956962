import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  boundaryKeys,
  chooseBoundaries,
  estimateResultBytes,
  partitionsFrom,
  type Sample,
  type SampledPair,
} from '../../../functions/core/partitions.ts';
import {
  BOUNDARIES_BYTES_MAX,
  BOUNDARY_BYTES_MAX,
  PARTITIONS_MAX,
  RESULT_PART_BYTES_GOAL,
} from '../../../functions/limits.ts';

const pair = (key: string, bytes = 10): SampledPair => ({ key: Buffer.from(key), bytes });
const texts = (boundaries: readonly Buffer[]) => boundaries.map((boundary) => boundary.toString());
const numbered = (count: number, keyOf = (i: number) => String(i).padStart(6, '0')) =>
  Array.from({ length: count }, (_, i) => pair(keyOf(i)));
const sampleOf = (pairs: readonly SampledPair[], over: Partial<Sample> = {}): Sample => ({
  bytes: 1_000_000,
  halfBytes: 500_000,
  halfResultBytes: 1_000,
  resultBytes: pairs.reduce((sum, { bytes }) => sum + bytes, 0),
  keys: pairs.length,
  pairs: () => pairs,
  ...over,
});

/** What lies between the boundaries. */
function shares(pairs: readonly SampledPair[], boundaries: readonly Buffer[]): number[] {
  const counts = new Array<number>(boundaries.length + 1).fill(0);
  for (const { key, bytes } of pairs) {
    const partition = boundaries.filter((boundary) => Buffer.compare(boundary, key) <= 0).length;
    counts[partition] = (counts[partition] ?? 0) + bytes;
  }
  return counts;
}

describe('boundaries', () => {
  it('are the shortest keys that separate', () => {
    expect(
      texts(
        chooseBoundaries(
          ['apple', 'apricot', 'banana', 'bandana'].map((key) => pair(key)),
          4,
        ),
      ),
    ).toEqual(['apr', 'b', 'band']);
  });

  it('may be a little off for the sake of a shorter one', () => {
    const pairs = numbered(1_000, (i) => String(100_000 + i * 7));
    const [only = expect.unreachable()] = chooseBoundaries(pairs, 2);
    expect(only.toString()).toBe('1035');
    for (const share of shares(pairs, [only])) expect(share).toBeGreaterThan(4_500);
  });

  it('make partitions of about the same bytes, in which every key has its place', () => {
    const keys = fc.uniqueArray(fc.uint8Array({ maxLength: 5 }), {
      minLength: 200,
      maxLength: 400,
      selector: (key) => Buffer.from(key).toString('hex'),
    });
    fc.assert(
      fc.property(keys, fc.integer({ min: 2, max: 20 }), (some, partitions) => {
        const pairs = some
          .map((key) => Buffer.from(key))
          .sort(Buffer.compare)
          .map((key) => ({ key, bytes: 10 }));
        const boundaries = chooseBoundaries(pairs, partitions);
        expect(boundaries).toEqual([...boundaries].sort(Buffer.compare));
        expect(boundaries.length).toBe(partitions - 1);
        const even = (pairs.length * 10) / partitions;
        for (const share of shares(pairs, boundaries)) {
          expect(share).toBeGreaterThan(even * 0.7 - 10);
          expect(share).toBeLessThan(even * 1.3 + 10);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('are fewer where one key takes most, or all keys are the same', () => {
    expect(texts(chooseBoundaries([pair('a'), pair('b', 10_000), pair('c')], 4))).toEqual(['b', 'c']);
    expect(chooseBoundaries([pair('a')], 4)).toEqual([]);
    expect(chooseBoundaries([], 4)).toEqual([]);
  });

  it('stay short where keys are long and alike', () => {
    const long = 'x'.repeat(1_000_000);
    expect(
      chooseBoundaries(
        numbered(10, (i) => long + i),
        4,
      ),
    ).toEqual([]);
    const some = chooseBoundaries(
      numbered(10, (i) => 'x'.repeat(BOUNDARY_BYTES_MAX - 1) + i),
      4,
    );
    expect(some.map(({ length }) => length)).toEqual([BOUNDARY_BYTES_MAX, BOUNDARY_BYTES_MAX, BOUNDARY_BYTES_MAX]);
    expect(
      chooseBoundaries(
        numbered(10, (i) => 'x'.repeat(BOUNDARY_BYTES_MAX) + i),
        4,
      ),
    ).toEqual([]);
  });

  it('are as many as a message has room for', () => {
    const pairs = numbered(5_000, (i) => 'x'.repeat(BOUNDARY_BYTES_MAX - 10) + String(i).padStart(5, '0'));
    const { boundaries, because } = partitionsFrom(sampleOf(pairs), 1_000_000, PARTITIONS_MAX, 'key');
    expect(JSON.stringify(boundaries).length).toBeLessThan(BOUNDARIES_BYTES_MAX);
    expect(boundaries.length).toBeGreaterThan(50);
    expect(because).toContain(`${boundaries.length + 1}, as the request says`);
    expect(because).toContain(`${PARTITIONS_MAX} would need more keys, or shorter ones`);
    for (const share of shares(pairs, boundaryKeys(boundaries))) expect(share).toBeLessThan(50_000 / 32);
  });
});

describe('the size of a result', () => {
  it.each([
    ['all keys are known', 10_000, 10_000],
    ['all keys are new', 5_000, 10_000_000],
    ['it grows as the square root', 10_000 / Math.SQRT2, 10_000 * Math.sqrt(1_000)],
    ['a half came to more than all', 20_000, 10_000],
    ['a half came to nothing', 0, 10_000_000],
  ])('where %s', (_, halfResultBytes, expected) => {
    const sample = sampleOf(numbered(1_000), { halfResultBytes });
    expect(estimateResultBytes(sample, 1_000_000_000)).toBeCloseTo(expected, -1);
  });

  it('is what it is where the sample is all there is', () => {
    expect(estimateResultBytes(sampleOf(numbered(7)), 1_000_000)).toBe(70);
    expect(estimateResultBytes(sampleOf([]), 1_000_000_000)).toBe(0);
  });

  it('decides how many parts there are', () => {
    const pairs = numbered(10_000);
    const parts = (times: number) =>
      partitionsFrom(sampleOf(pairs, { halfResultBytes: 50_000 }), 1_000_000 * times, undefined, 'key');
    expect(parts(RESULT_PART_BYTES_GOAL / 100_000).boundaries).toEqual([]);
    expect(parts((3.5 * RESULT_PART_BYTES_GOAL) / 100_000).boundaries).toHaveLength(3);
    expect(parts((3.5 * RESULT_PART_BYTES_GOAL) / 100_000).because).toMatch(/^4, for 268435456 bytes each: a sample/);
    expect(parts(1e9).boundaries.length).toBeLessThan(PARTITIONS_MAX);
    expect(parts(1e9).boundaries.length).toBeGreaterThan(PARTITIONS_MAX / 2);
  });
});
