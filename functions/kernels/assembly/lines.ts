/** Lines as records of one field: the line without its line end. */
import { putRecord, setField } from './record';
import { flush } from './offers';

const LF: u8 = 0x0a;
const CR: u8 = 0x0d;

/** Reads the lines of [from, to) that start before `starts`; where it stops. */
export function lines(from: usize, to: usize, starts: usize): usize {
  let at = from;
  while (at < starts) {
    const lf = lineFeed(at, to);
    if (lf == to) break;
    setField(0, at, lf > at && load<u8>(lf - 1) == CR ? lf - 1 : lf);
    putRecord();
    at = lf + 1;
  }
  flush();
  return at;
}

/** Where the next line feed stands, or `to`. */
// @ts-ignore: decorator
@inline
export function lineFeed(from: usize, to: usize): usize {
  for (let at = from; at < to; at += 16) {
    const found = i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(LF)));
    if (found != 0) return min(at + <usize>ctz(found), to);
  }
  return to;
}
