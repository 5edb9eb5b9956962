import { combineOf, mapOf, rowOf } from './aggregate-plain.ts';
import { type Aggregation, GROUPS_MAX, type Group, type GroupValue, VALUES_MAX } from './aggregation.ts';
import type { Each, Filled } from './combiners/each.ts';
import type { Count, OfColumn } from './combiners/of-column.ts';
import { makeJob } from './define-job.ts';
import { type ColumnType, type ColumnTypes, isOptional, type Present, presentType } from './formats/column-type.ts';
import type { Format } from './formats/format.ts';
import type { Output } from './formats/output.ts';
import type { Divided, Job, ResultContext, RunOptions } from './job.ts';
import type { ParamRecord, ParamSpecs, ParamValues } from './params.ts';

// biome-ignore lint/complexity/noBannedTypes: `{}` is "no parameters", and lets `params` be left out
type None = {};

type Exact = 'integer' | `decimal(${number})`;
type NamesOf<C, T> = { [K in keyof C]: Present<C[K]> extends T ? K : never }[keyof C] & string;

/** What may be known of a group: `count()` of records or of a column, and `sum`, `min` or `max` of a column. */
export type Values<C extends ColumnTypes> = {
  readonly [name: string]:
    | Count
    | OfColumn<'count', OptionalOf<C>>
    | OfColumn<'sum', NamesOf<C, Exact | 'number'>>
    | OfColumn<'min' | 'max', NamesOf<C, Exact | 'number' | 'text'>>;
};

/** The names of columns; a format whose columns are not known has none. */
type ColumnOf<C extends ColumnTypes> = string extends keyof C ? never : keyof C & string;
/** Of those that are always there. */
type PresentOf<C extends ColumnTypes> = Exclude<ColumnOf<C>, OptionalOf<C>>;
/** Of those that may be missing. */
type OptionalOf<C extends ColumnTypes> = {
  [K in ColumnOf<C>]: Extract<C[K], `${string}?`> extends never ? never : K;
}[ColumnOf<C>];

/** A column, `{ name: column }` to call it otherwise in the rows, or each of several. */
export type GroupBy<C extends ColumnTypes> =
  | PresentOf<C>
  | Each<readonly (PresentOf<C> | Filled<ColumnOf<C>>)[]>
  | { readonly [name: string]: PresentOf<C> };

type AnyEach = Each<readonly (string | Filled<string>)[]>;
type GroupName<G> = G extends string ? G : G extends AnyEach ? 'group' | 'value' : keyof G & string;
type InRow<T> = T extends `${infer P}?`
  ? InRow<P> | null
  : T extends 'integer'
    ? bigint
    : T extends 'number'
      ? number
      : string;
type ValueInRow<C, V> =
  V extends OfColumn<'sum' | 'min' | 'max', infer K extends keyof C & string> ? InRow<C[K]> : number;

/** A row: the group as text, and its values. */
type GroupRow<C extends ColumnTypes, G, V> = { readonly [K in GroupName<G>]: string } & {
  readonly [K in keyof V]: ValueInRow<C, V[K]>;
};

interface Asked<C extends ColumnTypes, G, V, S extends ParamSpecs> extends RunOptions<S> {
  /** Names the job, its uploads and its results: lower-case letters, digits and dashes, at most 40. */
  readonly name: string;
  /** How bytes become records that have columns: `words()`, `lines()`, `csv({ … })`. */
  readonly input: Format<unknown, C>;
  /**
   * The column that groups the records, or `{ name: column }` to call it otherwise in the rows; of a list, every text
   * counts. Or `each(…)` of several columns.
   */
  readonly groupBy: G & GroupBy<C>;
  /** What is to be known of a group, by name: `{ n: count(), total: sum('amount') }`. 1 to 16. */
  readonly values: V & Values<C>;
}

/** Rows as they are. */
export interface BareAggregate<C extends ColumnTypes, G, V, S extends ParamSpecs> extends Asked<C, G, V, S>, Divided {
  readonly reduce?: never;
  readonly finish?: never;
  /** How rows become bytes: `csvRows(columns)`, `jsonRows()`, `textLines()`. */
  readonly output: Output<GroupRow<C, G, V>>;
}

