import { keeps } from '../core/kept-members.ts';

/**
 * Joins arrays, in the order of the input.
 *
 * @example
 * ```ts
 * concat([1, 2], [2, 3]); // → [1, 2, 2, 3]
 * ```
 */
export const concat = keeps('all', <T>(a: readonly T[], b: readonly T[]): T[] => [...a, ...b]);
