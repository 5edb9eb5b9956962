/** The keyed job that a declarative one stands for: what runs where no kernel does, and what kernels are held against. */
import type { Aggregation, Group, GroupValue } from './aggregation.ts';
import { decimal } from './combiners/decimal.ts';
import { max } from './combiners/max.ts';
import { min } from './combiners/min.ts';
import type { Ordered } from './combiners/order.ts';
import { sum } from './combiners/sum.ts';
import { joins } from './core/joined-numbers.ts';
import { type ColumnType, isOptional, presentType, scaleOf } from './formats/column-type.ts';

type Combine = (earlier: unknown, later: unknown) => unknown;
/** A column of a record: of a record that is a text, the record itself. */
type Read = (record: unknown) => unknown;

/** Pairs of a group and its values: one value as it is, several as a list. */
export function mapOf({ groups, each, values }: Aggregation): (record: unknown) => [string, unknown][] {
  const keysOf = groups.map((group, i) => keyReader(group, each ? String(i) : ''));
  const readers = values.map(valueReader);
  const [only = () => undefined] = readers;
  const valueIn: Read = readers.length === 1 ? only : (record) => readers.map((read) => read(record));
  return (record) => {
    const value = valueIn(record);
    return keysOf.flatMap((keys) => keys(record).map((key): [string, unknown] => [key, value]));
  };
}

function valueReader({ kind, column, type }: GroupValue): Read {
  if (kind === 'count' && !isOptional(type)) return () => 1;
  const read = reader(column, type);
  return kind === 'count' ? (record) => (read(record) === null ? 0 : 1) : read;
}

function reader(column: string, type: ColumnType): Read {
  const read: Read = (record) =>
    typeof record === 'string' ? record : (record as { readonly [name: string]: unknown })[column];
  if (presentType(type) !== 'integer') return read;
  // Formats may read small integers as numbers; as values they are all bigint.
  return (record) => {
    const value = read(record) as number | bigint | null;
    return value === null ? null : BigInt(value);
  };
}

/** The keys of a record in a group: one, one for each text of a list, or none. What is missing has none. */
function keyReader({ column, type, filled }: Group, number: string): (record: unknown) => string[] {
  const read = reader(column, type);
  if (Array.isArray(type)) {
    const keys = (texts: readonly string[]) => texts.map((text) => number + text);
    const listed = (record: unknown) => read(record) as string[]; // as the format says
    return filled ? (record) => keys(listed(record).filter((text) => text !== '')) : (record) => keys(listed(record));
  }
  const scale = scaleOf(type) ?? 0;
  return (record) => {
    const value = read(record);
    if (value === null) return [];
    const text = scale === 0 ? String(value) : decimal(value as bigint, scale); // as the format says
    return filled && text === '' ? [] : [number + text];
  };
}

// What a format reads as numbers are numbers, or bigints; for all records the same.
const COMBINERS: { readonly [kind in GroupValue['kind']]: Combine } = {
  count: joins('sum', (a, b) => (a as number) + (b as number)),
  sum: joins('sum', (a, b) => sum(a as number, b as number)),
  min: joins('min', (a, b) => min(a as Ordered, b as Ordered)),
  max: joins('max', (a, b) => max(a as Ordered, b as Ordered)),
};

/** Missing values count for nothing, and together come to one that is missing. */
const ofPresent =
  (combine: Combine): Combine =>
  (earlier, later) =>
    earlier === null ? later : later === null ? earlier : combine(earlier, later);

export function combineOf({ values }: Aggregation): Combine {
  const combiners = values.map(({ kind, type }) =>
    kind !== 'count' && isOptional(type) ? ofPresent(COMBINERS[kind]) : COMBINERS[kind],
  );
  const [only = COMBINERS.count] = combiners;
  if (combiners.length === 1) return only;
  return (earlier, later) => {
    const [a, b] = [earlier as unknown[], later as unknown[]]; // as `mapOf` makes them
    return combiners.map((combine, i) => combine(a[i], b[i]));
  };
}

/** The row of a group: the group, then its values by name, decimals as text. */
export function rowOf({ groups, each, values }: Aggregation): (key: string, value: unknown) => object {
  const shown = values.map(({ kind, type }): Read => {
    const scale = kind === 'count' ? 0 : (scaleOf(type) ?? 0);
    return scale === 0 ? (value) => value : (value) => (value === null ? null : decimal(value as bigint, scale));
  });
  const groupOf = (key: string): [string, unknown][] => [
    ['group', groups[Number(key[0])]?.name],
    ['value', key.slice(1)],
  ];
  return (key, value) => {
    const all: unknown[] = values.length === 1 ? [value] : (value as unknown[]); // as `mapOf` makes them
    const members = values.map(({ name }, i) => [name, shown[i]?.(all[i])] as const);
    return Object.fromEntries([...(each ? groupOf(key) : [[groups[0]?.name, key]]), ...members]);
  };
}