/** A row made of each. */
export interface ReducedAggregate<C extends ColumnTypes, G, V, Row, S extends ParamSpecs>
  extends Asked<C, G, V, S>,
    Divided {
  readonly reduce: (row: GroupRow<C, G, V>, context: ResultContext<ParamValues<S>>) => Row;
  readonly finish?: never;
  /** How rows become bytes: `csvRows(columns)`, `jsonRows()`, `textLines()`. */
  readonly output: Output<Row>;
}

/** A result made of all rows: a top-N. */
export interface FinishedAggregate<C extends ColumnTypes, G, V, Out, S extends ParamSpecs> extends Asked<C, G, V, S> {
  readonly reduce?: never;
  /** Sees all rows in byte order of their groups, streaming, and yields the rows of the result. */
  readonly finish: (
    rows: AsyncIterable<GroupRow<C, G, V>>,
    context: ResultContext<ParamValues<S>>,
  ) => AsyncIterable<Out>;
  /** How rows become bytes: `csvRows(columns)`, `jsonRows()`, `textLines()`. */
  readonly output: Output<Out>;
}

/**
 * Defines a job by what it asks: group the records by a column; count them, add, find the least and the greatest. The
 * same result as that of a keyed job, and several times as fast: since the engine knows what is asked, it works on bytes
 * for most records, in WebAssembly, and makes no JavaScript value of them.
 *
 * Rows have the group, as text, and its values: counts are numbers, `'integer'` is bigint, `'decimal(n)'` text with n
 * decimals. They come in byte order of the group. Of a list, each element counts. Of a column that may be missing
 * (`'integer?'`) only the values that are there count; where a group has none, it is null.
 *
 * @throws FANFOLD_JOB_INVALID naming every wrong option at once.
 * @example
 * ```ts
 * const job = aggregate({
 *   name: 'ledger',
 *   input: csv({ account_id: 'text', amount: 'decimal(2)' }),
 *   groupBy: { account: 'account_id' },
 *   values: { balance: sum('amount'), transactions: count() },
 *   output: csvRows(['account', 'balance', 'transactions']),
 * });
 * job.shape; // → 'keyed'
 * ```
 */
export function aggregate<
  const C extends ColumnTypes,
  const G extends GroupBy<C>,
  const V extends Values<C>,
  const S extends ParamSpecs = None,
>(job: BareAggregate<C, G, V, S>): Job;
export function aggregate<
  const C extends ColumnTypes,
  const G extends GroupBy<C>,
  const V extends Values<C>,
  Out,
  const S extends ParamSpecs = None,
>(job: FinishedAggregate<C, G, V, Out, S>): Job;
export function aggregate<
  const C extends ColumnTypes,
  const G extends GroupBy<C>,
  const V extends Values<C>,
  Row,
  const S extends ParamSpecs = None,
>(job: ReducedAggregate<C, G, V, Row, S>): Job;
export function aggregate(given: object): Job {
  const { groupBy, values, reduce, ...others }: Given = given;
  const columns = others.input?.columns ?? {};
  const wrong: string[] = [];
  if (others.input?.columns === undefined) wrong.push('`input` must have columns, as words() and csv({ … }) do');
  if (others.map ?? others.combine) wrong.push('`map` and `combine` are for defineJob');
  const aggregation: Aggregation = {
    groups: groupsOf(groupBy, columns, wrong),
    each: isEach(groupBy),
    values: valuesOf(values, columns, wrong),
    bare: reduce === undefined && others.finish === undefined,
  };
  wrong.push(...missingCells(aggregation, others.output?.columns, wrong));
  const row = rowOf(aggregation);
  const functions = {
    map: mapOf(aggregation),
    combine: combineOf(aggregation),
    reduce: reduce === undefined ? row : reduceOf(reduce, row),
  };
  return makeJob({ ...others, ...functions }, wrong, { aggregation });
}

type Reduce = (row: unknown, context: ResultContext<ParamRecord>) => unknown;
type Given = Partial<Omit<Job, 'reduce'>> & {
  readonly groupBy?: unknown;
  readonly values?: unknown;
  readonly reduce?: Reduce;
};

