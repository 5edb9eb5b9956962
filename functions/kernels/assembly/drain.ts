/** The groups of a chunk in byte order of key, as blocks of encoded pairs: `varint key bytes, key, varint value bytes, value`. */
import { compareBytes } from './bytes';
import { encodeValues, varint } from './encoded-values';
import { isLong, lengthOf, SHORT_MAX } from './key';
import { roomOnceSettled, settleOffers } from './offers';
import { ITEM_BYTES, prefix, sortItems } from './sort';
import { groups, slotsEnd, slotsStart } from './table';
import { storable, valueBytes } from './values';

let items: usize = 0;
let itemsEnd: usize = 0;
/** Entries are touched so many pairs before they are written: they lie in another order. */
const AHEAD: usize = 16;
/** What was touched last: reads that nothing depends on would be left out. */
let seen: u64 = 0;
/** Pairs in the block that was written last. */
export let blockEntries: u32 = 0;
/** The key that `drainBlock` stopped at, since its values cannot be stored; 0: none. */
export let strangeKey: usize = 0;
export let strangeBytes: u32 = 0;

/** Sorts the groups: no record may be added any more. */
export function sortGroups(): void {
  settleOffers();
  strangeKey = 0;
  const n = groups;
  const end = slotsEnd();
  const entries = slotsStart();
  let at = entries;
  // nobody can foretell which slots are taken, so nothing branches on it
  for (let slot = entries; slot < end; slot += 8) {
    const entry = load<u32>(slot);
    store<u32>(at, entry);
    at += <usize>(entry != 0) << 2;
  }
  items = roomOnceSettled(<usize>n * ITEM_BYTES);
  const values = valueBytes;
  at = items;
  for (let i: u32 = 0; i < n; i++) {
    const entry = <usize>load<u32>(entries + ((<usize>i) << 2));
    const low = load<u64>(entry + values);
    const high = load<u64>(entry + values, 8);
    const length = lengthOf(low, high);
    const key = entry + values + (isLong(high) ? 16 : 0);
    store<u64>(at, prefix(key, length, 0));
    store<u32>(at, <u32>key, 8);
    store<u32>(at, length, 12);
    at += ITEM_BYTES;
  }
  itemsEnd = at;
  sortItems(items, slotsStart(), n); // the slots have done their work, and are as large
}

/**
 * Writes pairs to `out` until they take `bytesMin` bytes, or the next key is not below [bound, bound + boundBytes), if
 * there is a bound (not 0), or has values that cannot be stored. How many bytes were written.
 */
export function drainBlock(out: usize, bytesMin: u32, bound: usize, boundBytes: u32): u32 {
  const full = out + bytesMin;
  let at = out;
  let entries: u32 = 0;
  let touched: u64 = 0;
  for (; items < itemsEnd && at < full; items += ITEM_BYTES) {
    touched ^= load<u64>(<usize>load<u32>(min(items + AHEAD * ITEM_BYTES, itemsEnd - ITEM_BYTES), 8));
    const key = <usize>load<u32>(items, 8);
    const length = load<u32>(items, 12);
    if (bound != 0 && compareBytes(key, length, bound, boundBytes) >= 0) break;
    const entry = key - (length > SHORT_MAX ? 16 : 0) - valueBytes;
    if (!storable(entry)) {
      strangeKey = key;
      strangeBytes = length;
      break;
    }
    at = varint(at, length);
    if (length <= SHORT_MAX) v128.store(at, v128.load(key));
    else memory.copy(at, key, length);
    at = encodePair(entry, at + length);
    entries += 1;
  }
  blockEntries = entries;
  seen = touched;
  return <u32>(at - out);
}

/** The value behind its length; where it ends. */
export function encodePair(values: usize, out: usize): usize {
  const end = encodeValues(values, out + 1);
  const bytes = end - out - 1;
  if (bytes < 0x80) {
    store<u8>(out, bytes);
    return end;
  }
  memory.copy(out + 2, out + 1, bytes);
  varint(out, bytes);
  return end + 1;
}
