/** Keys in the order of a hash: where a result's order does not matter, its parts are even whatever the keys are. */
import { crc32 } from 'node:zlib';

/** Ascending as bytes. */
const DIGITS = '-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz';
const DIGIT_BITS = 6;
/** What stands in front of a scattered key. */
export const PLACE_BYTES = 3;
const PLACES = 2 ** (DIGIT_BITS * PLACE_BYTES);

/** What stands in front of a key: keys sort by that first. */
export const placeOf = (key: Uint8Array): string => place(crc32(key) >>> (32 - DIGIT_BITS * PLACE_BYTES));

/** The first places of partitions of the same width. */
export const scatterBoundaries = (partitions: number): Buffer[] =>
  Array.from({ length: partitions - 1 }, (_, i) => Buffer.from(place(Math.ceil(((i + 1) * PLACES) / partitions))));

function place(n: number): string {
  let text = '';
  for (let rest = n, left = PLACE_BYTES; left > 0; left--) {
    text = DIGITS.charAt(rest % DIGITS.length) + text;
    rest = Math.floor(rest / DIGITS.length);
  }
  return text;
}
