/**
 * The groups of a chunk: a hash table from keys to values. What is put in is called an offer: a key with values.
 *
 * Slots of 8 bytes hold half of the key's hash and where its entry lies; entries lie in the order of their coming, so
 * that those which are met most lie together. Offers come in batches: all slots of a batch are touched before any is
 * used, then all entries, so that the waits for memory overlap instead of adding up. Counts of keys that are met most do
 * not come that far (hot.ts).
 *
 * entry = values, key bytes (u32), 4 unused, key, zeroes up to a multiple of 8 bytes and 16 at least
 */
import { alloc, used } from './memory';
import { first16, hash16, hashLong, sameBytes } from './bytes';
import { countAt, missed, openHot, settle } from './hot';
import { firstValues, joinRecord, onlyCount, valueBytes, valueCount } from './values';

/** There are twice as many slots as groups at least. */
const SLOTS_MIN: u32 = 1 << 12;
const BATCH: u32 = 128;
/**
 * An offer in a batch: key (u32), its length (u32), hash (u64), its first 16 bytes; then an i64 for each value, unless it
 * is a count and nothing else. The lower half of the hash makes way for the entry that is likely the one.
 */
const OFFER_BYTES: u32 = 32;
/** Entries are put into pieces of memory of this many bytes, or of their own size. */
const PIECE_BYTES: u32 = 1 << 18;

let slots: usize = 0;
let slotMask: u32 = 0;
let batch: usize = 0;
let batchAt: usize = 0;
let batchEnd: usize = 0;
let offerBytes: u32 = 0;
let pieceAt: usize = 0;
let pieceEnd: usize = 0;
export let groups: u32 = 0;
/** The longest key so far. */
export let keyBytesMax: u32 = 0;

/** All slots, for those who go through the entries. */
export function slotsStart(): usize {
  return slots;
}
export function slotsEnd(): usize {
  return slots + ((<usize>slotMask + 1) << 3);
}

export function openTable(): void {
  offerBytes = OFFER_BYTES + (onlyCount ? 0 : valueCount * 8);
  if (onlyCount) openHot();
  batch = alloc(BATCH * offerBytes);
  batchAt = batch;
  batchEnd = batch + BATCH * offerBytes;
  groups = 0;
  keyBytesMax = 0;
  pieceAt = 0;
  pieceEnd = 0;
  slots = alloc(SLOTS_MIN << 3);
  memory.fill(slots, 0, SLOTS_MIN << 3);
  slotMask = SLOTS_MIN - 1;
}

/** Offers the key [from, from + length), whose bytes must stay until `flush`. Where its values are to be put. */
// @ts-ignore: decorator
@inline
export function offer(from: usize, length: u32): usize {
  const at = batchAt;
  const first = first16(from, length);
  const low = v128.extract_lane<u64>(first, 0);
  const high = v128.extract_lane<u64>(first, 1);
  const hash = length <= 16 ? hash16(low, high, length) : hashLong(from, length);
  store<u32>(at, <u32>from);
  store<u32>(at, length, 4);
  store<u64>(at, hash, 8);
  store<u64>(at, low, 16);
  store<u64>(at, high, 24);
  return at + OFFER_BYTES;
}

/** Ends an offer. */
// @ts-ignore: decorator
@inline
export function offered(): void {
  batchAt += offerBytes;
  if (batchAt == batchEnd) flush();
}

/** Counts a key once, where that is all that is asked for. Its bytes must stay until `flush`. */
// @ts-ignore: decorator
@inline
export function count(from: usize, length: u32): void {
  const at = batchAt;
  const first = first16(from, length);
  store<u32>(at, <u32>from);
  store<u32>(at, length, 4);
  v128.store(at, first, 16);
  if (length <= 16) {
    const low = v128.extract_lane<u64>(first, 0);
    const high = v128.extract_lane<u64>(first, 1);
    const hash = hash16(low, high, length);
    store<u64>(at, hash, 8);
    batchAt = at + missed(low, high, length, hash) * OFFER_BYTES;
  } else {
    store<u64>(at, hashLong(from, length), 8);
    batchAt = at + OFFER_BYTES;
  }
  if (batchAt == batchEnd) flush();
}

