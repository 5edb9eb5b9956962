/** What groups in a kernel take of memory and of scratch. */
import { expect, it } from 'vitest';
import { MemoryScratch } from '../../../functions/adapters/simulated/memory-scratch.ts';
import type { Combine } from '../../../functions/core/growing.ts';
import { assert } from '../../../functions/errors.ts';
import { sum } from '../../../functions/index.ts';
import { NumberFold } from '../../../functions/kernels/number-fold.ts';
import { numberKinds } from '../../../functions/kernels/plan.ts';
import { roomFor } from '../../support/room.ts';

const MiB = 2 ** 20;
const GROUPS = 200_000;

function foldFor(memory: Parameters<typeof roomFor>[0]) {
  const combine = sum as Combine;
  const kinds = numberKinds(combine);
  assert(kinds, 'it says what it does');
  const files = new MemoryScratch();
  return { files, fold: new NumberFold(kinds, combine, roomFor(memory, files)) };
}

function summed(memory: Parameters<typeof roomFor>[0]) {
  const { files, fold } = foldFor(memory);
  for (let i = 0; i < 2 * GROUPS; i++) fold.add(`group ${(i * 7919) % GROUPS}`, 1);
  let entries = 0;
  for (const block of fold.drain([])) entries += block.entries;
  return { files, entries };
}

it('groups beyond memory go through scratch, in several passes where there are many spills', () => {
  const once = summed({ tableBytesMax: MiB, mergeBytesMax: 64 * MiB });
  const often = summed({ tableBytesMax: MiB, mergeBytesMax: 1 });
  expect([once.entries, often.entries]).toEqual([GROUPS, GROUPS]);
  expect(once.files.bytesWritten).toBeGreaterThan(0);
  expect(often.files.bytesWritten).toBeGreaterThan(2 * once.files.bytesWritten); // two are one, several times over
  expect([once.files.bytes, often.files.bytes]).toEqual([0, 0]);
});

it('a text of the record for which a kernel gives up counts with all of it', () => {
  const { files, fold } = foldFor({ tableBytesMax: MiB });
  fold.nextRecord(10);
  fold.add('key', 1);
  fold.nextRecord(2 * MiB);
  fold.add('text', 'cut from a long record');
  expect(files.bytesWritten).toBeGreaterThan(0);
});

it('where a kernel that is nearly full gives up, what takes its place has less memory', () => {
  const written = () => {
    const { files, fold } = foldFor({ tableBytesMax: 9 * MiB });
    for (let i = 0; i < 60_000; i++) fold.add(`group ${i}`, 1);
    expect(files.bytesWritten).toBe(0);
    fold.add('strange', 'text');
    expect(fold.plain).toBeDefined();
    return files.bytesWritten;
  };
  const cold = written();
  expect(cold).toBeGreaterThan(0); // 60,000 pairs would have been no more than 9 MiB
  summed({ tableBytesMax: 60 * MiB }); // leaves a kernel that is larger: memory never shrinks
  expect(written()).toBe(cold); // what is spilled, and hence how numbers are added, follows from the input alone
});
