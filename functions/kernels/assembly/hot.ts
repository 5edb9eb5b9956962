/**
 * The keys that are met most, with their counts, in a small table before the large one: it stays in the processor's own
 * cache. There is one place for each key, held by the one that was counted most among all that come there. Only where a
 * count is all that is asked for, and for keys of up to 16 bytes.
 *
 * place = first 8 bytes of the key (u64), next 8 (u64), length (u32), entry (u32), count (u64)
 *
 * As long as a key holds its place, that count is the true one, and the one in its entry is out of date.
 */
import { alloc } from './memory';

/** 256 KiB: larger tables find more, and are found less in the cache. */
const PLACES: usize = 1 << 13;
const PLACE_BYTES: usize = 32;
const HASH_SHIFT: u64 = 64 - 13;
/** Of a place that nobody holds; its entry is one that belongs to no key. */
const NO_LENGTH: u32 = 0xffffffff;

let places: usize = 0;
let nobody: usize = 0;
/** Whether any place is held. */
let held: bool = false;

export function openHot(): void {
  places = alloc(PLACES * PLACE_BYTES);
  nobody = alloc(8);
  empty();
}

function empty(): void {
  for (let at = places; at < places + PLACES * PLACE_BYTES; at += PLACE_BYTES) {
    store<u32>(at, NO_LENGTH, 16);
    store<u32>(at, <u32>nobody, 20);
    store<u64>(at, 0, 24);
  }
  held = false;
}

// @ts-ignore: decorator
@inline
function placeOf(hash: u64): usize {
  return places + <usize>(hash >> HASH_SHIFT) * PLACE_BYTES;
}

/** Counts a key that holds its place. 1 if it does not: nobody can foretell that, so nothing branches on it. */
// @ts-ignore: decorator
@inline
export function missed(low: u64, high: u64, length: u32, hash: u64): u32 {
  const at = placeOf(hash);
  const other = (low ^ load<u64>(at)) | (high ^ load<u64>(at, 8)) | <u64>(length ^ load<u32>(at, 16));
  const miss = <u32>(other != 0);
  store<u64>(at, load<u64>(at, 24) + 1 - miss, 24);
  return miss;
}

/** Counts a key once in its entry, or in the place that it has come to hold meanwhile; it may be given that now. */
// @ts-ignore: decorator
@inline
export function countAt(entry: usize, low: u64, high: u64, length: u32, hash: u64): void {
  const place = placeOf(hash);
  const holds = load<u32>(place, 20) == <u32>entry;
  const at = holds ? place + 24 : entry;
  const count = load<u64>(at) + 1;
  store<u64>(at, count);
  if (holds || length > 16 || count <= load<u64>(place, 24)) return;
  store<u64>(<usize>load<u32>(place, 20), load<u64>(place, 24));
  store<u64>(place, low);
  store<u64>(place, high, 8);
  store<u32>(place, length, 16);
  store<u32>(place, <u32>entry, 20);
  store<u64>(place, count, 24);
  held = true;
}

/** Gives all counts back to their entries. */
export function settle(): void {
  if (!held) return;
  for (let at = places; at < places + PLACES * PLACE_BYTES; at += PLACE_BYTES) {
    store<u64>(<usize>load<u32>(at, 20), load<u64>(at, 24));
  }
  empty();
}
