/**
 * The groups of a chunk: a hash table from keys to values.
 *
 * Slots of 8 bytes hold half of a key's hash and where its entry lies; they are in order of the hash, so that the upper
 * bits of it, a key's partition, say in which stretch of the slots it is found. Entries of a partition lie together, too.
 * What is put in is called an offer; offers come many at a time (offers.ts): all of their slots are touched before any is
 * used, then all entries, so that the waits for memory overlap instead of adding up.
 *
 * entry = values, the key's two words (key.ts); behind those of a long one all of its bytes, and zeroes up to a multiple
 * of 8 bytes and 8 at least
 */
import { alloc } from './memory';
import { sameBytes } from './bytes';
import { countAt } from './hot';
import { halfOf, isLong, lengthOf, shortHalf } from './key';
import { firstValues, joinRecord, onlyCount, valueBytes } from './values';

/** There are twice as many slots as groups at least. */
const SLOTS_MIN: u32 = 1 << 12;
export const PARTITIONS: u32 = 1 << 6;
/** From half a hash to its partition. */
export const PARTITION_SHIFT: u32 = 32 - 6;
/** Entries are put into pieces of memory of this many bytes, each of one partition, or of their own size. */
const PIECE_BYTES: usize = 1 << 13;
/** Pieces are cut from stretches of memory. */
const STRETCH_BYTES: usize = 1 << 18;

/** Where the next entry goes, for each partition, and where its piece ends; long keys lie apart. */
const piecesAt = memory.data(<i32>((PARTITIONS + 1) * 4));
const piecesEnd = memory.data(<i32>((PARTITIONS + 1) * 4));
let stretchAt: usize = 0;
let stretchEnd: usize = 0;

let slots: usize = 0;
let slotMask: u32 = 0;
let slotShift: u32 = 0;
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

export function openSlots(): void {
  groups = 0;
  keyBytesMax = 0;
  memory.fill(piecesAt, 0, (PARTITIONS + 1) * 4);
  memory.fill(piecesEnd, 0, (PARTITIONS + 1) * 4);
  stretchAt = 0;
  stretchEnd = 0;
  takeSlots(SLOTS_MIN);
}

function takeSlots(count: u32): void {
  slots = alloc(<usize>count << 3);
  memory.fill(slots, 0, <usize>count << 3);
  slotMask = count - 1;
  slotShift = clz(count) + 1;
}

/** An offer: the key's two words; then an i64 for each value, unless it is a count and nothing else. */
export const OFFER_BYTES: u32 = 16;
/** Offers that are worked off together: as a rule, and at most. */
export const TOGETHER: u32 = 128;
export const TOGETHER_MAX: u32 = TOGETHER + 64;
/** The values of a group that is only counted. */
const COUNT_BYTES: u32 = 8;
/** Of each of them, half of the hash (u32), and the entry that it is likely for (u32). */
const likely = memory.data(<i32>(TOGETHER_MAX * 8), 64);

/** Puts up to `TOGETHER_MAX` offers of [from, to) into their groups. */
export function putOffers(from: usize, to: usize, stride: usize): void {
  while ((groups + TOGETHER_MAX) * 2 > slotMask + 1) grow();
  const table = slots;
  const mask = slotMask;
  const shift = slotShift;
  let touched: u64 = 0;
  let next = likely;
  for (let at = from; at < to; at += stride) {
    const half = halfOf(load<u64>(at), load<u64>(at, 8));
    store<u32>(next, half);
    next += 8;
    touched ^= load<u64>(table + (<usize>(half >> shift) << 3));
  }
  const values = valueBytes;
  const end = next;
  for (next = likely; next < end; next += 8) {
    const half = load<u32>(next);
    let i = half >> shift;
    let slot = load<u64>(table + (<usize>i << 3));
    while (<u32>(slot >> 32) != half && slot != 0) {
      i = (i + 1) & mask;
      slot = load<u64>(table + (<usize>i << 3));
    }
    store<u32>(next, <u32>slot, 4);
    touched ^= load<u64>(<usize><u32>slot + values);
  }
  seen = touched;
  const counts = onlyCount;
  next = likely;
  for (let at = from; at < to; at += stride) {
    const low = load<u64>(at);
    const high = load<u64>(at, 8);
    const half = load<u32>(next);
    let entry = <usize>load<u32>(next, 4);
    next += 8;
    fresh = 0;
    const other = (load<u64>(entry + values) ^ low) | (load<u64>(entry + values, 8) ^ high);
    if (other != 0 || entry == 0) entry = find(at, half, table, mask, shift, values);
    if (counts) countAt(entry, low, high);
    else if (entry != fresh) joinRecord(entry, at + OFFER_BYTES);
    else firstValues(entry, at + OFFER_BYTES);
  }
}

/** Instead of an entry: no short key is its key. */
const none = memory.data<u64>([0, -1, -1]);

/** Puts up to `TOGETHER_MAX` offers of [from, to) of short keys that are only counted: most are in the first or second slot. */
export function putCounts(from: usize, to: usize): void {
  while ((groups + TOGETHER_MAX) * 2 > slotMask + 1) grow();
  const table = slots;
  const mask = slotMask;
  const shift = slotShift;
  let touched: u64 = 0;
  let next = likely;
  for (let at = from; at < to; at += OFFER_BYTES) {
    const half = shortHalf(load<u64>(at), load<u64>(at, 8));
    const i = half >> shift;
    const first = load<u64>(table + (<usize>i << 3));
    const second = load<u64>(table + (<usize>((i + 1) & mask) << 3));
    const other = select<usize>(<usize><u32>second, none, <u32>(second >> 32) == half);
    const entry = select<usize>(<usize><u32>first, other, <u32>(first >> 32) == half);
    store<u32>(next, <u32>entry);
    next += 4;
    touched ^= load<u64>(entry);
  }
  seen = touched;
  next = likely;
  for (let at = from; at < to; at += OFFER_BYTES) {
    const low = load<u64>(at);
    const high = load<u64>(at, 8);
    let entry = <usize>load<u32>(next);
    next += 4;
    const same = i8x16.eq(v128.load(at), v128.load(entry + COUNT_BYTES));
    // a free slot, which says 0, looks like that of the empty key, and what stands there like the key
    if (entry == 0 || i8x16.bitmask(same) != 0xffff) {
      entry = find(at, shortHalf(low, high), table, mask, shift, COUNT_BYTES);
    }
    countAt(entry, low, high);
  }
}

