import type { OrMissing, Single, ValueOf } from './column-type.ts';

/**
 * What a column holds: `'text'` (string, as it stands), `'integer'` (bigint of any size), `'decimal(n)'` (bigint: the
 * exact value times 10^n, at most n decimals; n is 0 to 100), `'number'` (finite double, exponents allowed). With a `?`, as in
 * `'integer?'`, an empty field is null.
 */
export type CsvColumn = OrMissing<Single>;
export type CsvColumns = { readonly [name: string]: CsvColumn };

/** The record that columns make. */
export type CsvRecord<C extends CsvColumns> = {
  readonly [K in keyof C]: ValueOf<C[K]>;
};
