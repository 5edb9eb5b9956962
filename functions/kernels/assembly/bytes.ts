/** Comparing and hashing ranges of bytes. What is read may reach 15 bytes past a range: memory always has them. */

/** Sixteen bytes of which the first n are kept, for n from 0 to 16. */
const KEEP = memory.data<u8>([
  255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0,
]);

export const K1: u64 = 0x9e3779b97f4a7c15;
export const K2: u64 = 0xc2b2ae3d27d4eb4f;
const K3: u64 = 0xd6e8feb86659fd93;

/** The bytes at `from`, zeroes from `length` on; 16 at most. */
// @ts-ignore: decorator
@inline
export function first16(from: usize, length: u32): v128 {
  return v128.and(v128.load(from), v128.load(KEEP + 16 - length));
}

/** Of sixteen bytes; the upper half is the well mixed one. */
// @ts-ignore: decorator
@inline
export function hash16(low: u64, high: u64): u64 {
  let hash = (low * K1) ^ rotl<u64>(high * K2, 29);
  hash ^= hash >> 32;
  return hash * K3;
}

/** Of any number of bytes. */
export function hashLong(from: usize, length: u32): u64 {
  let hash: u64 = length;
  let at: u32 = 0;
  for (; at + 16 <= length; at += 16) {
    hash = rotl<u64>(hash, 23) + hash16(load<u64>(from + at), load<u64>(from + at, 8) ^ hash);
    hash ^= hash >> 29;
  }
  const rest = first16(from + at, length - at);
  return hash16(v128.extract_lane<u64>(rest, 0) ^ hash, v128.extract_lane<u64>(rest, 1) ^ length);
}

// @ts-ignore: decorator
@inline
export function bigEndian(at: usize): u64 {
  return bswap<u64>(load<u64>(at));
}

/** Whether ranges of the same length are equal. */
export function sameBytes(a: usize, b: usize, length: u32): bool {
  let at: u32 = 0;
  for (; at + 8 <= length; at += 8) if (load<u64>(a + at) != load<u64>(b + at)) return false;
  for (; at < length; at++) if (load<u8>(a + at) != load<u8>(b + at)) return false;
  return true;
}

/** Negative, 0 or positive, as the one comes before the other, byte by byte; a beginning comes before its whole. */
export function compareBytes(a: usize, aLength: u32, b: usize, bLength: u32): i32 {
  const shared = min(aLength, bLength);
  let at: u32 = 0;
  for (; at + 8 <= shared; at += 8) {
    if (load<u64>(a + at) != load<u64>(b + at)) return bigEndian(a + at) < bigEndian(b + at) ? -1 : 1;
  }
  for (; at < shared; at++) {
    const difference = <i32>load<u8>(a + at) - <i32>load<u8>(b + at);
    if (difference != 0) return difference;
  }
  return aLength < bLength ? -1 : <i32>(aLength > bLength);
}

/** Copies a range that does not overlap; up to 15 bytes behind its end are written, too. */
// @ts-ignore: decorator
@inline
export function copyBytes(to: usize, from: usize, length: u32): void {
  if (length > 256) {
    memory.copy(to, from, length);
    return;
  }
  for (let at: u32 = 0; at < length; at += 16) v128.store(to + at, v128.load(from + at));
}
