/**
 * Rows of CSV, as formats/csv-scanner.ts reads them. Those with anything odd are left: another number of columns, quotes
 * where none belong, doubled quotes in a column that is needed, numbers with many digits, and those that are missing and must not be.
 */
import { rowsFull, standsAt } from './fields';
import { FIELDS_MAX, putRecord, setField, setNumber } from './record';
import { flush } from './offers';
import { MISSING } from './values';

const LF: u8 = 0x0a;
const CR: u8 = 0x0d;

/** What a column has to hold. */
const ANYTHING: u8 = 0;
const TEXT: u8 = 1;
const SCALED: u8 = 2;
const NUMBER: u8 = 3;
/** Of what may be missing: one of these and this. */
const OPTIONAL: u8 = 4;

/** Columns that are told apart at most; more of them hold anything. */
const COLUMNS_MAX: u32 = 4096;

/** What each column holds, which field it is, and how many decimals it has. */
const types = memory.data(<i32>COLUMNS_MAX);
const fields = memory.data(<i32>COLUMNS_MAX);
const scales = memory.data(<i32>COLUMNS_MAX);
let columnCount: u32 = 0;
let delimiter: v128 = i8x16.splat(0);
let quote: v128 = i8x16.splat(0);
let delimiterByte: u8 = 0;
let quoteByte: u8 = 0;

/** Begins with rows of so many columns, which hold anything. */
export function openCsv(columns: u32, delimiterIs: u32, quoteIs: u32): void {
  columnCount = columns;
  memory.fill(types, ANYTHING, COLUMNS_MAX);
  delimiterByte = <u8>delimiterIs;
  quoteByte = <u8>quoteIs;
  delimiter = i8x16.splat(delimiterByte);
  quote = i8x16.splat(quoteByte);
}

/** False for a column that is too far behind. */
export function addCsvColumn(column: u32, type: u32, field: u32, scale: u32): bool {
  if (column >= COLUMNS_MAX) return false;
  store<u8>(types + column, type);
  store<u8>(fields + column, field);
  store<u8>(scales + column, scale);
  return true;
}

/** Reads the rows of [from, to) that start before `starts`; where it stops. */
export function csvRows(from: usize, to: usize, starts: usize): usize {
  let at = from;
  while (at < starts && !rowsFull) {
    const next = csvRow(at, to);
    if (next == 0) break;
    at = next;
  }
  flush();
  return at;
}

/** Reads a row; where the next one starts, or 0. */
function csvRow(from: usize, to: usize): usize {
  let at = from;
  let column: u32 = 0;
  while (true) {
    let start = at;
    let end: usize;
    let clean = true;
    if (load<u8>(at) == quoteByte) {
      start = at + 1;
      end = closing(start, to);
      if (end == 0) return 0;
      clean = !doubled;
      at = end + 1;
      if (load<u8>(at) == CR && load<u8>(at + 1) == LF) at += 1;
      else if (load<u8>(at) != LF && load<u8>(at) != delimiterByte) return 0;
    } else {
      at = special(at, to);
      if (at == to || load<u8>(at) == quoteByte) return 0;
      end = load<u8>(at) == LF && at > start && load<u8>(at - 1) == CR ? at - 1 : at;
    }
    if (at >= to) return 0;
    const type = column < COLUMNS_MAX ? load<u8>(types + column) : ANYTHING;
    if (type != ANYTHING) {
      const field = <u32>load<u8>(fields + column);
      if (!clean) return 0;
      const present = type & ~OPTIONAL;
      if (present != SCALED) setField(field, start, end);
      if (type != present) setNumber(field, start == end ? MISSING : 0);
      if (present != TEXT && (type == present || start < end)) {
        if (!scaled(start, end, load<u8>(scales + column), present == SCALED ? field : FIELDS_MAX)) return 0;
      }
    }
    column += 1;
    if (load<u8>(at) == LF) break;
    at += 1;
    if (at >= to) return 0;
  }
  if (column != columnCount) return 0;
  standsAt(from, at > from && load<u8>(at - 1) == CR ? at - 1 : at);
  putRecord();
  return at + 1;
}

/** Where the next delimiter, line feed or quote stands, or `to`. */
// @ts-ignore: decorator
@inline
function special(from: usize, to: usize): usize {
  for (let at = from; at < to; at += 16) {
    const bytes = v128.load(at);
    const either = v128.or(i8x16.eq(bytes, delimiter), i8x16.eq(bytes, i8x16.splat(LF)));
    const found = i8x16.bitmask(v128.or(either, i8x16.eq(bytes, quote)));
    if (found != 0) return min(at + <usize>ctz(found), to);
  }
  return to;
}

let doubled: bool = false;

/** Where the quote stands that closes what began before `from`; 0 if that is not known yet. `doubled`: quotes are in it. */
function closing(from: usize, to: usize): usize {
  doubled = false;
  let at = from;
  while (at < to) {
    const found = i8x16.bitmask(i8x16.eq(v128.load(at), quote));
    if (found == 0) {
      at += 16;
      continue;
    }
    const end = at + <usize>ctz(found);
    if (end + 1 >= to) return 0; // the next byte says whether it closes
    if (load<u8>(end + 1) != quoteByte) return end;
    doubled = true;
    at = end + 2;
  }
  return 0;
}

/** Digits that an i64 holds. */
const DIGITS_MAX: usize = 18;

/** Whether a number with at most `scale` decimals stands here that an i64 holds times 10^scale: it becomes the field's. */
// @ts-ignore: decorator
@inline
function scaled(from: usize, to: usize, scale: u32, field: u32): bool {
  let at = from;
  const sign = at < to ? load<u8>(at) : 0;
  if (sign == 0x2b || sign == 0x2d) at += 1;
  if (to - at > DIGITS_MAX) return false;
  let value: i64 = 0;
  let any = false;
  let decimals: i32 = -1;
  for (; at < to; at++) {
    const byte = load<u8>(at);
    const digit = <u32>byte - 0x30;
    if (digit <= 9) {
      value = value * 10 + digit;
      any = true;
      if (decimals >= 0) decimals += 1;
    } else if (byte == 0x2e && decimals < 0) decimals = 0;
    else return false;
  }
  if (!any) return false;
  if (field == FIELDS_MAX) return to - from <= 15;
  // `1.` is a decimal number, and no integer
  if (decimals >= 0 && scale == 0) return false;
  for (let missing = <i32>scale - max(decimals, 0); missing != 0; missing--) {
    if (missing < 0 || value > 99999999999999999) return false;
    value *= 10;
  }
  setNumber(field, sign == 0x2d ? -value : value);
  return true;
}
