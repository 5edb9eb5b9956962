import { describe, expect, it } from 'vitest';
import { chunksUnder, groupMembers, levelSizes, parentOf } from '../../../functions/core/tree.ts';

describe('tree', () => {
  it('has no aggregation between work and result for up to one group', () => {
    expect(levelSizes(1, 64)).toEqual([1]);
    expect(levelSizes(64, 64)).toEqual([64]);
    expect(parentOf(64, 64, 0, 0)).toEqual({ kind: 'publish' });
  });

  it('is four levels deep at a million chunks, far below the 16 hops of a Lambda chain', () => {
    expect(levelSizes(1_000_000, 64)).toEqual([1_000_000, 15_625, 245, 4]);
  });

  it.each([2, 3, 64])('gives every node exactly one parent and every chunk one place, width %i', (groupSize) => {
    for (let chunks = 1; chunks <= 70; chunks++) {
      const sizes = levelSizes(chunks, groupSize);
      expect(sizes.at(-1)).toBeLessThanOrEqual(groupSize);
      sizes.forEach((size, level) => {
        const seen = new Set<number>();
        for (let group = 0; group < Math.ceil(size / groupSize); group++) {
          const { first, end } = groupMembers(chunks, groupSize, level, group);
          expect(end).toBeGreaterThan(first);
          for (let index = first; index < end; index++) seen.add(index);
          const parent = parentOf(chunks, groupSize, level, group);
          expect(parent).toEqual(
            level === sizes.length - 1 ? { kind: 'publish' } : { kind: 'node', level: level + 1, index: group },
          );
        }
        expect(seen.size).toBe(size);
        const under = Array.from({ length: size }, (_, index) => chunksUnder(chunks, groupSize, level, index));
        expect(under[0]?.first).toBe(0);
        expect(under.at(-1)?.end).toBe(chunks);
        under.slice(1).forEach((range, i) => {
          expect(range.first).toBe(under[i]?.end);
        });
      });
    }
  });
});
