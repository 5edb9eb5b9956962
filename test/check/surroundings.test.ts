import { expect, it } from 'vitest';
import { OTHERS, USUAL, within } from '../../functions/check/surroundings.ts';

const seen = () => ({
  now: Date.now(),
  date: new Date().toISOString(),
  called: Date(),
  precise: performance.now(),
  chance: Math.random(),
  hour: new Date(0).getHours(),
});

it('are the same for every process that begins in them', async () => {
  const usual = await within(USUAL, seen);
  expect(await within(USUAL, seen)).toEqual(usual);
  for (const { kind, at } of OTHERS) {
    const other = await within(at, seen);
    expect({ kind, now: other.now !== usual.now }).toEqual({ kind, now: kind === 'time' });
    expect({ kind, chance: other.chance !== usual.chance }).toEqual({ kind, chance: kind === 'randomness' });
    expect({ kind, hour: other.hour !== usual.hour }).toEqual({ kind, hour: kind === 'time-zone' });
  }
});

it('let time go on, and dates be dates', async () => {
  await within(USUAL, () => {
    expect(Date.now()).toBeLessThan(Date.now());
    expect(new Date()).toBeInstanceOf(Date);
    expect(new Date(5).getTime()).toBe(5);
    expect(Date.UTC(1970, 0, 1)).toBe(0);
    expect(new (class extends Date {})()).toBeInstanceOf(Date);
  });
});

it('are gone afterwards, also for who took hold of them, and after an error', async () => {
  const zone = process.env['TZ'];
  const realHour = new Date(0).getHours();
  let taken = Date;
  const failing = within(OTHERS[2]?.at ?? USUAL, () => {
    taken = Date;
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(Math.abs(taken.now() - Date.now())).toBeLessThan(60_000);
  expect(taken).not.toBe(Date);
  expect(process.env['TZ']).toBe(zone);
  expect(new Date(0).getHours()).toBe(realHour);
});
