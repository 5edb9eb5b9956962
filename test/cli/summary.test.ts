import { expect, test } from 'vitest';
import { summaryOf } from '../../functions/cli/summary.ts';
import type { Manifest } from '../../functions/core/manifest.ts';

const whole: Manifest = {
  version: 1,
  run: 'job-1',
  job: 'job',
  state: 'succeeded',
  digest: 'd',
  params: {},
  inputs: { objects: 1, bytes: 350_000 },
  chunks: { total: 9, succeeded: 9, failed: 0 },
  records: { read: 24_000, rejected: 0 },
  results: [{ path: 'part-00000.csv', bytes: 10, rows: 1 }],
  failures: [],
  startedAt: '2026-01-01T00:00:00.000Z',
  endedAt: '2026-01-01T00:00:50.000Z',
};
const linesOf = (over: Partial<Manifest>) =>
  summaryOf({ ...whole, ...over }, '/out')
    .split('\n')
    .slice(0, 3);

test('a run is told with its time and speed', () => {
  expect(linesOf({})).toEqual([
    'job: 1 row from 24,000 records in 50 s',
    '  read    1 object, 350.0 kB, 7.0 kB/s',
    '  chunks  9 of 9',
  ]);
});

test('the time in which a resumed run lay dead does not count, and what was not read in it has no speed', () => {
  expect(linesOf({ resumed: { chunks: 4, at: '2026-01-01T00:00:40.000Z' } })).toEqual([
    'job: 1 row from 24,000 records in 10 s since it was resumed',
    '  read    1 object, 350.0 kB',
    '  chunks  9 of 9 (4 done before it was resumed)',
  ]);
  expect(linesOf({ adopted: [{ run: 'job-0', digest: 'd', chunks: 3 }] })).toEqual([
    'job: 1 row from 24,000 records in 50 s',
    '  read    1 object, 350.0 kB',
    '  chunks  9 of 9 (3 adopted)',
  ]);
});
