/** Keys that are longer than two words: a kernel knows them by their hash and where they lie, until it has compared them. */
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { GroupTable } from '../../../functions/kernels/group-table.ts';
import { setValues } from '../../../functions/kernels/plan.ts';
import { roomFor } from '../../support/room.ts';

/** So many that ten pairs of them have one half of a hash, which is all of it that is kept. */
const KEYS = 300_000;
const KEY_BYTES = 32;

it('stay apart, though all are offered at the same place, one after the other', () => {
  const table = new GroupTable(roomFor({ tableBytesMax: 2 ** 30 }), ({ exports }) => {
    setValues(exports, [1]);
    exports.openTable();
    exports.openPairs(1, KEY_BYTES);
  });
  const { kernel } = table;
  const offer = (key: string) => {
    const { exports } = kernel;
    kernel.bytes.write(key, exports.pairKeysAt.value, 'latin1');
    kernel.bytes.writeUInt32LE(KEY_BYTES, exports.pairLengthsAt.value);
    kernel.bytes.writeBigInt64LE(1n, exports.pairNumbersAt.value);
    exports.takePairs(1);
  };
  for (let i = 0; i < KEYS; i++) offer(createHash('md5').update(String(i)).digest('hex'));
  for (let i = 0; i < KEYS; i += 10) offer(createHash('md5').update(String(i)).digest('hex'));
  let entries = 0;
  for (const block of table.drain([1], () => 0, [], [])) entries += block.entries;
  expect(entries).toBe(KEYS);
});
