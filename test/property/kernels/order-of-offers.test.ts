/**
 * Values are combined in the order in which they came, also where a kernel's table outgrows the sizes at which offers wait
 * for each other (assembly/offers.ts): of numbers it matters.
 */
import { expect, it } from 'vitest';
import { decodeValue } from '../../../functions/core/codec.ts';
import type { Combine } from '../../../functions/core/growing.ts';
import { assert } from '../../../functions/errors.ts';
import { max, min, sum } from '../../../functions/index.ts';
import { NumberFold } from '../../../functions/kernels/number-fold.ts';
import { pairsIn } from '../../../functions/kernels/pair-block.ts';
import { numberKinds } from '../../../functions/kernels/plan.ts';
import { Random } from '../../support/random.ts';
import { roomFor } from '../../support/room.ts';

/** Slots of 8 bytes are twice as many as groups; where they take over 16 MiB offers wait no more, of which 175,000 may. */
const GROUPS = 1_300_000;
/** Keys whose order is watched: of so many groups one after the other, these many. */
const STRETCH = 20_000;
const WATCHED = 4;
/** After so many pairs comes one of a key that is watched. */
const RARE = 8;

const COMBINERS: readonly (readonly [name: string, Combine, values: readonly number[]])[] = [
  ['sum', sum as Combine, [1e16, 1, -1e16, 0.1]],
  ['min', min as Combine, [0, -0]],
  ['max', max as Combine, [0, -0]],
];

it.each(COMBINERS)('%s of over a million keys', (_, combine, values) => {
  const random = new Random(1);
  const kinds = numberKinds(combine);
  assert(kinds, 'it says what it does');
  const fold = new NumberFold(kinds, combine, roomFor({ tableBytesMax: 2 ** 30 }));
  const expected = new Map<string, unknown>();
  for (let i = 0; i < GROUPS; i++) {
    fold.add(`group ${i}`, 1);
    if (i % RARE !== 0) continue;
    const key = `watched ${Math.floor(i / STRETCH)}${'abcd'[random.below(WATCHED)]}`;
    const value = random.pick(values);
    fold.add(key, value);
    expected.set(key, expected.has(key) ? combine(expected.get(key), value) : value);
  }
  const found = new Map<string, unknown>();
  let groups = 0;
  for (const { bytes, entries } of fold.drain([])) {
    groups += entries;
    if (!Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes('watched')) continue;
    for (const { key, value } of pairsIn(bytes)) {
      const text = Buffer.from(key).toString();
      if (text.startsWith('watched')) found.set(text, decodeValue(value));
    }
  }
  expect(fold.plain).toBeUndefined();
  expect(groups).toBe(GROUPS + (GROUPS / STRETCH) * WATCHED);
  expect([...found].sort()).toEqual([...expected].sort());
});
