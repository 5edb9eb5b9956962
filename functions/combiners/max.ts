import { joins } from '../core/joined-numbers.ts';
import type { Compared, ComparedTo } from './of-column.ts';
import { order } from './order.ts';

/**
 * Keeps the greatest: of numbers, bigints, or strings by their UTF-8 bytes. Of equal ones the earlier. With the name of a
 * column it is the greatest of that column, for `aggregate`.
 *
 * @example
 * ```ts
 * max('a', 'b'); // → 'b'
 * max('price'); // → { kind: 'max', column: 'price' }
 * ```
 */
export const max = joins(
  'max',
  <A extends Compared>(...[a, b]: A) =>
    // the cast: a conditional type is beyond the compiler
    (b === undefined ? { kind: 'max', column: a } : order(b, a) > 0 ? b : a) as ComparedTo<'max', A>,
);
