/** The values of a group as core/codec.ts writes them. */
import { bytesOf, isCount, isMissing, isSum, kindAt, MISSING, NUMBERS, OPTIONAL, valueCount, VALUES_MAX } from './values';

/** An encoded value at most: a tag, a sign, a length and sixteen bytes each; and the list around them. */
export const ENCODED_BYTES_MAX: u32 = VALUES_MAX * 20 + 2;

// Tags of core/codec.ts.
const NULL: u8 = 0;
const NATURAL: u8 = 3;
const NEGATIVE: u8 = 4;
const DOUBLE: u8 = 5;
const SMALL_BIGINT: u8 = 6;
const BIGINT: u8 = 7;
const ARRAY: u8 = 10;

const SAFE_MAX: u64 = (1 << 53) - 1;
/** Of a bigint that is added here: so small that an i128 holds the sum of 2^15 of them, more than are ever merged. */
const SUMMED_BYTES_MAX: u32 = 14;

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
    if (isCount(kind)) {
      store<u8>(out, NATURAL);
      out = varint(out + 1, <u64>value);
    } else if ((kind & NUMBERS) != 0) {
      out = number(out, reinterpret<f64>(value));
    } else if (kind > OPTIONAL && isMissing(values, kind)) {
      store<u8>(out, NULL);
      out += 1;
    } else {
      out = bigint(out, <u64>value, isSum(kind) ? load<i64>(values, 8) : value >> 63);
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
    if (isCount(kind)) {
      if (tag != NATURAL) return 0;
      from = readVarint(from + 1);
      store<u64>(values, read);
    } else if (kind > OPTIONAL && tag == NULL) {
      store<i64>(values, MISSING);
      if (isSum(kind)) store<i64>(values, MISSING, 8);
      from += 1;
    } else if ((kind & NUMBERS) != 0) {
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
        if (bytes > (isSum(kind) ? SUMMED_BYTES_MAX : 8)) return 0;
        read = 0;
        for (let left = bytes; left > 0; left--) {
          high = (high << 8) | (read >> 56);
          read = (read << 8) | load<u8>(from);
          from += 1;
        }
        if (!isSum(kind) && <i64>read < 0) return 0;
      }
      if (kind > OPTIONAL && !isSum(kind) && <i64>(read ^ turned) == MISSING) return 0;
      store<u64>(values, read ^ turned);
      if (isSum(kind)) store<u64>(values, high ^ turned, 8);
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
