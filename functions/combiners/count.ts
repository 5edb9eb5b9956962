import type { Count } from './of-column.ts';

/**
 * How many records a group has, for `aggregate`.
 *
 * @example
 * ```ts
 * count(); // → { kind: 'count' }
 * ```
 */
export const count = (): Count => ({ kind: 'count' });
