import type { Count, OfColumn } from './of-column.ts';

/**
 * How many records a group has, for `aggregate`; with the name of a column that may be missing (`'integer?'`), how many of
 * them have a value there.
 *
 * @example
 * ```ts
 * count(); // → { kind: 'count' }
 * count('rating'); // → { kind: 'count', column: 'rating' }
 * ```
 */
export function count(): Count;
export function count<const C extends string>(column: C): OfColumn<'count', C>;
export function count(column?: string): Count | OfColumn<'count', string> {
  return column === undefined ? { kind: 'count' } : { kind: 'count', column };
}
