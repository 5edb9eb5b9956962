import { expect, it } from 'vitest';
import { takeKernel } from '../../../functions/kernels/kernel.ts';
import { mergeRuns } from '../../../functions/kernels/merge-blocks.ts';
import type { PairBlock } from '../../../functions/kernels/pair-block.ts';

it('memory that a kernel cannot have is no memory of something else', () => {
  const { exports } = takeKernel();
  for (const bytes of [2 ** 32 - 100, 2 ** 32 - 1]) expect(() => exports.alloc(bytes)).toThrow();
});

it('a block that ends within a pair is told, wherever it ends', () => {
  const pairs = [1, 0x61, 3, 6, 0, 5, 2, 0x62, 0x62, 3, 6, 0, 7]; // a: 5n, bb: 7n
  const merge = (bytes: readonly number[]) => {
    const block = { bytes: Buffer.from(bytes), entries: 2 };
    const plan = { values: [1], combine: () => 0 } as const;
    const runs = [[block], [block]].map((blocks) => blocks.values() as Iterator<PairBlock>);
    return [...mergeRuns(runs, plan)].length;
  };
  const corrupt = expect.objectContaining({ code: 'FANFOLD_PARTIAL_CORRUPT' });
  expect(merge(pairs)).toBe(1);
  for (const end of [4, 5, 8, 9, 11, 12]) expect(() => merge(pairs.slice(0, end)), `${end} bytes`).toThrow(corrupt);
});
