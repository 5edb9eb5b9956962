/**
 * A record as its scanner leaves it: its fields, by number, and what is asked of them. A field is a range of bytes, or an
 * integer, or both.
 */
import { closeRows, tell, telling } from './fields';
import { alloc } from './memory';
import { count, counted, counting, flush, offer, offered } from './offers';
import { COUNT, kindAt, onlyCount, valueCount, VALUES_MAX } from './values';

/** Fields of a record at most. */
export const FIELDS_MAX: u32 = 32;
/** Groups that a record counts in at most. */
export const GROUPS_MAX: u32 = 10;
/** Keys that are made up, before they are flushed; one at most as long as a record that a kernel takes. */
const MADE_BYTES: u32 = 1 << 18;

const starts = memory.data(<i32>(FIELDS_MAX * 4));
const lengths = memory.data(<i32>(FIELDS_MAX * 4));
const numbers = memory.data(<i32>(FIELDS_MAX * 8));
/** The field of each group; whether records where it is empty are left out; whether its bytes do not stay. */
const groupFields = memory.data(<i32>GROUPS_MAX);
const groupFilled = memory.data(<i32>GROUPS_MAX);
const groupFleeting = memory.data(<i32>GROUPS_MAX);
/** The field of each value; a count has none. */
const valueFields = memory.data(<i32>VALUES_MAX);
let groupCount: u32 = 0;
/** Whether keys say which group they are of, by a digit in front. */
let numbered: bool = false;
let valuesSet: u32 = 0;
let made: usize = 0;
let madeAt: usize = 0;
/** Records read so far. */
export let records: f64 = 0;

export function openRecords(isNumbered: bool): void {
  closeRows();
  groupCount = 0;
  valuesSet = 0;
  numbered = isNumbered;
  records = 0;
  made = alloc(MADE_BYTES);
  madeAt = made;
}

export function addGroup(field: u32, filled: bool, fleeting: bool): void {
  store<u8>(groupFields + groupCount, field);
  store<u8>(groupFilled + groupCount, <u8>filled);
  store<u8>(groupFleeting + groupCount, <u8>fleeting);
  groupCount += 1;
}

/** The fields of values, one after the other. */
export function addValueField(field: u32): void {
  store<u8>(valueFields + valuesSet, field);
  valuesSet += 1;
}

// @ts-ignore: decorator
@inline
export function recorded(more: u32): void {
  records += more;
}

// @ts-ignore: decorator
@inline
export function setField(field: u32, start: usize, end: usize): void {
  store<u32>(starts + field * 4, <u32>start);
  store<u32>(lengths + field * 4, <u32>(end - start));
}

// @ts-ignore: decorator
@inline
export function setNumber(field: u32, value: i64): void {
  store<i64>(numbers + field * 8, value);
}

// @ts-ignore: decorator
@inline
export function fieldStart(field: u32): u32 {
  return load<u32>(starts + field * 4);
}

// @ts-ignore: decorator
@inline
export function fieldLength(field: u32): u32 {
  return load<u32>(lengths + field * 4);
}

// @ts-ignore: decorator
@inline
export function fieldNumber(field: u32): i64 {
  return load<i64>(numbers + field * 8);
}

/** Room for so many bytes of a key that is made up; they stay until the batch is flushed. */
function make(bytes: u32): usize {
  if (madeAt + bytes + 16 > made + MADE_BYTES) {
    flush();
    madeAt = made;
  }
  const at = madeAt;
  madeAt += bytes;
  return at;
}

/** Puts the record, whose fields are set, into its groups; or tells it. */
export function putRecord(): void {
  if (telling) return tell(0, 0);
  records += 1;
  for (let i: u32 = 0; i < groupCount; i++) {
    const field = <u32>load<u8>(groupFields + i);
    const length = fieldLength(field);
    if (length == 0 && load<u8>(groupFilled + i) != 0) continue;
    put(i, <usize>fieldStart(field), length);
  }
}

/** The same where the only group is a list: each text of it is one. Starts and ends are given one after the other. */
export function putList(list: usize, count: u32): void {
  if (telling) return tell(list, count);
  records += 1;
  for (let i: u32 = 0; i < count; i++) {
    const start = load<u32>(list + <usize>i * 8);
    put(0, start, load<u32>(list + <usize>i * 8, 4) - start);
  }
}

/** Puts the values of the record into one group. */
// @ts-ignore: decorator
@inline
function put(group: u32, start: usize, length: u32): void {
  let key = start;
  let keyBytes = length;
  if (numbered || load<u8>(groupFleeting + group) != 0) {
    const digit = <u32>numbered;
    keyBytes += digit;
    key = make(keyBytes);
    if (numbered) store<u8>(key, 0x30 + group);
    if (length <= 16) v128.store(key + digit, v128.load(start));
    else memory.copy(key + digit, start, length);
  }
  if (onlyCount) return counted(count(counting(), key, keyBytes));
  let values = offer(key, keyBytes);
  for (let i: u32 = 0; i < valueCount; i++) {
    if (kindAt(i) != COUNT) store<i64>(values, load<i64>(numbers + <u32>load<u8>(valueFields + i) * 8));
    values += 8;
  }
  offered();
}

/** Digits that are sure to fit. */
const DIGITS_MAX: usize = 18;

/** Whether [start, end) are digits only, and few; `parsed` is the number they make. */
// @ts-ignore: decorator
@inline
export function digits(start: usize, end: usize): bool {
  if (end <= start || end - start > DIGITS_MAX) return false;
  let value: u64 = 0;
  for (let at = start; at < end; at++) {
    const digit = <u32>load<u8>(at) - 0x30;
    if (digit > 9) return false;
    value = value * 10 + digit;
  }
  parsed = <i64>value;
  return true;
}

export let parsed: i64 = 0;
