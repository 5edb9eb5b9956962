import { type Ordered, order } from './order.ts';

/**
 * Keeps the greatest: of numbers, bigints, or strings by their UTF-8 bytes. Of equal ones the earlier.
 *
 * @example
 * ```ts
 * max('a', 'b'); // → 'b'
 * ```
 */
export const max = <T extends Ordered>(a: T, b: T): T => (order(b, a) > 0 ? b : a);
