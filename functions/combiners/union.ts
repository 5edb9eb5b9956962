import { keeps } from '../core/kept-members.ts';

/**
 * Joins arrays of distinct values, in the order of their first appearance in the input. Yield arrays that are distinct
 * themselves.
 *
 * @example
 * ```ts
 * union(['b', 'a'], ['a', 'c']); // → ['b', 'a', 'c']
 * ```
 */
export const union = keeps(
  'distinct',
  <T extends string | number | bigint | boolean | null>(a: readonly T[], b: readonly T[]): T[] => [
    ...new Set([...a, ...b]),
  ],
);
