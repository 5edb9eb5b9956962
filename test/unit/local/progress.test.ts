import { expect, test } from 'vitest';
import { ProgressMeter } from '../../../functions/adapters/local/progress.ts';
import type { ChunkMessage } from '../../../functions/core/messages.ts';

const chunk = (n: number): ChunkMessage => ({
  kind: 'chunk',
  run: 'r',
  job: 'j',
  digest: 'd',
  params: {},
  chunk: n,
  chunks: 10,
  groupSize: 4,
  segments: [{ object: 0, bucket: 'file', key: 'in', etag: 'e', size: 1000, start: n * 100, end: (n + 1) * 100 }],
});

test('a run that goes on has what was done before, and tells it from what is done now', () => {
  const meter = new ProgressMeter(1000);
  meter.takenUp(10, [7, 8, 9]);
  expect(meter.now()).toMatchObject({ chunks: { done: 7, total: 10 }, bytes: { done: 700, total: 1000, before: 700 } });
  meter.worked(chunk(8));
  meter.worked(chunk(8));
  meter.worked(chunk(1));
  expect(meter.now()).toMatchObject({ chunks: { done: 8 }, bytes: { done: 800, before: 700 } });
});
