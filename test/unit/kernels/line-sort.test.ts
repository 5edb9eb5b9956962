/** What a kernel that sorts lines takes of memory and of scratch. */
import { expect, it } from 'vitest';
import { MemoryScratch } from '../../../functions/adapters/simulated/memory-scratch.ts';
import { letGo, takeKernel } from '../../../functions/kernels/kernel.ts';
import { LineSort } from '../../../functions/kernels/line-sort.ts';
import { roomFor } from '../../support/room.ts';

const MiB = 2 ** 20;
const LINES = 200_000;
const all = Buffer.from(Array.from({ length: LINES }, (_, n) => `${(n * 7919) % LINES}`.padStart(6, '0')).join('\n'));

function sorted(memory: Parameters<typeof roomFor>[0]) {
  const files = new MemoryScratch();
  const sort = new LineSort(roomFor(memory, files));
  for (let at = 0; at < all.length; ) at = sort.take(all, at, all.length) + 7; // what is left has no line end
  let entries = 0;
  for (const block of sort.drain([])) entries += block.entries;
  return { files, entries, records: sort.records };
}

it('lines beyond memory go through scratch, in several passes where there are many spills', () => {
  const once = sorted({ tableBytesMax: MiB, mergeBytesMax: 64 * MiB });
  const thrice = sorted({ tableBytesMax: MiB, mergeBytesMax: 1 });
  expect([once.entries, once.records]).toEqual([LINES - 1, LINES - 1]);
  expect([thrice.entries, thrice.records]).toEqual([LINES - 1, LINES - 1]);
  expect(once.files.bytesWritten).toBeGreaterThan(0.8 * all.length);
  expect(once.files.bytesWritten).toBeLessThan(1.3 * all.length);
  expect(thrice.files.bytesWritten).toBeGreaterThan(2 * once.files.bytesWritten); // two are one, three times over
  expect([once.files.bytes, thrice.files.bytes]).toEqual([0, 0]);
});

it('a kernel takes the memory that was given, and what a block takes', () => {
  const most = takeKernel(); // the one of before does not tell: memory never shrinks
  const { files } = sorted({ tableBytesMax: 2 * MiB });
  expect(files.bytesWritten).toBeGreaterThan(0);
  const kernel = takeKernel();
  expect(kernel.bytes.length).toBeLessThan(3 * MiB);
  letGo(most);
});
