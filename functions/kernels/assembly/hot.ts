/**
 * The keys that are met most, with their counts, in a small table before the large one: it stays in the processor's own
 * cache. There is one place for each key, held by the one that was counted most among all that came there and asked, as one
 * count of some does. Only where a count is all that is asked for, and for short keys.
 *
 * place = the key's two words, count (u64), entry (u32), nothing (u32)
 *
 * As long as a key holds its place, that count is the true one, and its entry says that it is there.
 */
import { K1, K2 } from './bytes';
import { alloc } from './memory';
import { isLong } from './key';

/** 256 KiB: larger tables find more, and are found less in the cache. */
const PLACES_BITS: u64 = 13;
const PLACE_BITS: u64 = 5;
const PLACES_BYTES: usize = <usize>1 << <usize>(PLACES_BITS + PLACE_BITS);
const PLACE_BYTES: usize = <usize>1 << <usize>PLACE_BITS;
/** Of a place that nobody holds; its entry is one that belongs to no key. */
const NO_KEY: u64 = -1;
/** Instead of a count in an entry: its place has it. One more is a multiple of all. */
const IN_PLACE: u64 = -1;
/** Of so many counts in its entry, a power of two, one asks for the place: asking is meeting the small table. */
const ASKED_EVERY: u64 = 32;

const places = memory.data(<i32>PLACES_BYTES, 64);
let nobody: usize = 0;
/** Whether any place is held. */
let anyHeld: bool = false;

export function openHot(): void {
  nobody = alloc(8);
  empty();
}

function empty(): void {
  for (let at = places; at < places + PLACES_BYTES; at += PLACE_BYTES) {
    store<u64>(at, NO_KEY, 8);
    store<u64>(at, 0, 16);
    store<u32>(at, <u32>nobody, 24);
  }
  anyHeld = false;
}

/** The place of a key, by a hash of its own: fewer steps than that of the large table, and good enough for this. */
// @ts-ignore: decorator
@inline
function placeOf(low: u64, high: u64): usize {
  const hash = low * K1 + high * K2;
  return places + (<usize>(hash >> (64 - PLACES_BITS - PLACE_BITS)) & ~(PLACE_BYTES - 1));
}

/** Counts a short key that holds its place. Whether it does: 1 or 0. */
// @ts-ignore: decorator
@inline
export function countInPlace(key: v128): u32 {
  const at = placeOf(v128.extract_lane<u64>(key, 0), v128.extract_lane<u64>(key, 1));
  const same = i8x16.bitmask(i8x16.eq(key, v128.load(at)));
  const held = <u32>(same + 1) >> 16; // all sixteen bits
  store<u64>(at, load<u64>(at, 16) + held, 16);
  return held;
}

/** Counts a key once in its entry, or in the place that it has come to hold meanwhile; now and then it may be given that. */
// @ts-ignore: decorator
@inline
export function countAt(entry: usize, low: u64, high: u64): void {
  const count = load<u64>(entry) + 1;
  if (count % ASKED_EVERY != 0) store<u64>(entry, count);
  else askFor(entry, low, high, count);
}

function askFor(entry: usize, low: u64, high: u64, count: u64): void {
  const place = placeOf(low, high);
  const most = load<u64>(place, 16);
  if (count == IN_PLACE + 1) return store<u64>(place, most + 1, 16);
  store<u64>(entry, count);
  if (count <= most || isLong(high)) return;
  store<u64>(load<u32>(place, 24), most);
  store<u64>(entry, IN_PLACE);
  store<u64>(place, low);
  store<u64>(place, high, 8);
  store<u64>(place, count, 16);
  store<u32>(place, <u32>entry, 24);
  anyHeld = true;
}

/** Gives all counts back to their entries. */
export function settle(): void {
  if (!anyHeld) return;
  for (let at = places; at < places + PLACES_BYTES; at += PLACE_BYTES) store<u64>(load<u32>(at, 24), load<u64>(at, 16));
  empty();
}
