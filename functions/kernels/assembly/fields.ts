/**
 * Records as their fields, for JavaScript to make values of: where each record stands, and what its columns hold.
 *
 * row = start of the record and its bytes (u32 each); then for each column 8 bytes: where a text starts and its bytes (u32
 * each), a number (i64), or of a list where its texts are told and how many they are (u32 each)
 */
import { alloc } from './memory';
import { fieldLength, fieldNumber, fieldStart } from './record';

/** What a column is told as. */
const TEXT: u32 = 0;
const NUMBER: u32 = 1;

const COLUMNS_MAX: u32 = 32;
const columnFields = memory.data(<i32>COLUMNS_MAX);
const columnKinds = memory.data(<i32>COLUMNS_MAX);
let columnCount: u32 = 0;
let rowBytes: usize = 0;
/** Whether records are told, and not grouped. */
export let telling: bool = false;
/** Where the rows are; how many there are. */
export let rows: usize = 0;
export let rowCount: u32 = 0;
let rowsAt: usize = 0;
let rowsEnd: usize = 0;
/** Starts and lengths of the texts of lists. */
let lists: usize = 0;
let listsAt: usize = 0;
let listsEnd: usize = 0;
/** Whether there may be no room for another one: they must be taken. */
export let rowsFull: bool = false;
let start: u32 = 0;
let bytes: u32 = 0;

/** Tells records from here on, in so many bytes; and the texts of their lists, of which one has so many bytes at most. */
export function openRows(bytesMax: u32, listsBytesMax: u32, listBytesMax: u32): void {
  telling = true;
  columnCount = 0;
  rowBytes = 8;
  rows = alloc(bytesMax);
  rowsEnd = rows + bytesMax;
  lists = alloc(listsBytesMax);
  listsEnd = lists + listsBytesMax - listBytesMax;
  takeRows();
}

export function addRowColumn(field: u32, kind: u32): void {
  store<u8>(columnFields + columnCount, field);
  store<u8>(columnKinds + columnCount, kind);
  columnCount += 1;
  rowBytes += 8;
}

/** They are taken. */
export function takeRows(): void {
  rowsAt = rows;
  listsAt = lists;
  rowCount = 0;
  rowsFull = false;
}

/** Groups records from here on. */
export function closeRows(): void {
  telling = false;
  rowsFull = false;
}

/** Where the record at hand stands, without its line end. */
// @ts-ignore: decorator
@inline
export function standsAt(from: usize, to: usize): void {
  start = <u32>from;
  bytes = <u32>(to - from);
}

/** Tells the record at hand; its list, if it has one, are starts and ends, one after the other. */
export function tell(list: usize, count: u32): void {
  let at = rowsAt;
  store<u32>(at, start);
  store<u32>(at, bytes, 4);
  at += 8;
  for (let i: u32 = 0; i < columnCount; i++) {
    const field = <u32>load<u8>(columnFields + i);
    const kind = <u32>load<u8>(columnKinds + i);
    if (kind == NUMBER) store<i64>(at, fieldNumber(field));
    else if (kind == TEXT) {
      store<u32>(at, fieldStart(field));
      store<u32>(at, fieldLength(field), 4);
    } else {
      store<u32>(at, <u32>listsAt);
      store<u32>(at, count, 4);
      for (let j: u32 = 0; j < count; j++) {
        const from = load<u32>(list + <usize>j * 8);
        store<u32>(listsAt, from);
        store<u32>(listsAt, load<u32>(list + <usize>j * 8, 4) - from, 4);
        listsAt += 8;
      }
    }
    at += 8;
  }
  rowsAt = at;
  rowCount += 1;
  rowsFull = at + rowBytes > rowsEnd || listsAt > listsEnd;
}
