/** Several groupings of the same records: by columns, and by columns where they are not empty. */
export interface Each<L extends readonly (string | Filled<string>)[]> {
  readonly each: L;
}

/** A column, where it is not empty. */
export interface Filled<C extends string> {
  readonly filled: C;
}

/**
 * For `aggregate`: every record counts once for each of these columns. Rows say which one it is, and have its value:
 * `{ group: 'status', value: '404', … }`; they come in the order of the columns, then in byte order of the value.
 *
 * @param columns 1 to 10
 * @example
 * ```ts
 * each('status', filled('path')); // → { each: ['status', { filled: 'path' }] }
 * ```
 */
export const each = <const L extends readonly (string | Filled<string>)[]>(...columns: L): Each<L> => ({
  each: columns,
});
