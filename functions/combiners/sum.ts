/**
 * Adds: numbers, or bigints of any size.
 *
 * @example
 * ```ts
 * sum(1, 2); // → 3
 * ```
 */
export const sum = <N extends number | bigint>(a: N, b: N): N => ((a as number) + (b as number)) as N; // both are number, or both bigint
