/**
 * Sorting items by the bytes of their keys: by radix on eight bytes at a time, from the first byte on.
 *
 * item = eight bytes of the key as a big-endian number, zeroes after its end (u64), where the key lies (u32), its length (u32)
 */
import { bigEndian, compareBytes } from './bytes';

export const ITEM_BYTES: u32 = 16;
/** Fewer are sorted by insertion. */
const FEW: u32 = 24;
/** Deeper than this, keys share so much that comparing them whole is better, and safe for the stack. */
const LEVELS_MAX: u32 = 40;

const counts = memory.data(<i32>(LEVELS_MAX * 256 * 4));

/** Sorts `n` items at `items`, with room for as many at `spare`. Keys are readable 8 bytes past their end; equal ones come in any order. */
export function sortItems(items: usize, spare: usize, n: u32): void {
  radix(items, spare, n, 56, 0, 0);
}

/** The items share `depth` bytes, and of the eight behind those the ones above `shift`. */
function radix(items: usize, spare: usize, n: u32, shift: i32, depth: u32, level: u32): void {
  for (;;) {
    if (n <= FEW) return insertion(items, n, depth);
    if (level == LEVELS_MAX) return heapSort(items, n, depth);
    if (shift < 0 || (shift == 56 && allAlike(items, n))) {
      const done = next(items, spare, n, depth + 8);
      items += <usize>done * ITEM_BYTES;
      spare += <usize>done * ITEM_BYTES;
      n -= done;
      depth += 8;
      shift = 56;
      continue;
    }
    const count = counts + <usize>level * 1024;
    memory.fill(count, 0, 1024);
    const end = items + <usize>n * ITEM_BYTES;
    for (let at = items; at < end; at += ITEM_BYTES) {
      const slot = count + ((<usize>(load<u64>(at) >> shift) & 255) << 2);
      store<u32>(slot, load<u32>(slot) + 1);
    }
    if (load<u32>(count + ((<usize>(load<u64>(items) >> shift) & 255) << 2)) != n) break;
    shift -= 8; // all have the same byte here
  }
  const count = counts + <usize>level * 1024;
  let sum: u32 = 0;
  for (let i = 0; i < 256; i++) {
    const here = load<u32>(count + (i << 2));
    store<u32>(count + (i << 2), sum);
    sum += here;
  }
  const end = items + <usize>n * ITEM_BYTES;
  for (let at = items; at < end; at += ITEM_BYTES) {
    const item = v128.load(at);
    const slot = count + ((<usize>(v128.extract_lane<u64>(item, 0) >> shift) & 255) << 2);
    const place = load<u32>(slot);
    store<u32>(slot, place + 1);
    v128.store(spare + <usize>place * ITEM_BYTES, item);
  }
  memory.copy(items, spare, <usize>n * ITEM_BYTES);
  // each count has become the end of its bucket
  let start: u32 = 0;
  for (let i = 0; i < 256; i++) {
    const stop = load<u32>(count + (i << 2));
    const many = stop - start;
    if (many > 1) {
      const first = <usize>start * ITEM_BYTES;
      radix(items + first, spare + first, many, shift - 8, depth, level + 1);
    }
    start = stop;
  }
}

/** Whether all have the same eight bytes at hand. */
function allAlike(items: usize, n: u32): bool {
  const first = load<u64>(items);
  const end = items + <usize>n * ITEM_BYTES;
  for (let at = items + ITEM_BYTES; at < end; at += ITEM_BYTES) if (load<u64>(at) != first) return false;
  return true;
}

/**
 * Items that share `depth` bytes, or end before and are zeroes up to there: those that end come first, by length, and
 * the others get their next eight bytes. How many have ended.
 */
function next(items: usize, spare: usize, n: u32, depth: u32): u32 {
  let ended: usize = 0;
  const end = items + <usize>n * ITEM_BYTES;
  for (let at = items; at < end; at += ITEM_BYTES) {
    const length = load<u32>(at, 12);
    if (length > depth) {
      store<u64>(at, prefix(load<u32>(at, 8), length, depth));
      continue;
    }
    const item = v128.load(at);
    v128.store(at, v128.load(items + ended * ITEM_BYTES));
    v128.store(items + ended * ITEM_BYTES, item);
    ended += 1;
  }
  if (ended > 1) byLength(items, spare, <u32>ended, depth);
  return <u32>ended;
}

