/** What the Clock port promises, alone and beside the store whose objects are stamped with another one. */
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { Clock } from '../../functions/ports/clock.ts';
import { type Broken, promises } from './promises.ts';

export interface ClockUnderTest {
  readonly clock: Clock;
  /** Lets time pass: at least so much. */
  pass(ms: number): Promise<void>;
  /** Writes an object, and tells when the store says that this was. */
  stamp(): Promise<number>;
  close(): Promise<void>;
}

const YEAR_2020_MS = 1_577_836_800_000;
const YEAR_2200_MS = 7_258_118_400_000;
/** Far below the minute that the watcher waits at least: it compares the two clocks. Stores tell whole seconds. */
const APART_MS_MAX = 5_000;

export function clockConformance(name: string, open: () => Promise<ClockUnderTest>, broken: Broken = []): void {
  describe(`${name} keeps the promises of a Clock`, () => {
    const promise = promises(broken);
    let at: ClockUnderTest;
    beforeAll(async () => {
      at = await open();
    });
    afterAll(() => at?.close());

    promise('it tells whole milliseconds since 1970', async () => {
      const now = at.clock.nowMs();
      expect(Number.isSafeInteger(now)).toBe(true);
      expect(now).toBeGreaterThan(YEAR_2020_MS);
      expect(now).toBeLessThan(YEAR_2200_MS);
    });

    promise('it goes on while time passes', async () => {
      const before = at.clock.nowMs();
      await at.pass(20);
      expect(at.clock.nowMs() - before).toBeGreaterThanOrEqual(19);
    });

    promise('it agrees with the stamps of the store within seconds', async () => {
      const before = at.clock.nowMs();
      const stamped = await at.stamp();
      const after = at.clock.nowMs();
      expect(stamped).toBeGreaterThan(before - APART_MS_MAX);
      expect(stamped).toBeLessThan(after + APART_MS_MAX);
    });
  });
}
