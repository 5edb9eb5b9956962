/** Rows of CSV as formats/csv-rows.ts writes them: the key, and the values as numbers. */
import { bytesOf, isMissing, isSum, kindAt, OPTIONAL, VALUES_MAX } from './values';

const COLUMNS_MAX: u32 = VALUES_MAX + 1;
const KEY: u32 = 255;
/** Digits of an i64. */
const DIGITS_MAX: u32 = 20;

const QUOTE: u8 = 0x22;
const COMMA: u8 = 0x2c;
const LF: u8 = 0x0a;
const CR: u8 = 0x0d;
const MINUS: u8 = 0x2d;
const POINT: u8 = 0x2e;
const ZERO: u8 = 0x30;

/** Which value a column shows, or KEY; and how many decimals. */
const columns = memory.data(<i32>(COLUMNS_MAX * 2));
const scales = memory.data(<i32>VALUES_MAX);
export let columnCount: u32 = 0;
let decimals: u32 = 0;

export function clearColumns(): void {
  columnCount = 0;
  decimals = 0;
}

/** A column with a value, or with the key (255). */
export function addColumn(value: u32, scale: u32): void {
  store<u8>(columns + columnCount * 2, value);
  store<u8>(columns + columnCount * 2, scale, 1);
  columnCount += 1;
  decimals += scale;
}

const digits = memory.data(<i32>DIGITS_MAX);

export namespace row {
  /** What a row takes at most. */
  export function bytesMax(keyBytes: u32): usize {
    return (<usize>keyBytes * 2 + 3 + DIGITS_MAX + 3) * columnCount + decimals + 16;
  }

  /** Writes a row; where it ends, or 0 for a sum that is no i64. */
  export function write(from: usize, key: usize, keyBytes: u32, values: usize): usize {
    let out = from;
    for (let i: u32 = 0; i < columnCount; i++) {
      if (i > 0) {
        store<u8>(out, COMMA);
        out += 1;
      }
      const value = <u32>load<u8>(columns + i * 2);
      if (value == KEY) {
        out = field(out, key, keyBytes);
        continue;
      }
      let at = values;
      for (let before: u32 = 0; before < value; before++) at += bytesOf(kindAt(before));
      const kind = kindAt(value);
      if (kind > OPTIONAL && isMissing(at, kind)) continue;
      const number = load<i64>(at);
      if (isSum(kind) && load<i64>(at, 8) != number >> 63) return 0;
      out = decimal(out, number, load<u8>(columns + i * 2, 1));
    }
    if (out == from) {
      store<u16>(out, 0x2222); // an empty row would be a blank line
      out += 2;
    }
    store<u8>(out, LF);
    return out + 1;
  }
}

function field(out: usize, from: usize, length: u32): usize {
  if (!needsQuotes(from, length)) {
    memory.copy(out, from, length);
    return out + length;
  }
  store<u8>(out, QUOTE);
  out += 1;
  for (let i: u32 = 0; i < length; i++) {
    const byte = load<u8>(from + i);
    store<u8>(out, byte);
    out += 1;
    if (byte != QUOTE) continue;
    store<u8>(out, QUOTE);
    out += 1;
  }
  store<u8>(out, QUOTE);
  return out + 1;
}

function needsQuotes(from: usize, length: u32): bool {
  for (let i: u32 = 0; i < length; i += 16) {
    const bytes = v128.load(from + i);
    const quote = v128.or(i8x16.eq(bytes, i8x16.splat(QUOTE)), i8x16.eq(bytes, i8x16.splat(COMMA)));
    const end = v128.or(i8x16.eq(bytes, i8x16.splat(LF)), i8x16.eq(bytes, i8x16.splat(CR)));
    const found = i8x16.bitmask(v128.or(quote, end));
    const left = length - i;
    if ((left < 16 ? found & ((1 << left) - 1) : found) != 0) return true;
  }
  return false;
}

/** A scaled integer with exactly `scale` decimals. */
function decimal(out: usize, value: i64, scale: u32): usize {
  let rest = <u64>value;
  if (value < 0) {
    store<u8>(out, MINUS);
    out += 1;
    rest = 0 - rest;
  }
  let count: u32 = 0;
  do {
    const tenth = rest / 10;
    store<u8>(digits + count, <u8>(rest - tenth * 10) + ZERO);
    count += 1;
    rest = tenth;
  } while (rest != 0);
  if (count <= scale) {
    store<u8>(out, ZERO);
    out += 1;
  }
  for (; count > scale; count--) {
    store<u8>(out, load<u8>(digits + count - 1));
    out += 1;
  }
  if (scale == 0) return out;
  store<u8>(out, POINT);
  out += 1;
  for (let left = scale; left > 0; left--) {
    store<u8>(out, left > count ? ZERO : load<u8>(digits + left - 1));
    out += 1;
  }
  return out;
}
