/** How a suite registers what a port promises. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';

/** Promises that an adapter, or what it talks to, is known to break: their tests must fail. */
export type Broken = readonly string[];

const ASK_EVERY_MS = 5;

type Promised = (name: string, body: () => Promise<void>) => void;

/**
 * A `test` for each promise. Those that are known to be broken must fail: so a suite shows that it can, and an adapter
 * or an emulator that learns to keep a promise is noticed.
 */
export function promises(broken: Broken): Promised {
  const left = new Set(broken);
  afterAll(() => expect([...left], 'no such promise').toEqual([]));
  return (name, body) => {
    if (left.delete(name)) test.fails(`broken as expected: ${name}`, body);
    else test(name, body);
  };
}

/** Asks again and again for what is new, until it is enough; throws once nothing has come for so long. */
export async function collectUntil<T>(
  enough: () => boolean | Promise<boolean>,
  some: () => Promise<readonly T[]>,
  each: (one: T) => Promise<void>,
  patienceMs: number,
): Promise<void> {
  for (let lastMs = performance.now(); !(await enough()); ) {
    const come = await some();
    await Promise.all(come.map(each));
    if (come.length > 0) lastMs = performance.now();
    else if (performance.now() - lastMs > patienceMs) throw new Error(`nothing came for ${patienceMs} ms`);
    else await pause(ASK_EVERY_MS);
  }
}
