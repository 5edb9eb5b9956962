import { expect, test } from 'vitest';
import { TURN_MS, Turns } from '../../../functions/adapters/local/turns.ts';
import { MemoryStore } from '../../../functions/adapters/simulated/memory-store.ts';

const named = (key: string) => ({ bucket: 'results', key });
const blocks = ['a', 'b', 'c', 'd', 'e'].map((text) => Buffer.from(text));

/** A stream that never waits, as those of a disk. */
async function* given() {
  yield* blocks;
}

class Streaming extends MemoryStore {
  override async open() {
    return given();
  }
}

/** Turns of a clock by which each block takes half of one; and how often others had theirs, told after each block. */
function watched() {
  let nowMs = 0;
  const turns = new Turns(() => {
    nowMs += TURN_MS / 2;
    return nowMs;
  });
  let others = 0;
  const count = () => {
    others += 1;
    waiting = setImmediate(count);
  };
  let waiting = setImmediate(count);
  return { turns, others: () => others, end: () => clearImmediate(waiting) };
}

test('others have a turn while a stream that never waits is written and read', async () => {
  const { turns, others, end } = watched();
  const store = turns.of(new Streaming());
  await store.putIfAbsent(named('k'), given());
  const whileWriting = others();
  expect(whileWriting).toBeGreaterThanOrEqual(2);
  const stream = await store.open(named('k'));
  expect(Buffer.concat(await Array.fromAsync(stream ?? [])).toString()).toBe('abcde');
  expect(others()).toBeGreaterThan(whileWriting + 1);
  end();
});

test('others have a turn between many short calls', async () => {
  const { turns, others, end } = watched();
  const store = turns.of(new MemoryStore());
  for (let i = 0; i < 5; i++) await store.head(named(`${i}`));
  expect(others()).toBeGreaterThanOrEqual(2);
  end();
});

test('once stopped nothing is read or written any more, and what was being written is not there', async () => {
  const inner = new MemoryStore();
  const turns = new Turns();
  const store = turns.of(inner);
  const stopping = async function* () {
    yield* blocks;
    turns.stop();
  };
  const ended = { code: 'FANFOLD_CANCELLED', retry: 'safe' };
  await inner.putIfAbsent(named('old'), given());
  await expect(store.putIfAbsent(named('k'), stopping())).rejects.toMatchObject(ended);
  await expect(store.putIfAbsent(named('k'), Buffer.of(1))).rejects.toMatchObject(ended);
  const { etag, size } = (await inner.head(named('old'))) ?? { etag: '', size: 0 };
  await expect(store.copyIfAbsent({ ...named('old'), etag, size }, named('k'))).rejects.toMatchObject(ended);
  await expect(Array.fromAsync(store.read({ ...named('old'), etag }, 0, size))).rejects.toMatchObject(ended);
  expect(await inner.head(named('k'))).toBeUndefined();
});
