/** Words: maximal runs of bytes that are not ASCII white space (09 to 0D, 20). */
import { count, counted, counting, flush } from './offers';
import { recorded } from './record';

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
 * Adds the words of [from, to) that start before `starts`, and that white space ends there. Where the first word starts
 * that is not added, or else where the last one ended, `starts` at least. Up to 63 bytes past `to` are read.
 */
export function words(from: usize, to: usize, starts: usize): usize {
  let start: usize = 0; // of the word at hand
  let previous: u64 = 1; // whether the byte before is white space
  let records: u32 = 0;
  let at = from;
  const all = min(starts, to);
  for (; at + 64 <= all; at += 64) {
    const white = white64(at);
    const after = (white << 1) | previous;
    let begins = ~white & after;
    let ends = white & ~after;
    records += <u32>popcnt(ends);
    start = select(at + <usize>ctz(begins), start, previous != 0);
    begins &= begins - previous;
    previous = white >> 63;
    let batch = counting();
    while (ends != 0) {
      const end = at + <usize>ctz(ends);
      ends &= ends - 1;
      batch = count(batch, start, <u32>(end - start));
      start = at + <usize>ctz(begins); // there is one if a word ends behind it, or the block ends in it
      begins &= begins - 1;
    }
    counted(batch);
  }
  recorded(records);
  return last(at, to, starts, previous == 0 ? start : 0);
}

/** The same, for [at, to) of fewer bytes than a block before `starts`; `word` is where the word at hand started, or 0. */
function last(from: usize, to: usize, starts: usize, word: usize): usize {
  let start = word;
  let ended = min(starts, to);
  let previous = <u64>(word == 0);
  let records: u32 = 0;
  for (let at = from; at < to; at += 64) {
    let white = white64(at);
    let edges = white ^ ((white << 1) | previous);
    const left = to - at;
    if (left < 64) edges &= (<u64>1 << left) - 1;
    previous = white >> 63;
    while (edges != 0) {
      const edge = at + <usize>ctz(edges);
      edges &= edges - 1;
      if (start == 0) {
        start = edge;
        if (start >= starts) break;
        continue;
      }
      counted(count(counting(), start, <u32>(edge - start)));
      records += 1;
      ended = max(ended, edge);
      start = 0;
    }
    if (start >= starts) break;
  }
  recorded(records);
  flush();
  return start == 0 || start >= starts ? ended : start;
}
