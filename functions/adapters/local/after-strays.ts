/**
 * A store in which nothing gets its name before what a job left behind has had its turn: a promise that it did not await, a
 * timer without delay. What these throw ends the thread, as it ends a Lambda function, so that what was being made is not
 * there: the chunk is tried again and fails, and says why.
 */
import { setTimeout as pause, setImmediate } from 'node:timers/promises';
import type { ObjectStore } from '../../ports/object-store.ts';

export function afterStrays(store: ObjectStore): ObjectStore {
  return {
    head: (name) => store.head(name),
    list: (bucket, prefix, after) => store.list(bucket, prefix, after),
    read: (object, start, end, into) => store.read(object, start, end, into),
    open: (name, into) => store.open(name, into),
    async putIfAbsent(name, body, note) {
      if (!(body instanceof Uint8Array)) return store.putIfAbsent(name, thenStrays(body), note);
      await strays();
      return store.putIfAbsent(name, body, note);
    },
    copyIfAbsent: (from, to, note) => store.copyIfAbsent(from, to, note),
    joinIfAbsent: (name, parts, crc32) => store.joinIfAbsent(name, parts, crc32),
  };
}

async function* thenStrays(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* body;
  await strays();
}

/** Gives them their turn. */
export async function strays(): Promise<void> {
  await setImmediate();
  // Node makes no delay of 1 ms; timers of one delay fire in the order in which they were set.
  if (process.getActiveResourcesInfo().includes('Timeout')) await pause(1);
}
