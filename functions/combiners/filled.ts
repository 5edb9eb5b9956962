import type { Filled } from './each.ts';

/**
 * For `each`: this column, and records where it is empty, or missing, are left out of it.
 *
 * @example
 * ```ts
 * filled('path'); // → { filled: 'path' }
 * ```
 */
export const filled = <const C extends string>(column: C): Filled<C> => ({ filled: column });
