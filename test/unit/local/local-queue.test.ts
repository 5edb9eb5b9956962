import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LocalQueue } from '../../../functions/adapters/local/local-queue.ts';
import type { Message } from '../../../functions/adapters/local/thread-messages.ts';
import { FanfoldError } from '../../../functions/errors.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const error = new FanfoldError('FANFOLD_STORE_UNAVAILABLE', 'not now', { fix: '', retry: 'safe' });
const chunk = (n: number): Message => ({
  kind: 'chunk',
  run: 'r',
  job: 'j',
  digest: 'd',
  params: {},
  chunk: n,
  chunks: 100_000,
  groupSize: 64,
  segments: [],
});
const node: Message = { kind: 'node', run: 'r', job: 'j', level: 1, index: 0 };
const part: Message = { kind: 'part', run: 'r', job: 'j', part: 0, parts: 1, sources: [] };
const publish: Message = { kind: 'publish', run: 'r', job: 'j' };

function queueWithDead() {
  const dead: Message[] = [];
  const queue = new LocalQueue({ onMessage: () => {}, onDead: (message) => dead.push(message) });
  return { queue, dead };
}

test('what is further along goes first, and chunks go in order', async () => {
  const { queue } = queueWithDead();
  await queue.send([chunk(0), chunk(1), node, part, publish]);
  expect(queue.waiting('chunk')).toBe(2);
  const taken = Array.from({ length: 6 }, () => queue.take()?.message);
  expect(taken).toEqual([publish, part, node, chunk(0), chunk(1), undefined]);
});

test('a message that fails comes again, later each time, and is dead after five receives', async () => {
  const { queue, dead } = queueWithDead();
  await queue.send([chunk(7)]);
  const waits: number[] = [];
  for (let receives = 1; receives <= 5; receives++) {
    const delivery = queue.take();
    expect(delivery?.receives).toBe(receives);
    expect(dead).toEqual([]);
    if (delivery) queue.fail(delivery, error);
    const failedAt = Date.now();
    while (receives < 5 && queue.peek() === undefined) vi.advanceTimersByTime(10);
    waits.push(Date.now() - failedAt);
  }
  expect(dead).toEqual([chunk(7)]);
  expect(waits).toEqual([20, 60, 180, 540, 0]);
  vi.runAllTimers();
  expect(queue.take()).toBeUndefined();
});

test('what was never begun comes again uncounted', async () => {
  const { queue } = queueWithDead();
  await queue.send([chunk(7)]);
  for (let i = 0; i < 10; i++) {
    const delivery = queue.take();
    expect(delivery?.receives).toBe(1);
    if (delivery) queue.giveBack(delivery);
  }
});

test('a sender waits while too much waits already', async () => {
  const { queue } = queueWithDead();
  const messages = Array.from({ length: 20_001 }, (_, i) => chunk(i));
  let accepted = false;
  const sent = queue.send(messages).then(() => {
    accepted = true;
  });
  await Promise.resolve();
  await Promise.resolve();
  expect(accepted).toBe(false);
  queue.take();
  await sent;
  expect(accepted).toBe(true);
  for (let i = 1; i < messages.length; i++) expect(queue.take()?.message).toMatchObject({ chunk: i });
});

test('a closed queue lets its senders go and brings nothing back', async () => {
  const { queue, dead } = queueWithDead();
  await queue.send([chunk(0)]);
  const delivery = queue.take();
  if (delivery) queue.fail(delivery, error);
  const sent = queue.send(Array.from({ length: 30_000 }, (_, i) => chunk(i)));
  queue.close();
  await sent;
  expect(vi.getTimerCount()).toBe(0);
  expect(dead).toEqual([]);
});
