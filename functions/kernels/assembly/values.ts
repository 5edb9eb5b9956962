/**
 * The values of a group: what they are, how they join, and how they are written. They stand one after the other: a count,
 * a least and a greatest as an i64, a sum as an i128, low half first. Those of JavaScript's numbers are f64.
 */

export const COUNT: u32 = 0;
export const SUM: u32 = 1;
export const MIN: u32 = 2;
export const MAX: u32 = 3;
/** Of numbers and not of bigints: one of the above and this. */
const NUMBERS: u32 = 4;
const NUMBER_SUM: u32 = SUM | NUMBERS;
const NUMBER_MIN: u32 = MIN | NUMBERS;

/** Values of a group at most. */
export const VALUES_MAX: u32 = 16;
/** An encoded value at most: a tag, a sign, a length and sixteen bytes each; and the list around them. */
export const ENCODED_BYTES_MAX: u32 = VALUES_MAX * 20 + 2;

// Tags of core/codec.ts.
const NATURAL: u8 = 3;
const NEGATIVE: u8 = 4;
const DOUBLE: u8 = 5;
const SMALL_BIGINT: u8 = 6;
const BIGINT: u8 = 7;
const ARRAY: u8 = 10;

const SAFE_MAX: u64 = (1 << 53) - 1;
/** Of a bigint that is added here: so small that an i128 holds the sum of 2^15 of them, more than are ever merged. */
const SUMMED_BYTES_MAX: u32 = 14;

const kinds = memory.data(<i32>VALUES_MAX);
/** How many values a group has, and how many bytes they take. */
export let valueCount: u32 = 0;
export let valueBytes: u32 = 0;
/** A count and nothing else. */
export let onlyCount: bool = false;
/** Whether the only value of a group is a number of some, and a bigint of others: which ones, their encoding says. */
let eitherForm: bool = false;

export function clearValues(): void {
  valueCount = 0;
  valueBytes = 0;
  eitherForm = false;
}

export function addValue(kind: u32): void {
  store<u8>(kinds + valueCount, kind);
  valueCount += 1;
  valueBytes += bytesOf(kind);
  onlyCount = valueCount == 1 && kind == COUNT;
}

/** The only value may also be of the other form. */
export function mayTurn(): void {
  eitherForm = true;
}

/** Takes the only value as of the other form from here on; false if it has one only. */
export function turn(): bool {
  if (!eitherForm) return false;
  const turned = kindAt(0) ^ NUMBERS;
  store<u8>(kinds, turned);
  valueBytes = bytesOf(turned);
  return true;
}

// @ts-ignore: decorator
@inline
export function kindAt(i: u32): u32 {
  return load<u8>(kinds + i);
}

// @ts-ignore: decorator
@inline
export function bytesOf(kind: u32): u32 {
  return kind == SUM ? 16 : 8;
}

/** The values of a group that one record makes: `inputs` holds an i64 or f64 for each, which a count passes over. */
export function firstValues(at: usize, inputs: usize): void {
  for (let i: u32 = 0; i < valueCount; i++) {
    const kind = kindAt(i);
    const value = kind == COUNT ? 1 : load<i64>(inputs + i * 8);
    store<i64>(at, value);
    if (kind == SUM) store<i64>(at, value >> 63, 8);
    at += bytesOf(kind);
  }
}

/** Whether it matters in which pairs values are joined, and not only in which order: of sums of numbers. */
export function inexact(): bool {
  return valueCount == 1 && kindAt(0) == NUMBER_SUM;
}

/** Joins the values of one more record. */
export function joinRecord(at: usize, inputs: usize): void {
  for (let i: u32 = 0; i < valueCount; i++) {
    const kind = kindAt(i);
    const value = load<i64>(inputs + i * 8);
    if (kind == COUNT) store<i64>(at, load<i64>(at) + 1);
    else if (kind == SUM) addWide(at, value, value >> 63);
    else if (kind >= NUMBERS) joinNumber(at, kind, reinterpret<f64>(value));
    else if (kind == MIN ? value < load<i64>(at) : value > load<i64>(at)) store<i64>(at, value);
    at += bytesOf(kind);
  }
}

/** Joins the values at `other` to those at `at`. */
export function joinValues(at: usize, other: usize): void {
  for (let i: u32 = 0; i < valueCount; i++) {
    const kind = kindAt(i);
    const value = load<i64>(other);
    if (kind == COUNT) store<i64>(at, load<i64>(at) + value);
    else if (kind == SUM) addWide(at, value, load<i64>(other, 8));
    else if (kind >= NUMBERS) joinNumber(at, kind, reinterpret<f64>(value));
    else if (kind == MIN ? value < load<i64>(at) : value > load<i64>(at)) store<i64>(at, value);
    at += bytesOf(kind);
    other += bytesOf(kind);
  }
}

// @ts-ignore: decorator
@inline
function addWide(at: usize, low: i64, high: i64): void {
  const sum = <u64>load<i64>(at) + <u64>low;
  store<u64>(at, sum);
  store<i64>(at, load<i64>(at, 8) + high + <i64>(sum < <u64>low), 8);
}

