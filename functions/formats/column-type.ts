/** What columns of records hold. */

/** Of one value. */
export type Single = 'text' | 'integer' | 'number' | `decimal(${number})`;

/** The same, and with a `?` where the value may be missing. */
export type OrMissing<T extends Single> = T | `${T}?`;

/**
 * What a column holds, where a format knows its records' columns: `['text']` is a list of texts, the others are as in
 * `csv()`; with a `?` the value may be missing.
 */
export type ColumnType = OrMissing<Single> | readonly ['text'];
export type ColumnTypes = { readonly [name: string]: ColumnType };

/** What `T` is where a value is there. */
export type Present<T> = T extends `${infer P}?` ? P : T;

/** The values of a record in a column that holds `T`. */
export type ValueOf<T> = T extends `${infer P}?`
  ? ValueOf<P> | null
  : T extends 'text'
    ? string
    : T extends 'number'
      ? number
      : T extends readonly ['text']
        ? readonly string[]
        : bigint;

/** Whether values may be missing: then they are null. */
export const isOptional = (type: ColumnType): type is `${Single}?` => typeof type === 'string' && type.endsWith('?');

/** What values are where they are there. */
export const presentType = (type: ColumnType): Present<ColumnType> =>
  isOptional(type) ? (type.slice(0, -1) as Single) : (type as Present<ColumnType>); // it ends in no `?`

/** Decimals of an exact number: an integer has none. Undefined for what is none. */
export function scaleOf(type: ColumnType): number | undefined {
  const present = presentType(type);
  if (present === 'integer') return 0;
  const digits = typeof present === 'string' ? /^decimal\((\d+)\)$/.exec(present)?.[1] : undefined;
  return digits === undefined ? undefined : Number(digits);
}
