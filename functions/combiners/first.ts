/**
 * Keeps the value that comes first in the input.
 *
 * @example
 * ```ts
 * first('a', 'b'); // → 'a'
 * ```
 */
export const first = <T>(a: T, _b: T): T => a;
