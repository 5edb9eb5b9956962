import { expect, it } from 'vitest';
import { LogTime, TIME_BYTES } from '../../../functions/formats/log-time.ts';

it('zeroes are no time, before and after one', () => {
  const time = new LogTime();
  const zeroes = Buffer.alloc(TIME_BYTES);
  expect(time.read(zeroes, 0)).toBe(false);
  expect(time.read(Buffer.from('10/Oct/2000:13:55:36 -0700'), 0)).toBe(true);
  expect(time.iso).toBe('2000-10-10T13:55:36-07:00');
  expect(time.read(zeroes, 0)).toBe(false);
});
