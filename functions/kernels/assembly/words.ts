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
  let ended = min(starts, to);
  let previous: u64 = 1; // whether the byte before is white space
  let batch = counting();
  let records: u32 = 0;
  for (let at = from; at < to; at += 64) {
    let white = white64(at);
    let edges = white ^ ((white << 1) | previous);
    const left = to - at;
    if (left < 64) edges &= (<u64>1 << left) - 1;
    previous = white >> 63;
    if (edges == 0) continue;
    if (start != 0) {
      const end = at + <usize>ctz(edges);
      batch = count(batch, start, <u32>(end - start));
      records += 1;
      ended = max(ended, end);
      edges &= edges - 1;
      start = 0;
    }
    while (edges != 0) {
      start = at + <usize>ctz(edges);
      edges &= edges - 1;
      if (start >= starts) break;
      if (edges == 0) break;
      const end = at + <usize>ctz(edges);
      batch = count(batch, start, <u32>(end - start));
      records += 1;
      ended = max(ended, end);
      edges &= edges - 1;
      start = 0;
    }
    if (start >= starts) break;
  }
  counted(batch);
  recorded(records);
  flush();
  return start == 0 || start >= starts ? ended : start;
}
