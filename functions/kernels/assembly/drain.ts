/** The groups of a chunk in byte order of key, as blocks of encoded pairs: `varint key bytes, key, varint value bytes, value`. */
import { alloc } from './memory';
import { compareBytes } from './bytes';
import { settle } from './hot';
import { ITEM_BYTES, prefix, sortItems } from './sort';
import { flush, groups, slotsEnd, slotsStart } from './table';
import { encodeValues, onlyCount, valueBytes, varint } from './values';

let items: usize = 0;
let itemsEnd: usize = 0;
/** Pairs in the block that was written last. */
export let blockEntries: u32 = 0;

/** Sorts the groups: no record may be added any more. */
export function sortGroups(): void {
  flush();
  if (onlyCount) settle();
  const n = groups;
  items = alloc(<usize>n * ITEM_BYTES);
  const spare = alloc(<usize>n * ITEM_BYTES);
  const values = valueBytes;
  let at = items;
  const end = slotsEnd();
  for (let slot = slotsStart(); slot < end; slot += 8) {
    const entry = <usize>load<u32>(slot);
    if (entry == 0) continue;
    const length = load<u32>(entry + values);
    const key = entry + values + 8;
    store<u64>(at, prefix(key, length, 0));
    store<u32>(at, <u32>key, 8);
    store<u32>(at, length, 12);
    at += ITEM_BYTES;
  }
  itemsEnd = at;
  sortItems(items, spare, n);
}

/**
 * Writes pairs to `out` until they take `bytesMin` bytes, or the next key is not below [bound, bound + boundBytes), if
 * there is a bound (not 0). How many bytes were written.
 */
export function drainBlock(out: usize, bytesMin: u32, bound: usize, boundBytes: u32): u32 {
  const full = out + bytesMin;
  let at = out;
  let entries: u32 = 0;
  for (; items < itemsEnd && at < full; items += ITEM_BYTES) {
    const key = <usize>load<u32>(items, 8);
    const length = load<u32>(items, 12);
    if (bound != 0 && compareBytes(key, length, bound, boundBytes) >= 0) break;
    at = varint(at, length);
    if (length <= 16) v128.store(at, v128.load(key));
    else memory.copy(at, key, length);
    at = encodePair(key - 8 - valueBytes, at + length);
    entries += 1;
  }
  blockEntries = entries;
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
