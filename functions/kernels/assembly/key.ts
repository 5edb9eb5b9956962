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

/** The second word of a short key, given its bytes as `first16` does; the first of these is its first word. */
// @ts-ignore: decorator
@inline
export function shortHigh(bytes: v128, length: u32): u64 {
  return v128.extract_lane<u64>(bytes, 1) | (<u64>length << 56);
}

/** Writes the words of a key of any length. */
// @ts-ignore: decorator
@inline
export function writeKey(at: usize, from: usize, length: u32): void {
  if (length > SHORT_MAX) return writeLong(at, from, length);
  const bytes = first16(from, length);
  store<u64>(at, v128.extract_lane<u64>(bytes, 0));
  store<u64>(at, shortHigh(bytes, length), 8);
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
