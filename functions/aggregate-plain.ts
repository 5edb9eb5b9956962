/** The keyed job that a declarative one stands for: what runs where no kernel does, and what kernels are held against. */
import { type Aggregation, type GroupValue, scaleOf } from './aggregation.ts';
import { decimal } from './combiners/decimal.ts';
import { max } from './combiners/max.ts';
import { min } from './combiners/min.ts';
import type { Ordered } from './combiners/order.ts';
import { sum } from './combiners/sum.ts';
import type { ColumnType } from './formats/format.ts';

type Combine = (earlier: unknown, later: unknown) => unknown;
/** A column of a record: of a record that is a text, the record itself. */
type Read = (record: unknown) => unknown;

/** Pairs of a group and its values: one value as it is, several as a list. */
export function mapOf({ group, values }: Aggregation): (record: unknown) => [string, unknown][] {
  const groupOf = reader(group.column);
  const text = textOf(group.type);
  const readers = values.map(({ kind, column }): Read => (kind === 'count' ? () => 1 : reader(column)));
  const [only = () => undefined] = readers;
  const valueIn: Read = readers.length === 1 ? only : (record) => readers.map((read) => read(record));
  if (Array.isArray(group.type)) {
    return (record) => {
      const value = valueIn(record);
      return (groupOf(record) as string[]).map((each) => [each, value]); // the format reads lists of texts
    };
  }
  return (record) => [[text(groupOf(record)), valueIn(record)]];
}

const reader =
  (column: string): Read =>
  (record) =>
    typeof record === 'string' ? record : (record as { readonly [name: string]: unknown })[column];

/** What a column's value is called as a group. */
function textOf(type: ColumnType): (value: unknown) => string {
  const scale = scaleOf(type);
  return scale === undefined || scale === 0 ? String : (value) => decimal(value as bigint, scale); // as the format reads it
}

// What a format reads as numbers are numbers, or bigints; for all records the same.
const COMBINERS: { readonly [kind in GroupValue['kind']]: Combine } = {
  count: (a, b) => (a as number) + (b as number),
  sum: (a, b) => sum(a as number, b as number),
  min: (a, b) => min(a as Ordered, b as Ordered),
  max: (a, b) => max(a as Ordered, b as Ordered),
};

export function combineOf({ values }: Aggregation): Combine {
  const combiners = values.map(({ kind }) => COMBINERS[kind]);
  const [only = COMBINERS.count] = combiners;
  if (combiners.length === 1) return only;
  return (earlier, later) => {
    const [a, b] = [earlier as unknown[], later as unknown[]]; // as `mapOf` makes them
    return combiners.map((combine, i) => combine(a[i], b[i]));
  };
}

/** The row of a group: the group, then its values by name, decimals as text. */
export function rowOf({ group, values }: Aggregation): (key: string, value: unknown) => object {
  const shown = values.map(({ kind, type }): Read => {
    const scale = kind === 'count' ? 0 : (scaleOf(type) ?? 0);
    return scale === 0 ? (value) => value : (value) => decimal(value as bigint, scale);
  });
  return (key, value) => {
    const all: unknown[] = values.length === 1 ? [value] : (value as unknown[]); // as `mapOf` makes them
    const members = values.map(({ name }, i) => [name, shown[i]?.(all[i])] as const);
    return Object.fromEntries([[group.name, key], ...members]);
  };
}
