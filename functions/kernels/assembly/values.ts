/**
 * The values of a group: what they are, and how they join. They stand one after the other: a count, a least and a greatest
 * as an i64, a sum as an i128, low half first. Those of JavaScript's numbers are f64.
 */

export const COUNT: u32 = 0;
export const SUM: u32 = 1;
export const MIN: u32 = 2;
export const MAX: u32 = 3;
/** Of numbers and not of bigints: one of the above and this. */
export const NUMBERS: u32 = 4;
const NUMBER_SUM: u32 = SUM | NUMBERS;
const NUMBER_MIN: u32 = MIN | NUMBERS;
/** Of what may be missing: one of the first four and this. */
export const OPTIONAL: u32 = 8;
const OPTIONAL_COUNT: u32 = COUNT | OPTIONAL;
const OPTIONAL_SUM: u32 = SUM | OPTIONAL;
/** Instead of an integer that is missing, and as the high half of a sum of none: no number that is read here is it, nor a sum. */
export const MISSING: i64 = i64.MIN_VALUE;

/** Values of a group at most. */
export const VALUES_MAX: u32 = 16;

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
export function isCount(kind: u32): bool {
  return (kind & ~OPTIONAL) == COUNT;
}

// @ts-ignore: decorator
@inline
export function isSum(kind: u32): bool {
  return (kind & ~OPTIONAL) == SUM;
}

// @ts-ignore: decorator
@inline
export function bytesOf(kind: u32): u32 {
  return isSum(kind) ? 16 : 8;
}

/** The values of a group that one record makes: `inputs` holds an i64 or f64 for each, which a count passes over. */
export function firstValues(at: usize, inputs: usize): void {
  for (let i: u32 = 0; i < valueCount; i++) {
    const kind = kindAt(i);
    let value = kind == COUNT ? 1 : load<i64>(inputs + i * 8);
    if (kind == OPTIONAL_COUNT) value = <i64>(value != MISSING);
    store<i64>(at, value);
    if (kind == SUM) store<i64>(at, value >> 63, 8);
    if (kind == OPTIONAL_SUM) store<i64>(at, value == MISSING ? MISSING : value >> 63, 8);
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
    else if (kind == OPTIONAL_COUNT) store<i64>(at, load<i64>(at) + <i64>(value != MISSING));
    else if (kind > OPTIONAL) joinPresent(at, kind, value, value == MISSING ? MISSING : value >> 63);
    else if (kind >= NUMBERS) joinNumber(at, kind, reinterpret<f64>(value));
    else joinExtreme(at, kind, value);
    at += bytesOf(kind);
  }
}

/** Joins the values at `other` to those at `at`. */
export function joinValues(at: usize, other: usize): void {
  for (let i: u32 = 0; i < valueCount; i++) {
    const kind = kindAt(i);
    const value = load<i64>(other);
    if (isCount(kind)) store<i64>(at, load<i64>(at) + value);
    else if (kind == SUM) addWide(at, value, load<i64>(other, 8));
    else if (kind > OPTIONAL) joinPresent(at, kind, value, load<i64>(other, 8));
    else if (kind >= NUMBERS) joinNumber(at, kind, reinterpret<f64>(value));
    else joinExtreme(at, kind, value);
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
function joinExtreme(at: usize, kind: u32, value: i64): void {
  if (kind == MIN ? value < load<i64>(at) : value > load<i64>(at)) store<i64>(at, value);
}

/** Whether a value that may be missing, and is no count, is. */
// @ts-ignore: decorator
@inline
export function isMissing(at: usize, kind: u32): bool {
  return load<i64>(at, 0) == MISSING && (kind != OPTIONAL_SUM || load<i64>(at, 8) == MISSING);
}

/** Joins what may be missing on either side; only that of a sum has a high half. */
function joinPresent(at: usize, kind: u32, low: i64, high: i64): void {
  const sum = kind == OPTIONAL_SUM;
  if (low == MISSING && (!sum || high == MISSING)) return;
  if (isMissing(at, kind)) {
    store<i64>(at, low);
    if (sum) store<i64>(at, high, 8);
  } else if (sum) addWide(at, low, high);
  else joinExtreme(at, kind ^ OPTIONAL, low);
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
