/** Words: maximal runs of bytes that are not ASCII white space (09 to 0D, 20). */
import { count, counted, counting, flush } from './offers';
import { recorded } from './record';

/** The white space with these lower four bits; where there is none, a byte with others. */
const BY_LOWER_BITS = memory.data<u8>([0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0, 0], 16);
const LOWER_BITS = memory.data<u8>([15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15], 16);

/** White space is found in so many blocks of 64 bytes before their words are counted: neither asks where the other stops. */
const BLOCKS_MAX: usize = 16;
/** Where so many bits of a block are is always written down, and where more are if it has more. */
const BITS_MIN: usize = 12;
/** The white space of each block, as bits. */
const masks = memory.data(<i32>(BLOCKS_MAX * 8), 64);
const WORDS_MAX: usize = BLOCKS_MAX * 32 + 1;
/** Where each word starts, and where it ends. */
const wordStarts = memory.data(<i32>((WORDS_MAX + BITS_MIN) * 4), 64);
const wordEnds = memory.data(<i32>((WORDS_MAX + BITS_MIN) * 4), 64);
/** Words that are counted between two looks at the batch. */
const COUNTED_MAX: usize = 64 * 4;

/** A bit for each of 64 bytes that is white space. */
// @ts-ignore: decorator
@inline
function white64(at: usize, byLowerBits: v128, lowerBits: v128): u64 {
  return (
    white16(at, byLowerBits, lowerBits) |
    (white16(at + 16, byLowerBits, lowerBits) << 16) |
    (white16(at + 32, byLowerBits, lowerBits) << 32) |
    (white16(at + 48, byLowerBits, lowerBits) << 48)
  );
}

// @ts-ignore: decorator
@inline
function white16(at: usize, byLowerBits: v128, lowerBits: v128): u64 {
  const bytes = v128.load(at);
  return <u64>i8x16.bitmask(i8x16.eq(bytes, i8x16.swizzle(byLowerBits, v128.and(bytes, lowerBits))));
}

/** Writes where the first four of these bits are, and takes those away. */
// @ts-ignore: decorator
@inline
function put4(to: usize, at: usize, bits: u64): u64 {
  let left = bits;
  store<u32>(to, <u32>(at + <usize>ctz(left)));
  left &= left - 1;
  store<u32>(to, <u32>(at + <usize>ctz(left)), 4);
  left &= left - 1;
  store<u32>(to, <u32>(at + <usize>ctz(left)), 8);
  left &= left - 1;
  store<u32>(to, <u32>(at + <usize>ctz(left)), 12);
  return left & (left - 1);
}

/** Writes where all of them are; where that ends. */
// @ts-ignore: decorator
@inline
function put(to: usize, at: usize, bits: u64): usize {
  const end = to + (<usize>popcnt(bits) << 2);
  let left = put4(to, at, bits);
  left = put4(to + 16, at, left);
  left = put4(to + 32, at, left);
  for (let more = to + BITS_MIN * 4; more < end; more += 16) left = put4(more, at, left);
  return end;
}

/** Finds the white space of [at, end), in whole blocks. Whether some follows on other, of which `before` was the last byte. */
function findWhite(at: usize, end: usize, before: u64): bool {
  const byLowerBits = v128.load(BY_LOWER_BITS);
  const lowerBits = v128.load(LOWER_BITS);
  let previous = before;
  let runs: u64 = 0;
  for (let block = at, mask = masks; block < end; block += 64, mask += 8) {
    const white = white64(block, byLowerBits, lowerBits);
    store<u64>(mask, white);
    runs |= white & ((white << 1) | previous);
    previous = white >> 63;
  }
  return runs != 0;
}

/** Counts the words that end in [at, end), where each byte of white space ends one. Where the next one starts. */
function countBetween(at: usize, end: usize, first: usize): usize {
  let ended = wordEnds;
  for (let block = at, mask = masks; block < end; block += 64, mask += 8) ended = put(ended, block, load<u64>(mask));
  recorded(<u32>((ended - wordEnds) >> 2));
  let start = first;
  for (let next = wordEnds; next < ended; ) {
    const stop = min(next + COUNTED_MAX, ended);
    let batch = counting();
    for (; next < stop; next += 4) {
      const place = <usize>load<u32>(next);
      batch = count(batch, start, <u32>(place - start));
      start = place + 1;
    }
    counted(batch);
  }
  return start;
}

/** The same with any white space: where the next one starts if one is at hand, or else the first one behind may. */
function countAny(at: usize, end: usize, first: usize, before: u64): usize {
  store<u32>(wordStarts, <u32>first);
  let started = wordStarts + (<usize>(before ^ 1) << 2);
  let ended = wordEnds;
  let previous = before;
  for (let block = at, mask = masks; block < end; block += 64, mask += 8) {
    const white = load<u64>(mask);
    const after = (white << 1) | previous;
    started = put(started, block, ~white & after);
    ended = put(ended, block, white & ~after);
    previous = white >> 63;
  }
  if (previous != 0) store<u32>(started, <u32>end);
  const bytes = ended - wordEnds;
  recorded(<u32>(bytes >> 2));
  for (let i: usize = 0; i < bytes; ) {
    const stop = min(i + COUNTED_MAX, bytes);
    let batch = counting();
    for (; i < stop; i += 4) {
      const start = load<u32>(wordStarts + i);
      batch = count(batch, start, load<u32>(wordEnds + i) - start);
    }
    counted(batch);
  }
  return <usize>load<u32>(wordStarts + bytes);
}

/**
 * Adds the words of [from, to) that start before `starts`, and that white space ends there. Where the first word starts
 * that is not added, or else where the last one ended, `starts` at least. Up to 63 bytes past `to` are read.
 */
export function words(from: usize, to: usize, starts: usize): usize {
  let start = from; // of the word at hand, or where it may start
  let before: u64 = 1; // whether the byte before is white space
  let at = from;
  const all = min(starts, to);
  while (at + 64 <= all) {
    const end = at + min(BLOCKS_MAX << 6, (all - at) & ~63);
    start = findWhite(at, end, before) ? countAny(at, end, start, before) : countBetween(at, end, start);
    before = load<u64>(masks + ((end - at) >> 3) - 8) >> 63;
    at = end;
  }
  return last(at, to, starts, before == 0 ? start : 0);
}

/** The same, for [at, to) of fewer bytes than a block before `starts`; `word` is where the word at hand started, or 0. */
function last(from: usize, to: usize, starts: usize, word: usize): usize {
  let start = word;
  let ended = min(starts, to);
  let previous = <u64>(word == 0);
  let records: u32 = 0;
  for (let at = from; at < to; at += 64) {
    const white = white64(at, v128.load(BY_LOWER_BITS), v128.load(LOWER_BITS));
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