const reduceOf =
  (reduce: Reduce, row: (key: string, value: unknown) => unknown): Job['reduce'] =>
  (key, value, context) =>
    reduce(row(key, value), context);

const isEach = (groupBy: unknown): groupBy is AnyEach =>
  typeof groupBy === 'object' && groupBy !== null && 'each' in groupBy && Array.isArray(groupBy.each);

function groupsOf(groupBy: unknown, columns: ColumnTypes, wrong: string[]): Group[] {
  if (!isEach(groupBy)) {
    const named = typeof groupBy === 'string' ? [[groupBy, groupBy]] : Object.entries(groupBy ?? {});
    if (named.length !== 1) wrong.push('`groupBy` must be a column, { name: column }, or each(…)');
    if (named[0]?.[0] === 'filled') wrong.push('`groupBy`: filled(…) stands within each(…)');
    return named.map(([name, column]) => groupOf(name, column, false));
  }
  const { each } = groupBy;
  if (each.length === 0 || each.length > GROUPS_MAX) wrong.push(`each() takes 1 to ${GROUPS_MAX} columns`);
  return each.map((one) =>
    typeof one === 'string' ? groupOf(one, one, false) : groupOf(one.filled, one.filled, true),
  );

  function groupOf(name: unknown, column: unknown, filled: boolean): Group {
    const type = typeOf(columns, column, '`groupBy`', wrong) ?? 'text';
    if (isOptional(type) && !filled) {
      wrong.push(`\`groupBy\`: ${column} may be missing, which is no group: give each(filled('${column}'))`);
    }
    return { name: String(name), column: String(column), type, filled };
  }
}

/** Columns of the output that rows which stay as they are do not have. */
function missingCells(
  { groups: [group], each, values, bare }: Aggregation,
  columns: readonly string[] | undefined,
  wrongBefore: readonly string[],
): string[] {
  if (!bare || columns === undefined || wrongBefore.length > 0) return []; // what is misspelt would be told twice
  const cells = [...(each ? ['group', 'value'] : [group?.name ?? '']), ...values.map(({ name }) => name)];
  const missing = columns.filter((column) => !cells.includes(column));
  return missing.map((column) => `\`output\`: a row has no ${column}, but ${cells.join(', ')}`);
}

const KINDS = ['count', 'sum', 'min', 'max'] as const;

function valuesOf(values: unknown, columns: ColumnTypes, wrong: string[]): GroupValue[] {
  const named: [string, Partial<GroupValue> | undefined][] = Object.entries(values ?? {});
  if (named.length === 0 || named.length > VALUES_MAX) wrong.push(`\`values\` must name 1 to ${VALUES_MAX} values`);
  return named.flatMap(([name, value]): GroupValue[] => {
    const what = `value ${name}`;
    const kind = KINDS.find((known) => known === value?.kind);
    if (kind === undefined) wrong.push(`${what} must be count(), or sum, min or max of a column`);
    if (kind === undefined) return [];
    if (kind === 'count' && value?.column === undefined) return [{ name, kind, column: '', type: 'integer' }];
    const type = typeOf(columns, value?.column, what, wrong);
    if (type === undefined) return [];
    const present = presentType(type);
    if (kind === 'count' && !isOptional(type)) {
      wrong.push(
        `${what}: ${value?.column} is never missing: ask for count()${Array.isArray(type) ? '' : `, or declare it '${type}?'`}`,
      );
    }
    if (kind !== 'count' && (Array.isArray(type) || (kind === 'sum' && present === 'text'))) {
      wrong.push(
        `${what}: ${kind} of the column ${value?.column}, which holds ${present === 'text' ? 'text' : 'lists'}`,
      );
    }
    return [{ name, kind, column: String(value?.column), type }];
  });
}

function typeOf(columns: ColumnTypes, column: unknown, what: string, wrong: string[]): ColumnType | undefined {
  const type = typeof column === 'string' && Object.hasOwn(columns, column) ? columns[column] : undefined;
  if (type === undefined) {
    wrong.push(`${what}: there is no column ${String(column)}, but ${Object.keys(columns).join(', ') || 'none'}`);
  }
  return type;
}