/** What was touched last: reads that nothing depends on would be left out. */
let seen: u64 = 0;

/** Brings a partition near, before many of its offers are put: its memory is gone through in order. */
export function touchPartition(partition: u32): void {
  const bytes = slotsEnd() - slots;
  const from = slots + (bytes / PARTITIONS) * partition;
  const to = from + bytes / PARTITIONS;
  let touched: u64 = 0;
  for (let at = from; at < to; at += 64) touched ^= load<u64>(at);
  let end = <usize>load<u32>(piecesAt + partition * 4);
  let piece = <usize>load<u32>(piecesEnd + partition * 4) - PIECE_BYTES;
  while (end != 0) {
    for (let at = piece; at < end; at += 64) touched ^= load<u64>(at);
    end = <usize>load<u32>(piece);
    piece = <usize>load<u32>(piece, 4) - PIECE_BYTES;
  }
  seen = touched;
}

/** The entry that was made just now, without values. */
export let fresh: usize = 0;

/** The entry for an offer, at once; if it is new, it is `fresh` and has no values. */
export function entryOf(offer: usize): usize {
  while ((groups + 1) * 2 > slotMask + 1) grow();
  fresh = 0;
  return find(offer, halfOf(load<u64>(offer), load<u64>(offer, 8)), slots, slotMask, slotShift, valueBytes);
}

// @ts-ignore: decorator
@inline
function find(offer: usize, half: u32, table: usize, mask: u32, shift: u32, values: u32): usize {
  const low = load<u64>(offer);
  const high = load<u64>(offer, 8);
  let i = half >> shift;
  while (true) {
    const at = table + (<usize>i << 3);
    i = (i + 1) & mask;
    const slot = load<u64>(at);
    if (slot == 0) return insert(low, high, half, at, values);
    if (<u32>(slot >> 32) != half) continue;
    const entry = <usize><u32>slot;
    const key = entry + values;
    if (load<u64>(key, 8) == high && (isLong(high) ? sameLong(key, low) : load<u64>(key) == low)) return entry;
  }
}

/** Whether a long key is that of an entry, given the first word of it. */
function sameLong(key: usize, low: u64): bool {
  const length = <u32>(low >> 32);
  return load<u32>(key, 4) == length && sameBytes(key + 16, <usize><u32>low, length);
}

function insert(low: u64, high: u64, half: u32, slot: usize, values: u32): usize {
  const length = lengthOf(low, high);
  const long = isLong(high);
  const padded: u32 = long ? (length + 8) & ~7 : 0;
  const entry = room(values + 16 + padded, long ? PARTITIONS : half >> PARTITION_SHIFT);
  groups += 1;
  keyBytesMax = max(keyBytesMax, length);
  store<u64>(slot, (<u64>half << 32) | <u64>entry);
  store<u64>(entry, 0); // a count
  const key = entry + values;
  if (long) {
    store<u64>(key + 16 + padded - 8, 0);
    memory.copy(key + 16, <usize><u32>low, length);
  }
  // Where a long key was offered others will lie: it is here from now on, and none is taken for it that was not compared.
  store<u64>(key, long ? (<u64>length << 32) | <u64>(key + 16) : low);
  store<u64>(key, high, 8);
  fresh = entry;
  return entry;
}

/** Memory for an entry, beside the others of its partition. */
function room(bytes: usize, partition: u32): usize {
  let at = <usize>load<u32>(piecesAt + partition * 4);
  if (at + bytes > <usize>load<u32>(piecesEnd + partition * 4)) {
    if (bytes + 8 > PIECE_BYTES) return alloc(bytes);
    if (stretchAt + PIECE_BYTES > stretchEnd) {
      stretchAt = alloc(STRETCH_BYTES);
      stretchEnd = stretchAt + STRETCH_BYTES;
    }
    store<u32>(stretchAt, <u32>at); // a piece begins with where the one before ends, and its memory
    store<u32>(stretchAt, load<u32>(piecesEnd + partition * 4), 4);
    at = stretchAt + 8;
    stretchAt += PIECE_BYTES;
    store<u32>(piecesEnd + partition * 4, <u32>stretchAt);
  }
  store<u32>(piecesAt + partition * 4, <u32>(at + bytes));
  return at;
}

/** Twice as many slots; those of before become room for entries. */
function grow(): void {
  const old = slots;
  const oldEnd = slotsEnd();
  takeSlots((slotMask + 1) * 2);
  const table = slots;
  const mask = slotMask;
  const shift = slotShift;
  for (let at = old; at < oldEnd; at += 8) {
    const slot = load<u64>(at);
    if (slot == 0) continue;
    let i = <u32>(slot >> 32) >> shift;
    while (load<u64>(table + (<usize>i << 3)) != 0) i = (i + 1) & mask;
    store<u64>(table + (<usize>i << 3), slot);
  }
  if (oldEnd - old > stretchEnd - stretchAt) {
    stretchAt = old;
    stretchEnd = oldEnd;
  }
}