/** How many items have each length, 8 below `depth` to `depth`: shorter ones have ended before. */
const lengths = memory.data(9 * 4);

function byLength(items: usize, spare: usize, n: u32, depth: u32): void {
  memory.fill(lengths, 0, 9 * 4);
  const end = items + <usize>n * ITEM_BYTES;
  for (let at = items; at < end; at += ITEM_BYTES) {
    const slot = lengths + ((<usize>load<u32>(at, 12) + 8 - depth) << 2);
    store<u32>(slot, load<u32>(slot) + 1);
  }
  let sum: u32 = 0;
  for (let slot = lengths; slot < lengths + 9 * 4; slot += 4) {
    const here = load<u32>(slot);
    store<u32>(slot, sum);
    sum += here;
  }
  for (let at = items; at < end; at += ITEM_BYTES) {
    const slot = lengths + ((<usize>load<u32>(at, 12) + 8 - depth) << 2);
    const place = load<u32>(slot);
    store<u32>(slot, place + 1);
    v128.store(spare + <usize>place * ITEM_BYTES, v128.load(at));
  }
  memory.copy(items, spare, <usize>n * ITEM_BYTES);
}

/** Eight bytes of a key from `depth` on, as a number, with zeroes after its end. */
// @ts-ignore: decorator
@inline
export function prefix(key: usize, length: u32, depth: u32): u64 {
  const left = length - depth;
  const bytes = bigEndian(key + depth);
  return left >= 8 ? bytes : left == 0 ? 0 : bytes & ((<u64>-1) << ((8 - left) * 8));
}

// @ts-ignore: decorator
@inline
function before(a: usize, b: usize, depth: u32): bool {
  const first = load<u64>(a);
  const second = load<u64>(b);
  if (first != second) return first < second;
  return compareRest(a, b, depth) < 0;
}

function compareRest(a: usize, b: usize, depth: u32): i32 {
  const aLength = load<u32>(a, 12);
  const bLength = load<u32>(b, 12);
  const from = min(depth, min(aLength, bLength));
  return compareBytes(<usize>load<u32>(a, 8) + from, aLength - from, <usize>load<u32>(b, 8) + from, bLength - from);
}

function insertion(items: usize, n: u32, depth: u32): void {
  for (let i: u32 = 1; i < n; i++) {
    let at = items + <usize>i * ITEM_BYTES;
    if (!before(at, at - ITEM_BYTES, depth)) continue;
    const item = v128.load(at);
    v128.store(held, item);
    do {
      v128.store(at, v128.load(at - ITEM_BYTES));
      at -= ITEM_BYTES;
    } while (at > items && before(held, at - ITEM_BYTES, depth));
    v128.store(at, item);
  }
}

const held = memory.data(16);

function heapSort(items: usize, n: u32, depth: u32): void {
  for (let i = n >> 1; i > 0; i--) sink(items, n, i - 1, depth);
  for (let last = n - 1; last > 0; last--) {
    swap(items, items + <usize>last * ITEM_BYTES);
    sink(items, last, 0, depth);
  }
}

function sink(items: usize, n: u32, from: u32, depth: u32): void {
  for (let i = from; ; ) {
    let child: u32 = 2 * i + 1;
    if (child >= n) return;
    if (child + 1 < n && before(items + <usize>child * ITEM_BYTES, items + <usize>(child + 1) * ITEM_BYTES, depth)) child++;
    if (!before(items + <usize>i * ITEM_BYTES, items + <usize>child * ITEM_BYTES, depth)) return;
    swap(items + <usize>i * ITEM_BYTES, items + <usize>child * ITEM_BYTES);
    i = child;
  }
}

// @ts-ignore: decorator
@inline
function swap(a: usize, b: usize): void {
  const item = v128.load(a);
  v128.store(a, v128.load(b));
  v128.store(b, item);
}
