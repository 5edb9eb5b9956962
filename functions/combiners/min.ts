import { joins } from '../core/joined-numbers.ts';
import type { Compared, ComparedTo } from './of-column.ts';
import { order } from './order.ts';

/**
 * Keeps the least: of numbers, bigints, or strings by their UTF-8 bytes. Of equal ones the earlier. With the name of a
 * column it is the least of that column, for `aggregate`.
 *
 * @example
 * ```ts
 * min(3, 2); // → 2
 * min('price'); // → { kind: 'min', column: 'price' }
 * ```
 */
export const min = joins(
  'min',
  <A extends Compared>(...[a, b]: A) =>
    // the cast: a conditional type is beyond the compiler
    (b === undefined ? { kind: 'min', column: a } : order(b, a) < 0 ? b : a) as ComparedTo<'min', A>,
);
