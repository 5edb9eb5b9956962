/** What a combiner takes. */
type Taken<F> = F extends (earlier: infer T, later: never) => unknown ? T : never;
type Combiners = { readonly [name: string]: (earlier: never, later: never) => unknown };
/** An object whose every field has a combiner that takes it, and no other fields. */
type FieldsOf<T, C> = { readonly [K in keyof T]: K extends keyof C ? Taken<C[K]> : never } & {
  readonly [K in keyof C]: unknown;
};

/**
 * Combines objects field by field, each with its own combiner. A field without one does not compile.
 *
 * @example
 * ```ts
 * const combine = fields({ cents: sum, entries: sum, latest: max });
 * combine({ cents: 150n, entries: 1, latest: 'a' }, { cents: -50n, entries: 2, latest: 'b' });
 * // → { cents: 100n, entries: 3, latest: 'b' }
 * ```
 */
export function fields<const C extends Combiners>(combiners: C): <T extends FieldsOf<T, C>>(earlier: T, later: T) => T {
  // Each takes what its field holds: `FieldsOf` says so of every T.
  const all = Object.entries(combiners) as [string, (earlier: unknown, later: unknown) => unknown][];
  return <T extends FieldsOf<T, C>>(earlier: T, later: T) => {
    const combined: { [name: string]: unknown } = {};
    for (const [name, combine] of all) {
      combined[name] = combine((earlier as typeof combined)[name], (later as typeof combined)[name]);
    }
    return combined as T;
  };
}
