/**
 * Merges key-sorted runs of encoded pairs, block by block: each key once, in byte order, its values joined. What comes out
 * are encoded pairs again, or rows of CSV.
 */
import { alloc } from './memory';
import { compareBytes, copyBytes } from './bytes';
import { cursor, drop, least, openCursors, sink, stand, standing, step } from './cursors';
import { encodePair } from './drain';
import { decodeValues, ENCODED_BYTES_MAX, varint } from './encoded-values';
import { columnCount, row } from './rows';
import { inexact, joinValues, storable, turn, VALUES_MAX } from './values';

const LF: u8 = 0x0a;
/** What `merge` has come to. */
const ENDED: u32 = 0;
const FULL: u32 = 1;
const NEEDS: u32 = 2;
const UNSORTED: u32 = 3;
const BOUND: u32 = 4;

/** Joins the values of a key, whose places and lengths are listed; a length and then the joined value are where it says. */
// @ts-ignore: decorator
@external('env', 'join')
declare function joinElsewhere(key: usize, keyBytes: u32, list: usize, count: u32): usize;

/** The first key of the next partition, which no block may have beside others; 0: there is none. */
let bound: usize = 0;
let boundBytes: u32 = 0;
/** Inputs whose block is used up: which, and how many. */
let waiting: usize = 0;
let waits: u32 = 0;
/** Values of one key: place and length of each. */
let same: usize = 0;
let out: usize = 0;
let outRoom: usize = 0;
let outAt: usize = 0;
let blockBytes: u32 = 0;
export let outEntries: u32 = 0;

const joined = memory.data(<i32>(VALUES_MAX * 16));
const other = memory.data(<i32>(VALUES_MAX * 16));
/** Numbers that 1, 2, 4, … neighbours came to: no more than a count of inputs has bits. */
const carries = memory.data(32 * 8);

/** Begins with inputs that all need their first block; blocks of what comes out are full when they have `bytes`. */
export function openMerge(inputs: u32, bytes: u32): void {
  openCursors(inputs);
  waiting = alloc(<usize>inputs * 4);
  same = alloc(<usize>inputs * 8);
  waits = 0;
  blockBytes = bytes;
  bound = 0;
  outRoom = <usize>bytes * 2;
  out = alloc(outRoom);
  outAt = out;
  outEntries = 0;
  for (let i: u32 = 0; i < inputs; i++) wait(i);
}

/** Blocks end before this key, where `merge` stops; 0 for none. */
export function setBound(key: usize, bytes: u32): void {
  bound = key;
  boundBytes = bytes;
}

// @ts-ignore: decorator
@inline
function wait(order: u32): void {
  store<u32>(waiting + <usize>waits * 4, order);
  waits += 1;
}

/** An input that needs a block, or -1. */
export function needy(): i32 {
  return waits == 0 ? -1 : load<i32>(waiting + <usize>(waits - 1) * 4);
}

/** Room for the next block of the input that `needy` named, which is put there before `refill`. */
export function roomFor(bytes: u32): usize {
  const at = cursor(needy());
  if (at.roomBytes < bytes + 16) {
    at.roomBytes = max(bytes + 16, at.roomBytes * 2);
    at.room = <u32>alloc(at.roomBytes);
  }
  return at.room;
}

/** The needy input has a block of so many bytes; 0: it has ended. False if its keys do not ascend, or a pair is not whole. */
export function refill(bytes: u32): bool {
  const at = cursor(needy());
  waits -= 1;
  if (bytes == 0) return true;
  const previous = at.key;
  // of the last block, which has been overwritten: only its beginning is known
  const prefixBefore = at.prefix;
  at.next = at.room;
  at.end = at.room + bytes;
  step(at);
  stand(at);
  return at.next <= at.end && (previous == 0 || prefixBefore <= at.prefix);
}

/** Goes on until the block is full, or the bound is reached, or an input needs a block, or all have ended. */
export function merge(): u32 {
  while (standing > 0) {
    if (outAt - out >= blockBytes) return FULL; // what is too long for its room moves `out`
    let at = least();
    const key = at.key;
    const keyBytes = at.keyBytes;
    if (bound != 0 && compareBytes(key, keyBytes, bound, boundBytes) >= 0) return BOUND;
    const start = at.prefix;
    const pair = at.pair;
    const pairEnd = at.next;
    let count: u32 = 0;
    while (true) {
      store<u32>(same + <usize>count * 8, at.value);
      store<u32>(same + <usize>count * 8, at.valueBytes, 4);
      count += 1;
      if (at.next < at.end) {
        const keyBefore = at.key;
        const bytesBefore = at.keyBytes;
        const prefixBefore = at.prefix;
        step(at);
        const ascends =
          prefixBefore < at.prefix ||
          (prefixBefore == at.prefix && compareBytes(keyBefore, bytesBefore, at.key, at.keyBytes) < 0);
        if (!ascends || at.next > at.end) return UNSORTED;
        sink(at);
      } else {
        wait(at.order);
        drop();
        if (standing == 0) break;
      }
      at = least();
      if (at.prefix != start || at.keyBytes != keyBytes || compareBytes(at.key, keyBytes, key, keyBytes) != 0) break;
    }
    if (columnCount > 0) writeRow(key, keyBytes, count);
    else if (count == 1) copy(pair, pairEnd - pair);
    else writePair(key, keyBytes, count);
    outEntries += 1;
    if (waits > 0) break;
  }
  if (outAt - out >= blockBytes) return FULL;
  return waits > 0 ? NEEDS : ENDED;
}

