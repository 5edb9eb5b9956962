/**
 * The keys that are met most, with their counts, in a small table before the large one: it stays in the processor's own
 * cache. There is one place for each key, held by the one that was counted most among all that come there. Only where a
 * count is all that is asked for, and for short keys.
 *
 * place = the key's two words, count (u64)
 *
 * As long as a key holds its place, that count is the true one, and the one in its entry is out of date.
 */
import { alloc } from './memory';
import { isLong } from './key';

/** 192 KiB: larger tables find more, and are found less in the cache. */
const PLACES: usize = 1 << 13;
const HALF_SHIFT: u32 = 32 - 13;
const PLACE_BYTES: usize = 24;
/** Of a place that nobody holds; its entry is one that belongs to no key. */
const NO_KEY: u64 = -1;

const places = memory.data(<i32>(PLACES * PLACE_BYTES), 64);
/** The entry of each place's key. */
const entries = memory.data(<i32>(PLACES * 4), 64);
let nobody: usize = 0;
/** Whether any place is held. */
let held: bool = false;

export function openHot(): void {
  nobody = alloc(8);
  empty();
}

function empty(): void {
  for (let i: usize = 0; i < PLACES; i++) {
    store<u64>(places + i * PLACE_BYTES, NO_KEY, 8);
    store<u64>(places + i * PLACE_BYTES, 0, 16);
    store<u32>(entries + i * 4, <u32>nobody);
  }
  held = false;
}

/** Counts a key that holds its place. 1 if it does not: nobody can foretell that, so nothing branches on it. */
// @ts-ignore: decorator
@inline
export function missed(low: u64, high: u64, half: u32): u32 {
  const at = places + <usize>(half >> HALF_SHIFT) * PLACE_BYTES;
  const miss = <u32>(((low ^ load<u64>(at)) | (high ^ load<u64>(at, 8))) != 0);
  store<u64>(at, load<u64>(at, 16) + 1 - miss, 16);
  return miss;
}

/** Counts a key once in its entry, or in the place that it has come to hold meanwhile; it may be given that now. */
// @ts-ignore: decorator
@inline
export function countAt(entry: usize, low: u64, high: u64, half: u32): void {
  const i = <usize>(half >> HALF_SHIFT);
  const place = places + i * PLACE_BYTES;
  const holder = <usize>load<u32>(entries + i * 4);
  const holds = holder == entry;
  const at = holds ? place + 16 : entry;
  const count = load<u64>(at) + 1;
  store<u64>(at, count);
  if (holds || count <= load<u64>(place, 16) || isLong(high)) return;
  store<u64>(holder, load<u64>(place, 16));
  store<u64>(place, low);
  store<u64>(place, high, 8);
  store<u64>(place, count, 16);
  store<u32>(entries + i * 4, <u32>entry);
  held = true;
}

/** Gives all counts back to their entries. */
export function settle(): void {
  if (!held) return;
  for (let i: usize = 0; i < PLACES; i++) store<u64>(load<u32>(entries + i * 4), load<u64>(places + i * PLACE_BYTES, 16));
  empty();
}
