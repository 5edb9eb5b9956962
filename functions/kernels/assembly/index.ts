/** What JavaScript may call. */
export { alloc, reset } from './memory';
export { addValue, clearValues } from './values';
export { groups, openTable, records, tableBytes } from './table';
export { blockEntries, drainBlock, sortGroups } from './drain';
export { words } from './words';
export { merge, needy, openMerge, outEntries, outStart, refill, roomFor, taken } from './merge';
export { addColumn, clearColumns } from './rows';
