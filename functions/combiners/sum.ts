import { joins } from '../core/joined-numbers.ts';
import type { OfColumn } from './of-column.ts';

/**
 * Adds: numbers, or bigints of any size. With the name of a column it is the sum of that column, for `aggregate`: exact
 * for `'integer'` and `'decimal(n)'`, and a double's for `'number'`, whose last digits depend on how the input is cut.
 *
 * @example
 * ```ts
 * sum(1, 2); // → 3
 * sum('amount'); // → { kind: 'sum', column: 'amount' }
 * ```
 */
export const sum = joins(
  'sum',
  <N extends number | bigint | string>(a: N, b?: N) =>
    // the cast: a conditional type is beyond the compiler; both are number, or both bigint
    (typeof a === 'string' ? { kind: 'sum', column: a } : (a as number) + (b as number)) as N extends string
      ? OfColumn<'sum', N>
      : N,
);