/**
 * The same for rows that are their keys, without values: equal ones stay apart.
 *
 * @param written whether lines come out, and not pairs
 */
export function mergeRows(written: bool): u32 {
  while (standing > 0) {
    if (outAt - out >= blockBytes) return FULL;
    const at = least();
    if (bound != 0 && compareBytes(at.key, at.keyBytes, bound, boundBytes) >= 0) return BOUND;
    if (at.valueBytes != 0) return UNSORTED;
    const from = written ? at.key : at.pair;
    const bytes = written ? at.keyBytes : at.next - at.pair;
    reserve(<usize>bytes + 17);
    copyBytes(outAt, from, bytes);
    outAt += bytes;
    if (written) {
      store<u8>(outAt, LF);
      outAt += 1;
    }
    outEntries += 1;
    if (at.next == at.end) {
      wait(at.order);
      drop();
      break;
    }
    const keyBefore = at.key;
    const bytesBefore = at.keyBytes;
    const prefixBefore = at.prefix;
    step(at);
    const ascends =
      prefixBefore < at.prefix ||
      (prefixBefore == at.prefix && compareBytes(keyBefore, bytesBefore, at.key, at.keyBytes) <= 0);
    if (!ascends || at.next > at.end) return UNSORTED;
    sink(at);
  }
  if (outAt - out >= blockBytes) return FULL;
  return waits > 0 ? NEEDS : ENDED;
}

/** What was written since the last call, from here on … */
export function taken(): usize {
  const bytes = outAt - out;
  outAt = out;
  return bytes;
}

/** … and where. */
export function outStart(): usize {
  return out;
}

/** Makes room for so many more bytes. */
function reserve(bytes: usize): void {
  const needed = outAt - out + bytes;
  if (needed <= outRoom) return;
  outRoom = max(needed, outRoom * 2);
  const roomier = alloc(outRoom);
  memory.copy(roomier, out, outAt - out);
  outAt += roomier - out;
  out = roomier;
}

function copy(from: usize, bytes: u32): void {
  reserve(bytes);
  memory.copy(outAt, from, bytes);
  outAt += bytes;
}

/** The values of the key joined, in `joined`; false: elsewhere, in `elsewhere`. */
function joinAll(count: u32): bool {
  return joinAsIs(count) || (turn() && joinAsIs(count));
}

function joinAsIs(count: u32): bool {
  if (inexact()) return joinPairwise(count);
  let known = decodeValues(load<u32>(same), joined) != 0;
  for (let i: u32 = 1; known && i < count; i++) {
    known = decodeValues(load<u32>(same + <usize>i * 8), other) != 0;
    if (known) joinValues(joined, other);
  }
  return known && storable(joined);
}

/** Pairs of neighbours, then pairs of those, as core/growing.ts does: numbers come to another sum otherwise. */
function joinPairwise(count: u32): bool {
  let top = carries;
  for (let i: u32 = 0; i < count; i++) {
    if (decodeValues(load<u32>(same + <usize>i * 8), top) == 0) return false;
    for (let carry = i + 1; (carry & 1) == 0; carry >>= 1) {
      top -= 8;
      joinValues(top, top + 8);
    }
    top += 8;
  }
  for (top -= 8; top > carries; top -= 8) joinValues(top - 8, top);
  store<u64>(joined, load<u64>(carries));
  return storable(joined);
}

function writePair(key: usize, keyBytes: u32, count: u32): void {
  const known = joinAll(count);
  const elsewhere: usize = known ? 0 : joinElsewhere(key, keyBytes, same, count);
  reserve(<usize>keyBytes + 16 + (known ? ENCODED_BYTES_MAX : load<u32>(elsewhere)));
  outAt = varint(outAt, keyBytes);
  memory.copy(outAt, key, keyBytes);
  outAt += keyBytes;
  if (known) {
    outAt = encodePair(joined, outAt);
    return;
  }
  const bytes = load<u32>(elsewhere);
  outAt = varint(outAt, bytes);
  memory.copy(outAt, elsewhere + 4, bytes);
  outAt += bytes;
}

/** Makes a row elsewhere of a key and its values; a length and then the row are where it says. */
// @ts-ignore: decorator
@external('env', 'row')
declare function rowElsewhere(key: usize, keyBytes: u32, list: usize, count: u32): usize;

function writeRow(key: usize, keyBytes: u32, count: u32): void {
  if (joinAll(count)) {
    reserve(row.bytesMax(keyBytes));
    const end = row.write(outAt, key, keyBytes, joined);
    if (end != 0) {
      outAt = end;
      return;
    }
  }
  const elsewhere = rowElsewhere(key, keyBytes, same, count);
  copy(elsewhere + 4, load<u32>(elsewhere));
}
