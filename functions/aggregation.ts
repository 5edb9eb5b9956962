/** What a declarative job asks, as the engine sees it. */
import type { ColumnType } from './formats/format.ts';

/** A value of a group, and the type of its column. */
export interface GroupValue {
  readonly name: string;
  readonly kind: 'count' | 'sum' | 'min' | 'max';
  /** Empty for a count. */
  readonly column: string;
  readonly type: ColumnType;
}

export interface Aggregation {
  /** The column that groups the records, and its name in the rows. */
  readonly group: { readonly name: string; readonly column: string; readonly type: ColumnType };
  readonly values: readonly GroupValue[];
  /** Whether rows stay as they are: a job without `reduce` and `finish`. */
  readonly bare: boolean;
}

/** Values of a group at most. Ours: a kernel has room for that many. */
export const VALUES_MAX = 16;

/** Decimals of an exact number: an integer has none. Undefined for what is none. */
export function scaleOf(type: ColumnType): number | undefined {
  if (type === 'integer') return 0;
  const digits = typeof type === 'string' ? /^decimal\((\d+)\)$/.exec(type)?.[1] : undefined;
  return digits === undefined ? undefined : Number(digits);
}
