/** What kernels can do of a job. */
import type { Aggregation } from '../aggregation.ts';
import type { Combine } from '../core/growing.ts';
import { numberJoinOf } from '../core/joined-numbers.ts';
import { Field } from '../formats/access-log-line.ts';
import {
  type ColumnType,
  type ColumnTypes,
  isOptional,
  type Present,
  presentType,
  scaleOf,
} from '../formats/column-type.ts';
import type { Format } from '../formats/format.ts';
import type { Job } from '../job.ts';
import type { KernelExports } from './kernel.ts';

// Of functions/kernels/assembly/{values,record,rows,json}.ts.
const KINDS = { count: 0, sum: 1, min: 2, max: 3 } as const;
/** The same of what may be missing. */
const OPTIONAL_KINDS = { count: 8, sum: 9, min: 10, max: 11 } as const;
/** The same of numbers, and not of bigints. */
const NUMBER_KINDS = { sum: 5, min: 6, max: 7 } as const;
const VALUES_MAX = 16;
const FIELDS_MAX = 30;
const GROUPS_MAX = 10;
const KEY_COLUMN = 255;

type KindOf<K> = K[keyof K];
export type ValueKinds = readonly (
  | KindOf<typeof KINDS>
  | KindOf<typeof OPTIONAL_KINDS>
  | KindOf<typeof NUMBER_KINDS>
)[];

/** How values of pairs that a job's own code makes are joined: those that are numbers, and those that are bigints. */
export type NumberKinds = { readonly [form in 'number' | 'bigint']: ValueKinds };

/** Undefined where only `combine` itself can. */
export function numberKinds(combine: Combine): NumberKinds | undefined {
  const join = numberJoinOf(combine);
  return join && { number: [NUMBER_KINDS[join]], bigint: [KINDS[join]] };
}

/** A column of a record: which field it is, and what it holds. */
export interface PlannedColumn {
  readonly name: string;
  readonly field: number;
  readonly type: Present<ColumnType>;
  readonly optional: boolean;
}

/** How the records of a general job are read. */
export interface RecordPlan {
  readonly scan: 'accessLog' | 'jsonLines' | 'csvRows';
  /** All that a record has, in its order. */
  readonly columns: readonly PlannedColumn[];
}

/** How the records of a chunk are read and grouped. */
export interface ChunkPlan {
  readonly scan: RecordPlan['scan'] | 'words' | 'lines';
  readonly values: ValueKinds;
  /** The field of each value; that of a count means nothing. */
  readonly valueFields: readonly number[];
  readonly groups: readonly { readonly field: number; readonly filled: boolean; readonly fleeting: boolean }[];
  readonly numbered: boolean;
  /** All columns that the format checks, whether they are used or not. */
  readonly columns: readonly PlannedColumn[];
}

/** How pairs are merged; undefined for values that are no exact numbers. */
export function valueKinds({ aggregation }: Job): ValueKinds | undefined {
  if (aggregation === undefined) return undefined;
  const { values } = aggregation;
  const exact = values.every(({ kind, type }) => kind === 'count' || scaleOf(type) !== undefined);
  if (!exact || values.length > VALUES_MAX) return undefined;
  return values.map(({ kind, type }) => (isOptional(type) ? OPTIONAL_KINDS : KINDS)[kind]);
}

/** Whether all that a job does is to sort lines, so that a kernel can. */
export const sortsLines = ({ input, output, recordsSorted }: Job): boolean =>
  recordsSorted === true && input.kind === 'lines' && output.kind === 'text';

/** Whether kernels read the chunks of a job, unless a hash divides its result: then no code of the user's runs for them. */
export const kernelsTake = (job: Job): boolean => sortsLines(job) || chunkPlan(job) !== undefined;

const SCANS = {
  words: 'words',
  lines: 'lines',
  'access-log': 'accessLog',
  jsonl: 'jsonLines',
  csv: 'csvRows',
} as const satisfies { readonly [kind in Job['input']['kind']]?: ChunkPlan['scan'] };