// @ts-ignore: decorator
@inline
function joinNumber(at: usize, kind: u32, value: f64): void {
  const present = load<f64>(at);
  if (kind == NUMBER_SUM) store<f64>(at, present + value);
  else if (kind == NUMBER_MIN ? value < present : value > present) store<f64>(at, value);
}

/** Whether values can be stored: a sum of numbers may be beyond all of them. */
export function storable(values: usize): bool {
  return !inexact() || abs(load<f64>(values)) < Infinity;
}

/** Writes values as core/codec.ts does; where the bytes end. */
export function encodeValues(values: usize, out: usize): usize {
  if (valueCount != 1) {
    store<u8>(out, ARRAY);
    store<u8>(out + 1, valueCount);
    out += 2;
  }
  for (let i: u32 = 0; i < valueCount; i++) {
    const kind = kindAt(i);
    const value = load<i64>(values);
    if (kind == COUNT) {
      store<u8>(out, NATURAL);
      out = varint(out + 1, <u64>value);
    } else if (kind >= NUMBERS) {
      out = number(out, reinterpret<f64>(value));
    } else {
      out = bigint(out, <u64>value, kind == SUM ? load<i64>(values, 8) : value >> 63);
    }
    values += bytesOf(kind);
  }
  return out;
}

function number(out: usize, value: f64): usize {
  const whole = trunc(value) == value && abs(value) <= <f64>SAFE_MAX;
  if (!whole || reinterpret<u64>(value) == reinterpret<u64>(<f64>-0.0)) {
    store<u8>(out, DOUBLE);
    store<f64>(out + 1, value);
    return out + 9;
  }
  store<u8>(out, value < 0 ? NEGATIVE : NATURAL);
  return varint(out + 1, value < 0 ? <u64>(-1 - <i64>value) : <u64>value);
}

function bigint(out: usize, low: u64, high: i64): usize {
  const negative = high < 0;
  // -1 - value is what all bits turned over say
  if (negative) {
    low = ~low;
    high = ~high;
  }
  const small = high == 0 && low <= SAFE_MAX;
  store<u8>(out, small ? SMALL_BIGINT : BIGINT);
  store<u8>(out + 1, <u8>negative);
  if (small) return varint(out + 2, low);
  const bytes = high != 0 ? 16 - <u32>(clz(high) >> 3) : 8 - <u32>(clz(low) >> 3);
  store<u8>(out + 2, bytes);
  out += 3;
  for (let left = bytes; left > 0; left--) {
    const i = left - 1;
    store<u8>(out, i >= 8 ? <u64>high >> ((i - 8) * 8) : low >> (i * 8));
    out += 1;
  }
  return out;
}

// @ts-ignore: decorator
@inline
export function varint(out: usize, value: u64): usize {
  while (value >= 0x80) {
    store<u8>(out, <u8>value | 0x80);
    value >>= 7;
    out += 1;
  }
  store<u8>(out, <u8>value);
  return out + 1;
}

/** Where the decoded bytes end; 0 for values that only JavaScript can join. */
export function decodeValues(from: usize, values: usize): usize {
  if (valueCount != 1) {
    if (load<u8>(from) != ARRAY || load<u8>(from + 1) != valueCount) return 0;
    from += 2;
  }
  for (let i: u32 = 0; i < valueCount; i++) {
    const kind = kindAt(i);
    const tag = load<u8>(from);
    if (kind == COUNT) {
      if (tag != NATURAL) return 0;
      from = readVarint(from + 1);
      store<u64>(values, read);
    } else if (kind >= NUMBERS) {
      if (tag == DOUBLE) {
        store<u64>(values, load<u64>(from + 1));
        from += 9;
      } else {
        if (tag != NATURAL && tag != NEGATIVE) return 0;
        from = readVarint(from + 1);
        store<f64>(values, tag == NATURAL ? <f64>read : -1 - <f64>read);
      }
    } else {
      if (tag != SMALL_BIGINT && tag != BIGINT) return 0;
      const turned: u64 = 0 - <u64>load<u8>(from + 1);
      let high: u64 = 0;
      if (tag == SMALL_BIGINT) from = readVarint(from + 2);
      else {
        const bytes = <u32>load<u8>(from + 2);
        from += 3;
        if (bytes > (kind == SUM ? SUMMED_BYTES_MAX : 8)) return 0;
        read = 0;
        for (let left = bytes; left > 0; left--) {
          high = (high << 8) | (read >> 56);
          read = (read << 8) | load<u8>(from);
          from += 1;
        }
        if (kind != SUM && <i64>read < 0) return 0;
      }
      store<u64>(values, read ^ turned);
      if (kind == SUM) store<u64>(values, high ^ turned, 8);
    }
    values += bytesOf(kind);
  }
  return from;
}

/** What `readVarint` read. */
export let read: u64 = 0;

// @ts-ignore: decorator
@inline
export function readVarint(from: usize): usize {
  let value: u64 = 0;
  let shift: u64 = 0;
  let byte: u64;
  do {
    byte = load<u8>(from);
    value |= (byte & 0x7f) << shift;
    shift += 7;
    from += 1;
  } while (byte >= 0x80);
  read = value;
  return from;
}
