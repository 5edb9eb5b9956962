import { type Ordered, order } from './order.ts';

/**
 * Keeps the least: of numbers, bigints, or strings by their UTF-8 bytes. Of equal ones the earlier.
 *
 * @example
 * ```ts
 * min(3, 2); // → 2
 * ```
 */
export const min = <T extends Ordered>(a: T, b: T): T => (order(b, a) < 0 ? b : a);
