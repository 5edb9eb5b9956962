import { expect, test } from 'vitest';
import type { Progress } from '../../functions/adapters/local/progress.ts';
import { progressLine } from '../../functions/cli/progress-bar.ts';

const half: Progress = {
  phase: 'working',
  chunks: { done: 16, total: 32 },
  bytes: { done: 90e6, total: 180e6 },
  elapsedMs: 4_000,
};

test('a wide terminal sees it all', () => {
  expect(progressLine('word-count', half, 200)).toBe(
    'word-count   50 %  16/32 chunks  4.0 s left  22.5 MB/s  ████████████░░░░░░░░░░░░  90.0 MB of 180.0 MB',
  );
});

test('of what is not known yet nothing is said', () => {
  const none: Progress = { ...half, chunks: { done: 0, total: 32 }, bytes: { done: 0, total: 180e6 } };
  expect(progressLine('x', none, 200)).toBe(`x    0 %  0/32 chunks  ${'░'.repeat(24)}  0 B of 180.0 MB`);
  const resumed: Progress = { ...half, bytes: { ...half.bytes, before: half.bytes.done } };
  expect(progressLine('x', resumed, 200)).toMatch(/ 50 % {2}16\/32 chunks {2}█/);
});

test('a run that goes on is as fast as it is now, and a slow one has a speed, too', () => {
  const resumed: Progress = { ...half, bytes: { ...half.bytes, before: 89_999_000 } };
  expect(progressLine('x', resumed, 200)).toContain(' 50 %  16/32 chunks  100 h 0 min left  250 B/s  ');
  expect(progressLine('x', { ...half, bytes: { done: 30_000, total: 60_000 } }, 200)).toContain('  7.5 kB/s  ');
});

test('no line is as wide as its terminal, so that none wraps', () => {
  for (let width = 1; width < 120; width++) {
    for (const phase of ['planning', 'working', 'combining'] as const) {
      expect(progressLine('word-count', { ...half, phase }, width).length).toBeLessThan(width);
    }
  }
});

test('a run of empty objects has progress too', () => {
  const empty: Progress = { ...half, chunks: { done: 1, total: 4 }, bytes: { done: 0, total: 0 } };
  expect(progressLine('x', empty, 200)).toContain(' 25 %  1/4 chunks');
});