/** How a chunk is read; undefined where only the plain path can. */
export function chunkPlan(job: Job): ChunkPlan | undefined {
  const { aggregation, input } = job;
  const values = valueKinds(job);
  const scan = scanOf(input.kind);
  if (aggregation === undefined || values === undefined || scan === undefined || input.columns === undefined) return;
  const columns = plannedColumns(scan, input.columns);
  const fieldOf = (name: string) => columns.find((column) => column.name === name)?.field ?? -1;
  const groups = aggregation.groups.map(({ column, type, filled }) => {
    const field = fieldOf(column);
    if (scan !== 'accessLog') return { field, filled, fleeting: false, text: presentType(type) === 'text' };
    // A status is written in one way only; a time in another than it has in the log, which only the hour is made of.
    return { field, filled, fleeting: column === 'hour', text: column !== 'time' && column !== 'bytes' };
  });
  const [only] = aggregation.groups;
  const list = scan === 'jsonLines' && !aggregation.each && Array.isArray(only?.type);
  // Numbers as groups are written in one way only: the plain path does that.
  if (!list && !groups.every(({ text }) => text)) return;
  const lists = columns.filter(({ type }) => Array.isArray(type));
  if (lists.length > (list ? 1 : 0) || columns.length > FIELDS_MAX || groups.length > GROUPS_MAX) return;
  const valueFields = aggregation.values.map(({ kind, column, type }) =>
    kind === 'count' && !isOptional(type) ? 0 : fieldOf(column),
  );
  return { scan, values, valueFields, groups, numbered: aggregation.each, columns };
}

/** How records are read of which `map` makes something; undefined where only the format can. */
export function recordPlan({ kind, columns: types }: Format<unknown>): RecordPlan | undefined {
  const scan = scanOf(kind);
  if (types === undefined || scan === undefined || scan === 'words' || scan === 'lines') return undefined;
  // The bytes of an hour do not stay; those of its time do.
  const isHour = ({ field }: PlannedColumn) => scan === 'accessLog' && field === Field.hour;
  const columns = plannedColumns(scan, types).map((column) =>
    isHour(column) ? { ...column, field: Field.time } : column,
  );
  const lists = columns.filter(({ type }) => Array.isArray(type));
  return lists.length > 1 || columns.length > FIELDS_MAX ? undefined : { scan, columns };
}

const scanOf = (kind: Job['input']['kind']): ChunkPlan['scan'] | undefined =>
  Object.hasOwn(SCANS, kind) ? SCANS[kind as keyof typeof SCANS] : undefined;

function plannedColumns(scan: ChunkPlan['scan'], columns: ColumnTypes): PlannedColumn[] {
  // a map, since a column may be called as members of all objects are
  const fields = new Map<string, number>(scan === 'accessLog' ? Object.entries(Field) : []);
  return Object.entries(columns).map(([name, type], i) => ({
    name,
    type: presentType(type),
    optional: isOptional(type),
    field: fields.get(name) ?? i,
  }));
}

/** A column of the result: the group, or a value with its decimals. */
export interface RowColumn {
  readonly value: number;
  readonly scale: number;
}

/** How rows are written; undefined where only the job's output can. */
export function rowColumns({ aggregation, output }: Job): readonly RowColumn[] | undefined {
  if (!aggregation?.bare || aggregation.each || output.columns === undefined) return undefined;
  const columns = output.columns.map((name) => rowColumn(aggregation, name));
  return columns.every((column) => column !== undefined) ? columns : undefined;
}

function rowColumn({ groups: [group], values }: Aggregation, name: string): RowColumn | undefined {
  if (name === group?.name) return { value: KEY_COLUMN, scale: 0 };
  const value = values.findIndex((one) => one.name === name);
  const { type, kind } = values[value] ?? {};
  const scale = kind === 'count' || type === undefined ? 0 : scaleOf(type);
  return value < 0 || scale === undefined ? undefined : { value, scale };
}

export function setValues(exports: KernelExports, kinds: ValueKinds): void {
  exports.clearValues();
  for (const kind of kinds) exports.addValue(kind);
}

export function setPlan(exports: KernelExports, plan: ChunkPlan): void {
  setValues(exports, plan.values);
  exports.openRecords(plan.numbered);
  for (const { field, filled, fleeting } of plan.groups) exports.addGroup(field, filled, fleeting);
  for (const field of plan.valueFields) exports.addValueField(field);
  exports.openTable();
}
