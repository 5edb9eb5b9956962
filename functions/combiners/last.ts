/**
 * Keeps the value that comes last in the input.
 *
 * @example
 * ```ts
 * last('a', 'b'); // → 'b'
 * ```
 */
export const last = <T>(_a: T, b: T): T => b;
