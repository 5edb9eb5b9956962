import fc from 'fast-check';
import { expect, test } from 'vitest';
import { top } from '../../../functions/combiners/top.ts';

async function* stream<T>(rows: readonly T[]) {
  yield* rows;
}

test('top is the head of a stable sort, descending', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 6 })), fc.nat(12), fc.boolean(), async (scores, n, big) => {
      const rows = scores.map((score, id) => ({ id, score }));
      const got = await Array.fromAsync(top(stream(rows), n, ({ score }) => (big ? BigInt(score) : score)));
      expect(got).toEqual(rows.toSorted((a, b) => b.score - a.score).slice(0, n));
    }),
    { numRuns: 1_000 },
  );
});

test('top refuses what has no order', async () => {
  const invalid = expect.objectContaining({ code: 'FANFOLD_VALUE_INVALID' });
  await expect(top(stream([1]), 1.5, (n) => n).next()).rejects.toEqual(invalid);
  await expect(top(stream([1]), -1, (n) => n).next()).rejects.toEqual(invalid);
  await expect(top(stream([Number.NaN]), 1, (n) => n).next()).rejects.toEqual(invalid);
});
