import { expect, test } from 'vitest';
import { waiting } from '../../../functions/adapters/aws/backoff.ts';

test('waits double from 50 ms to 5 s, and are a random share of that', async () => {
  const slept: number[] = [];
  const wait = waiting(
    async (ms) => void slept.push(ms),
    () => 0.5,
  );
  for (let nth = 0; nth < 9; nth++) await wait(nth);
  expect(slept).toEqual([25, 50, 100, 200, 400, 800, 1_600, 2_500, 2_500]);
});
