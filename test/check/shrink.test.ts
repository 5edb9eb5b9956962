import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shrinkList } from '../../functions/check/shrink.ts';

it('comes to the fewest that still show it, in order', async () => {
  const sets = fc.uniqueArray(fc.nat(60), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(sets, fc.integer({ min: 61, max: 200 }), async (wanted, length) => {
      const list = Array.from({ length }, (_, i) => i);
      const shows = (some: readonly number[]) => wanted.every((one) => some.includes(one));
      expect(await shrinkList(list, shows, 10_000)).toEqual(wanted.toSorted((a, b) => a - b));
    }),
    { numRuns: 50 },
  );
});

it('asks so many times at most', async () => {
  let asked = 0;
  const list = Array.from({ length: 100 }, (_, i) => i);
  const some = await shrinkList(list, () => ++asked % 7 === 0, 30);
  expect(asked).toBe(30);
  expect(some.length).toBeLessThan(100);
});
