/** Words: maximal runs of bytes that are not ASCII white space (09 to 0D, 20). */
import { add, added, flush } from './table';

/** A bit for each of 64 bytes that is white space. */
// @ts-ignore: decorator
@inline
function white64(at: usize): u64 {
  return white16(at) | (white16(at + 16) << 16) | (white16(at + 32) << 32) | (white16(at + 48) << 48);
}

// @ts-ignore: decorator
@inline
function white16(at: usize): u64 {
  const bytes = v128.load(at);
  const blank = i8x16.eq(bytes, i8x16.splat(0x20));
  const control = i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(0x09)), i8x16.splat(5));
  return <u64>i8x16.bitmask(v128.or(blank, control));
}

/**
 * Adds the words of [from, to) that white space ends there; `from` is where a word may start. Where the word starts that
 * does not end there, or `to`. Up to 63 bytes past `to` are read.
 */
export function words(from: usize, to: usize): usize {
  let start: usize = 0; // of the word at hand
  let previous: u64 = 1; // whether the byte before is white space
  for (let at = from; at < to; at += 64) {
    let white = white64(at);
    const left = to - at;
    if (left < 64) white &= (<u64>1 << left) - 1;
    let edges = white ^ ((white << 1) | previous);
    if (left < 64) edges &= (<u64>1 << left) - 1;
    previous = white >> 63;
    if (edges == 0) continue;
    if (start != 0) {
      word(start, at + <usize>ctz(edges));
      edges &= edges - 1;
      start = 0;
    }
    while (edges != 0) {
      start = at + <usize>ctz(edges);
      edges &= edges - 1;
      if (edges == 0) break;
      word(start, at + <usize>ctz(edges));
      edges &= edges - 1;
      start = 0;
    }
  }
  flush();
  return start == 0 ? to : start;
}

// @ts-ignore: decorator
@inline
function word(start: usize, end: usize): void {
  add(start, <u32>(end - start));
  added();
}
