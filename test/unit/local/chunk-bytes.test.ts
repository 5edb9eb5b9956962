/** Chunks of a local run: threads have as many of them each, and end together. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chunkBytesFor } from '../../../functions/adapters/local/chunk-bytes.ts';
import { rangesOf } from '../../../functions/core/cut.ts';

const MiB = 2 ** 20;
const chunksOf = (size: number, threads: number, onKernels: boolean) =>
  rangesOf({ bucket: 'file', key: 'in', etag: 'e', size, cuttable: true }, chunkBytesFor(size, threads, onKernels));

test('threads have as many chunks each, a little more than a round number of bytes or not', () => {
  const sizes = fc.integer({ min: 2048 * MiB, max: 2 ** 43 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 2, max: 64 }), fc.boolean(), (size, threads, onKernels) => {
      expect(chunksOf(size, threads, onKernels) % threads).toBe(0);
    }),
  );
  expect(chunksOf(1024 * MiB + 10, 2, false)).toBe(10);
});

test('what runs on kernels has one for each thread, of 1 GiB at most; all else has four, of 128 MiB at most', () => {
  expect(chunksOf(1024 * MiB + 10, 2, true)).toBe(2);
  expect(chunksOf(2048 * MiB + 1, 2, true)).toBe(4);
  expect(chunksOf(1024 * MiB, 2, false)).toBe(8);
  expect(chunksOf(1024 * MiB, 1, true)).toBe(2);
  expect(chunksOf(64 * MiB, 2, true)).toBe(2);
  expect(chunkBytesFor(2 ** 40, 8, true)).toBeLessThanOrEqual(1024 * MiB);
  expect(chunkBytesFor(2 ** 40, 8, false)).toBeLessThanOrEqual(128 * MiB);
});

test('small inputs are cut in two, and no further', () => {
  for (const size of [2, 100, MiB / 4, MiB / 2]) expect(chunksOf(size, 8, false)).toBe(2);
  expect(chunkBytesFor(0, 8, true)).toBe(1);
  expect(chunkBytesFor(1, 8, true)).toBe(1);
});
