/** What JavaScript may call. */
export { alloc, reset } from './memory';
export { addValue, clearValues, mayTurn } from './values';
export { openTable, tableBytes } from './offers';
export { keyBytesMax } from './table';
export { addRowColumn, openRows, rowCount, rows, rowsFull, takeRows } from './fields';
export { addGroup, addValueField, openRecords, records } from './record';
export { blockEntries, drainBlock, sortGroups, strangeBytes, strangeKey } from './drain';
export { absorb } from './absorb';
export { openPairs, pairKeysAt, pairLengthsAt, pairNumbersAt, takePairs } from './pairs';
export { words } from './words';
export { lines } from './lines';
export {
  drainLines,
  growLines,
  lineBytesMax,
  lineCount,
  lineEntries,
  linesAt,
  linesFull,
  linesRoom,
  openLines,
  sortLines,
  takeLine,
  takeLines,
} from './line-sort';
export { accessLog } from './access-log';
export { addCsvColumn, csvRows, openCsv } from './csv';
export { addMember, jsonLines, openJson } from './json';
export { merge, mergeRows, needy, openMerge, outEntries, outStart, refill, roomFor, setBound, taken } from './merge';
export { addColumn, clearColumns } from './rows';
