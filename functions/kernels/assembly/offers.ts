/**
 * The way of an offer, a key with values, into its group.
 *
 * A count of a key that is met most ends in a small table (hot.ts). All others come in batches. A table that outgrew the
 * processor's cache would be met at random, and each meeting would wait for memory: there they wait instead, with others
 * of their partition, until the part of the table that they are for is worth being brought near.
 */
import { alloc, used } from './memory';
import { countInPlace, openHot, settle } from './hot';
import { halfOf, isLong, SHORT_MAX, shortKey, writeKey, writeLong } from './key';
import {
  entryOf,
  groups,
  OFFER_BYTES,
  openSlots,
  PARTITION_SHIFT,
  PARTITIONS,
  putCounts,
  putOffers,
  slotsEnd,
  slotsStart,
  TOGETHER,
  TOGETHER_MAX,
  touchPartition,
} from './table';
import { ITEM_BYTES } from './sort';
import { onlyCount, valueBytes, valueCount, VALUES_MAX } from './values';

/** What waits for each partition, in bytes at most; a power of two. */
const WAITING_BYTES: u32 = 64 * 1024;
/** Tables of so many bytes of slots are in the cache, and those of more are too large for so few partitions. */
const NEAR_BYTES: usize = 1 << 18;
const FAR_BYTES: usize = 1 << 24;

const batch = memory.data(<i32>(TOGETHER_MAX * (OFFER_BYTES + VALUES_MAX * 8)), 64);
let batchAt: usize = 0;
let batchEnd: usize = 0;
let offerBytes: u32 = 0;
/** Memory for what waits; 0 as long as nothing has to. */
let waiting: usize = 0;
/** Whether any offer may be waiting. */
let anyWaits: bool = false;
/** Where the next offer of a partition waits. */
const waitingAt = memory.data(<i32>(PARTITIONS * 4));
let waitingMax: u32 = 0;

export function openTable(): void {
  offerBytes = OFFER_BYTES + (onlyCount ? 0 : valueCount * 8);
  batchAt = batch;
  batchEnd = batch + TOGETHER * offerBytes;
  waiting = 0;
  anyWaits = false;
  waitingMax = (WAITING_BYTES / offerBytes) * offerBytes;
  if (onlyCount) openHot();
  openSlots();
}

/** Offers the key [from, from + length), whose bytes must stay until `flush`. Where its values are to be put. */
// @ts-ignore: decorator
@inline
export function offer(from: usize, length: u32): usize {
  writeKey(batchAt, from, length);
  return batchAt + OFFER_BYTES;
}

/** Ends an offer. */
// @ts-ignore: decorator
@inline
export function offered(): void {
  batchAt += offerBytes;
  if (batchAt == batchEnd) flush();
}

/**
 * Counts a key once, where that is all that is asked for: at `at` in the batch, as `counting` and the call before gave
 * it. Its bytes must stay until it is flushed. No more than `TOGETHER_MAX - TOGETHER` in all before `counted`.
 */
// @ts-ignore: decorator
@inline
export function count(at: usize, from: usize, length: u32): usize {
  if (length > SHORT_MAX) {
    writeLong(at, from, length);
    return at + OFFER_BYTES;
  }
  const key = shortKey(from, length);
  v128.store(at, key);
  // nobody can foretell whether it ends in the small table, so nothing branches on it
  return at + OFFER_BYTES - countInPlace(key) * OFFER_BYTES;
}

/** Where the batch goes on. */
// @ts-ignore: decorator
@inline
export function counting(): usize {
  return batchAt;
}

/** Ends counting. */
// @ts-ignore: decorator
@inline
export function counted(at: usize): void {
  batchAt = at;
  if (at >= batchEnd) flush();
}

/** Works the batch off. */
export function flush(): void {
  const end = batchAt;
  batchAt = batch;
  const bytes = slotsEnd() - slotsStart();
  if (bytes >= NEAR_BYTES && bytes <= FAR_BYTES) return putOffers(batch, wait(end), offerBytes);
  endWaits(); // those that wait came first
  putOffers(batch, end, offerBytes);
}

/** Lets all of the batch wait but keys that may not stay, which come to its beginning. Where those end. */
function wait(end: usize): usize {
  if (waiting == 0) {
    waiting = alloc(PARTITIONS * WAITING_BYTES);
    for (let i: u32 = 0; i < PARTITIONS; i++) store<u32>(waitingAt + i * 4, <u32>(waiting + i * WAITING_BYTES));
  }
  anyWaits = true;
  const stride = offerBytes;
  const full = waitingMax & (WAITING_BYTES - 1);
  let stays = batch;
  for (let at = batch; at < end; at += stride) {
    const low = load<u64>(at);
    const high = load<u64>(at, 8);
    if (isLong(high)) {
      memory.copy(stays, at, stride);
      stays += stride;
      continue;
    }
    const partition = halfOf(low, high) >> PARTITION_SHIFT;
    const to = <usize>load<u32>(waitingAt + partition * 4);
    v128.store(to, v128.load(at));
    for (let i: usize = OFFER_BYTES; i < stride; i += 8) store<u64>(to + i, load<u64>(at + i));
    store<u32>(waitingAt + partition * 4, <u32>(to + stride));
    if (((to + stride - waiting) & (WAITING_BYTES - 1)) == full) endWait(partition);
  }
  return stays;
}

/** Works off what waits for a partition. */
function endWait(partition: u32): void {
  const from = waiting + partition * WAITING_BYTES;
  const end = <usize>load<u32>(waitingAt + partition * 4);
  touchPartition(partition);
  const step = TOGETHER * offerBytes;
  for (let at = from; at < end; at += step) {
    if (onlyCount) putCounts(at, min(at + step, end));
    else putOffers(at, min(at + step, end), offerBytes);
  }
  store<u32>(waitingAt + partition * 4, <u32>from);
}

/** Works off all that waits. */
function endWaits(): void {
  if (!anyWaits) return;
  for (let i: u32 = 0; i < PARTITIONS; i++) endWait(i);
  anyWaits = false;
}

/** Works off all that was offered. */
export function settleOffers(): void {
  flush();
  endWaits();
  if (onlyCount) settle();
}

/** The entry of a key, of any length, at once; if it is new, it is `fresh` and has no values. Nothing may be in the batch. */
export function entryFor(key: usize, keyBytes: u32): usize {
  if (onlyCount) settle();
  writeKey(batch, key, keyBytes);
  return entryOf(batch);
}

/** Memory for so many bytes, when all is settled: that of offers which waited, if it is enough. */
export function roomOnceSettled(bytes: usize): usize {
  return waiting != 0 && bytes <= PARTITIONS * WAITING_BYTES ? waiting : alloc(bytes);
}

/** Memory in use, with what the groups would take that may come of what waits, and what sorting all would. */
export function tableBytes(): usize {
  let offers: usize = 0;
  if (waiting != 0) {
    for (let i: u32 = 0; i < PARTITIONS; i++) {
      offers += (<usize>load<u32>(waitingAt + i * 4) - waiting - i * WAITING_BYTES) / offerBytes;
    }
  }
  return used() + (<usize>groups + offers) * ITEM_BYTES + offers * (OFFER_BYTES + valueBytes);
}
