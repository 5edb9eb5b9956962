/** What a declarative job asks, as the engine sees it. */
import type { ColumnType } from './formats/column-type.ts';

/** A value of a group, and the type of its column. */
export interface GroupValue {
  readonly name: string;
  readonly kind: 'count' | 'sum' | 'min' | 'max';
  /** Empty for a count of all records. */
  readonly column: string;
  readonly type: ColumnType;
}

export interface Group {
  /** In the rows: of the member that holds the group, or with `each` what `group` says. */
  readonly name: string;
  readonly column: string;
  readonly type: ColumnType;
  /** Whether records where the column is empty are left out. */
  readonly filled: boolean;
}

export interface Aggregation {
  /** The columns that group the records: one, or with `each` several, in each of which a record counts. */
  readonly groups: readonly Group[];
  /** Whether rows name their group: `{ group, value, … }`. Keys then begin with its number, a digit. */
  readonly each: boolean;
  readonly values: readonly GroupValue[];
  /** Whether rows stay as they are: a job without `reduce` and `finish`. */
  readonly bare: boolean;
}

/** Values of a group, and groups of `each`, at most. Ours: a kernel has room for that many. */
export const VALUES_MAX = 16;
export const GROUPS_MAX = 10;
