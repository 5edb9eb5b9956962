/** What columns of records hold. */

/** Of one value. */
type Single = 'text' | 'integer' | 'number' | `decimal(${number})`;

/**
 * What a column holds, where a format knows its records' columns: `['text']` is a list of texts, the others are as in
 * `csv()`; with a `?` the value may be missing.
 */
export type ColumnType = Single | `${Single}?` | readonly ['text'];
export type ColumnTypes = { readonly [name: string]: ColumnType };

/** What `T` is where a value is there. */
export type Present<T> = T extends `${infer P}?` ? P : T;

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