/** Works the batch off. */
export function flush(): void {
  const end = batchAt;
  const stride = offerBytes;
  const many = <u32>((end - batch) / stride);
  if (many == 0) return;
  while ((groups + many) * 2 > slotMask + 1) grow();
  const table = slots;
  const mask = slotMask;
  let touched: u64 = 0;
  for (let at = batch; at < end; at += stride) touched ^= load<u64>(table + ((<usize>(load<u32>(at, 12) & mask)) << 3));
  const values = valueBytes;
  for (let at = batch; at < end; at += stride) {
    const half = load<u32>(at, 12);
    let i = half & mask;
    let slot = load<u64>(table + ((<usize>i) << 3));
    while (<u32>(slot >> 32) != half && slot != 0) {
      i = (i + 1) & mask;
      slot = load<u64>(table + ((<usize>i) << 3));
    }
    store<u32>(at, <u32>slot, 8);
    touched ^= load<u64>(<usize><u32>slot + values);
  }
  seen = touched;
  const counts = onlyCount;
  for (let at = batch; at < end; at += stride) {
    const length = load<u32>(at, 4);
    const low = load<u64>(at, 16);
    const high = load<u64>(at, 24);
    let entry = <usize>load<u32>(at, 8);
    const key = entry + values;
    const other = (load<u64>(key, 8) ^ low) | (load<u64>(key, 16) ^ high) | <u64>(load<u32>(key) ^ length);
    fresh = 0;
    if (other != 0 || length > 16 || entry == 0) entry = find(at, table, mask, values);
    if (counts) countAt(entry, low, high, length, load<u64>(at, 8));
    else if (entry != fresh) joinRecord(entry, at + OFFER_BYTES);
    else firstValues(entry, at + OFFER_BYTES);
  }
  batchAt = batch;
}

/** What was touched last: reads that nothing depends on would be left out. */
let seen: u64 = 0;

/** The entry that `find` has made just now, without values. */
export let fresh: usize = 0;

/** The entry of a key, of any length, at once; if it is new, it is `fresh` and has no values. Nothing may be in the batch. */
export function entryFor(key: usize, keyBytes: u32): usize {
  if (onlyCount) settle();
  offer(key, keyBytes);
  while ((groups + 1) * 2 > slotMask + 1) grow();
  fresh = 0;
  return find(batch, slots, slotMask, valueBytes);
}

// @ts-ignore: decorator
@inline
function find(record: usize, table: usize, mask: u32, values: u32): usize {
  const half = load<u32>(record, 12);
  const length = load<u32>(record, 4);
  const low = load<u64>(record, 16);
  const high = load<u64>(record, 24);
  let i = half & mask;
  while (true) {
    const at = table + ((<usize>i) << 3);
    i = (i + 1) & mask;
    const slot = load<u64>(at);
    if (slot == 0) return insert(record, at, values);
    if (<u32>(slot >> 32) != half) continue;
    const entry = <usize><u32>slot;
    const key = entry + values;
    if (load<u32>(key) != length || load<u64>(key, 8) != low || load<u64>(key, 16) != high) continue;
    if (length <= 16 || sameBytes(key + 24, <usize>load<u32>(record) + 16, length - 16)) return entry;
  }
}

function insert(record: usize, slot: usize, values: u32): usize {
  const length = load<u32>(record, 4);
  const padded = length <= 16 ? 16 : (length + 7) & ~7;
  const bytes = values + 8 + padded;
  if (pieceAt + bytes > pieceEnd) {
    const piece = max(PIECE_BYTES, bytes);
    pieceAt = alloc(piece);
    pieceEnd = pieceAt + piece;
  }
  const entry = pieceAt;
  pieceAt += bytes;
  groups += 1;
  keyBytesMax = max(keyBytesMax, length);
  store<u64>(slot, (load<u64>(record, 8) & 0xffffffff00000000) | <u64>entry);
  store<u64>(entry, 0); // a count
  const key = entry + values;
  store<u64>(key, length);
  if (length > 16) {
    store<u64>(key + padded, 0);
    memory.copy(key + 8, <usize>load<u32>(record), length);
  } else {
    store<u64>(key, load<u64>(record, 16), 8);
    store<u64>(key, load<u64>(record, 24), 16);
  }
  fresh = entry;
  return entry;
}

/** Twice as many slots; those of before become room for entries. */
function grow(): void {
  const old = slots;
  const oldEnd = slotsEnd();
  const count = (slotMask + 1) * 2;
  const table = alloc((<usize>count) << 3);
  memory.fill(table, 0, (<usize>count) << 3);
  const mask = count - 1;
  for (let at = old; at < oldEnd; at += 8) {
    const slot = load<u64>(at);
    if (slot == 0) continue;
    let i = <u32>(slot >> 32) & mask;
    while (load<u64>(table + ((<usize>i) << 3)) != 0) i = (i + 1) & mask;
    store<u64>(table + ((<usize>i) << 3), slot);
  }
  slots = table;
  slotMask = mask;
  if (oldEnd - old > pieceEnd - pieceAt) {
    pieceAt = old;
    pieceEnd = oldEnd;
  }
}

/** Memory in use, with what sorting the groups would take. */
export function tableBytes(): usize {
  return used() + <usize>groups * 16;
}
