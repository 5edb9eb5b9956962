/**
 * Keys as two words. A short one, of up to 15 bytes, is its bytes, zeroes behind them, and its length as the last byte. A
 * long one stands elsewhere: where it lies (u32), its length (u32), half of its hash (u32), and a last byte that no length
 * is.
 */
import { first16, hash16, hashLong } from './bytes';

export const SHORT_MAX: u32 = 15;
const LONG: u64 = 0xff << 56;

// @ts-ignore: decorator
@inline
export function isLong(high: u64): bool {
  return high >= LONG;
}

/** Both words of a short key. */
// @ts-ignore: decorator
@inline
export function shortKey(from: usize, length: u32): v128 {
  return i8x16.replace_lane(first16(from, length), 15, <i8>length);
}

/** Writes the words of a key of any length. */
// @ts-ignore: decorator
@inline
export function writeKey(at: usize, from: usize, length: u32): void {
  if (length > SHORT_MAX) writeLong(at, from, length);
  else v128.store(at, shortKey(from, length));
}

export function writeLong(at: usize, from: usize, length: u32): void {
  store<u32>(at, <u32>from);
  store<u32>(at, length, 4);
  store<u64>(at, (hashLong(from, length) >> 32) | LONG, 8);
}

/** Half of the hash of a short key. */
// @ts-ignore: decorator
@inline
export function shortHalf(low: u64, high: u64): u32 {
  return <u32>(hash16(low, high) >> 32);
}

/** Half of the hash of a key. */
// @ts-ignore: decorator
@inline
export function halfOf(low: u64, high: u64): u32 {
  return isLong(high) ? <u32>high : shortHalf(low, high);
}

// @ts-ignore: decorator
@inline
export function lengthOf(low: u64, high: u64): u32 {
  return isLong(high) ? <u32>(low >> 32) : <u32>(high >> 56);
}
