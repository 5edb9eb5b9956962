/**
 * Lines sorted where they lie. In the arena bytes grow from the bottom up and items, of `sort.ts`, from the top down; between
 * them there is always room for the second set of items that sorting takes.
 */
import { alloc } from './memory';
import { compareBytes, copyBytes } from './bytes';
import { lineFeed } from './lines';
import { ITEM_BYTES, prefix, sortItems } from './sort';
import { varint } from './encoded-values';

const CR: u8 = 0x0d;
/** Lines that are touched before any is written: the waits for memory then overlap. */
const TOUCHED: usize = 32;
const CACHE_LINE: usize = 64;

/** Where the next line goes. */
let bottom: usize = 0;
let items: usize = 0;
let itemsEnd: usize = 0;
/** Items before this one have been touched. */
let touchedEnd: usize = 0;
/** Whether `takeLines` has stopped for want of room. */
export let linesFull: bool = false;
/** The longest line so far. */
export let lineBytesMax: u32 = 0;
/** Lines that lie here. */
export let lineCount: u32 = 0;
/** Rows in the block that was written last. */
export let lineEntries: u32 = 0;

/** Begins without lines, in an arena of so many bytes, a multiple of 64. */
export function openLines(bytes: usize): void {
  bottom = alloc(bytes);
  itemsEnd = bottom + bytes;
  items = itemsEnd;
  linesFull = false;
  lineBytesMax = 0;
  lineCount = 0;
}

/** Makes the arena larger, which must be what was allocated last. */
export function growLines(bytes: usize): void {
  alloc(bytes);
  memory.copy(items + bytes, items, itemsEnd - items);
  items += bytes;
  itemsEnd += bytes;
}

/** Where bytes may be put for `takeLines` … */
export function linesAt(): usize {
  return bottom;
}

/** … and how many, if one line is to be taken of them. */
export function linesRoom(): i32 {
  return <i32>(items - bottom) - <i32>((lineCount + 2) * ITEM_BYTES);
}

/** Takes the lines of [from, to), which lies at `linesAt`, that start before `starts`; where it stops. */
export function takeLines(from: usize, to: usize, starts: usize): usize {
  let at = from;
  linesFull = false;
  while (at < starts) {
    const lf = lineFeed(at, to);
    if (lf == to) break;
    if (items - (<usize>lineCount + 2) * ITEM_BYTES < to) {
      linesFull = true;
      break;
    }
    put(at, <u32>((lf > at && load<u8>(lf - 1) == CR ? lf - 1 : lf) - at));
    at = lf + 1;
  }
  bottom = at;
  return at;
}

/** Takes the line that lies at `linesAt`. */
export function takeLine(bytes: u32): void {
  put(bottom, bytes);
  bottom += bytes;
}

// @ts-ignore: decorator
@inline
function put(line: usize, bytes: u32): void {
  items -= ITEM_BYTES;
  store<u64>(items, prefix(line, bytes, 0));
  store<u32>(items, <u32>line, 8);
  store<u32>(items, bytes, 12);
  lineCount += 1;
  lineBytesMax = max(lineBytesMax, bytes);
}

/** No line may be taken any more. */
export function sortLines(): void {
  sortItems(items, items - <usize>lineCount * ITEM_BYTES, lineCount);
  touchedEnd = items;
}

/**
 * Writes pairs of a line and nothing to `out` until they take `bytesMin` bytes, or the next line is not below
 * [bound, bound + boundBytes), if there is a bound (not 0). How many bytes were written.
 */
export function drainLines(out: usize, bytesMin: u32, bound: usize, boundBytes: u32): u32 {
  const full = out + bytesMin;
  let at = out;
  const first = items;
  for (; items < itemsEnd && at < full; items += ITEM_BYTES) {
    if (items >= touchedEnd) touch();
    const line = <usize>load<u32>(items, 8);
    const bytes = load<u32>(items, 12);
    if (bound != 0 && compareBytes(line, bytes, bound, boundBytes) >= 0) break;
    at = varint(at, bytes);
    copyBytes(at, line, bytes);
    at += bytes;
    store<u8>(at, 0);
    at += 1;
  }
  lineEntries = <u32>((items - first) / ITEM_BYTES);
  return <u32>(at - out);
}

function touch(): void {
  const end = min(items + TOUCHED * ITEM_BYTES, itemsEnd);
  let touched: u32 = 0;
  for (let item = items; item < end; item += ITEM_BYTES) {
    const line = <usize>load<u32>(item, 8);
    touched ^= load<u8>(line) ^ load<u8>(line + CACHE_LINE);
  }
  seen = touched;
  touchedEnd = end;
}

/** What was touched last: reads that nothing depends on would be left out. */
let seen: u32 = 0;
