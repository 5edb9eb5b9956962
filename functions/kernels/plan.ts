/** What kernels can do of a job. */
import { type Aggregation, scaleOf } from '../aggregation.ts';
import type { ByteRecords } from '../formats/format.ts';
import type { Job } from '../job.ts';
import type { KernelExports } from './kernel.ts';

/** What one call of a kernel reads. Ours: it fits a core's cache together with the hottest groups, and hides the call. */
export const READ_BYTES = 128 * 1024;
/** Records as long as this reach a kernel: a format must allow them. */
const RECORD_BYTES_MIN = 2 * READ_BYTES;

/** Of functions/kernels/assembly/values.ts. */
const KINDS = { count: 0, sum: 1, min: 2, max: 3 } as const;
const VALUES_MAX = 16;
/** Of functions/kernels/assembly/rows.ts. */
const KEY_COLUMN = 255;

export type ValueKinds = readonly (typeof KINDS)[keyof typeof KINDS][];

/** How the records of a chunk are read and grouped. */
export interface ChunkPlan {
  readonly values: ValueKinds;
  readonly records: ByteRecords<unknown>;
}

/** How pairs are merged; undefined for values that are no exact numbers. */
export function valueKinds({ aggregation }: Job): ValueKinds | undefined {
  if (aggregation === undefined) return undefined;
  const { values } = aggregation;
  const exact = values.every(({ kind, type }) => kind === 'count' || scaleOf(type) !== undefined);
  return exact && values.length <= VALUES_MAX ? values.map(({ kind }) => KINDS[kind]) : undefined;
}

/** How a chunk is read; undefined where only the plain path can. */
export function chunkPlan(job: Job): ChunkPlan | undefined {
  const { records, kind } = job.input;
  const values = valueKinds(job);
  if (values === undefined || records === undefined || kind !== 'words') return undefined;
  return records.recordBytesMax < RECORD_BYTES_MIN ? undefined : { values, records };
}

/** A column of the result: the group, or a value with its decimals. */
export interface RowColumn {
  readonly value: number;
  readonly scale: number;
}

/** How rows are written; undefined where only the job's output can. */
export function rowColumns({ aggregation, output }: Job): readonly RowColumn[] | undefined {
  if (!aggregation?.bare || output.columns === undefined) return undefined;
  const columns = output.columns.map((name) => rowColumn(aggregation, name));
  return columns.every((column) => column !== undefined) ? columns : undefined;
}

function rowColumn({ group, values }: Aggregation, name: string): RowColumn | undefined {
  if (name === group.name) return { value: KEY_COLUMN, scale: 0 };
  const value = values.findIndex((one) => one.name === name);
  const { type, kind } = values[value] ?? {};
  const scale = kind === 'count' || type === undefined ? 0 : scaleOf(type);
  return value < 0 || scale === undefined ? undefined : { value, scale };
}

export function setValues(exports: KernelExports, kinds: ValueKinds): void {
  exports.clearValues();
  for (const kind of kinds) exports.addValue(kind);
}
