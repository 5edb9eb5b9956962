/**
 * What a column holds: `'text'` (string, as it stands), `'integer'` (bigint of any size), `'decimal(n)'` (bigint: the
 * exact value times 10^n, at most n decimals; n is 0 to 100), `'number'` (finite double, exponents allowed).
 */
export type CsvColumn = 'text' | 'integer' | 'number' | `decimal(${number})`;
export type CsvColumns = { readonly [name: string]: CsvColumn };

/** The record that columns make. */
export type CsvRecord<C extends CsvColumns> = {
  readonly [K in keyof C]: C[K] extends 'text' ? string : C[K] extends 'number' ? number : bigint;
};
