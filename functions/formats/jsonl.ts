import type { StandardSchemaV1 } from '@standard-schema/spec';
import { FanfoldError } from '../errors.ts';
import type { Format, RecordSink } from './format.ts';
import { isJsonColumn, type JsonColumns, type JsonRecord, type Judged, jsonReader } from './json-columns.ts';
import { LineReader, lineText, type OnLine } from './line-reader.ts';
import { type JsonValue, parseJson } from './parse-json.ts';
import { type RecordLimit, recordLimit } from './record-limit.ts';

/**
 * Reads JSON Lines: a record is the value of a line. Blank lines are skipped, and a byte order mark at the very start.
 *
 * With a schema (any Standard Schema: zod, valibot, arktype …) records have its output type, and a line that it refuses
 * is a bad record. With columns (`{ tags: ['text'], likes: 'integer' }`) they are objects of these members, which must be
 * there and of their type; others are passed over. Where a type ends in `?` the member may be missing, or null. With neither they are whatever JSON holds. Integers beyond ±(2^53 - 1)
 * come as bigint, never rounded.
 *
 * @throws FANFOLD_RECORD_TOO_LONG, while reading, for a line over `recordBytesMax`; FANFOLD_JOB_ERROR for a schema that
 * throws or validates asynchronously.
 * @example
 * ```ts
 * const job = defineJob({
 *   name: 'tags',
 *   input: jsonl(z.object({ tags: z.array(z.string()) })),
 *   *map({ tags }) { for (const tag of tags) yield [tag, 1]; },
 *   combine: sum,
 *   output: jsonRows(),
 * });
 * job.shape; // → 'keyed'
 * ```
 */
export function jsonl(schema?: undefined, options?: RecordLimit): Format<JsonValue>;
export function jsonl<S extends StandardSchemaV1>(
  schema: S,
  options?: RecordLimit,
): Format<StandardSchemaV1.InferOutput<S>>;
export function jsonl<const C extends JsonColumns>(columns: C, options?: RecordLimit): Format<JsonRecord<C>, C>;
export function jsonl(needed?: StandardSchemaV1 | JsonColumns, options: RecordLimit = {}): Format<unknown> {
  const recordBytesMax = recordLimit('jsonl()', options);
  const { judge, columns } = judgeOf(needed);
  return {
    kind: 'jsonl',
    cut: 'anywhere',
    megabytesPerSecond: 30,
    ...(columns === undefined ? {} : { columns }),
    open: (span, sink) => new LineReader(span, recordBytesMax, onLine(sink, judge), sink.bulk),
  };
}

type Standard = StandardSchemaV1.Props;
type Judge = (value: JsonValue, offset: number) => Judged;

function judgeOf(needed: StandardSchemaV1 | JsonColumns | undefined): { judge: Judge; columns?: JsonColumns } {
  if (needed === undefined) return { judge: (record) => ({ record }) };
  if (isColumns(needed)) return { judge: jsonReader(needed), columns: needed };
  const standard = needed['~standard'];
  if (typeof standard?.validate !== 'function') throw notASchema();
  return {
    judge(value, offset) {
      const result = checked(standard, value, offset);
      return result.issues ? { bad: reasonOf(result.issues) } : { record: result.value };
    },
  };
}

/** Members by their types; a schema is something else, and other things are neither. */
function isColumns(needed: StandardSchemaV1 | JsonColumns): needed is JsonColumns {
  const types = typeof needed === 'object' && needed !== null ? Object.values(needed) : [];
  return types.length > 0 && types.every(isJsonColumn);
}

function onLine(sink: RecordSink<unknown>, judge: Judge): OnLine {
  return (bytes, start, end, offset, valid) => {
    const from = offset === 0 && startsWithMark(bytes, start, end) ? start + 3 : start;
    if (isBlank(bytes, from, end)) return;
    const text = lineText(bytes, from, end, valid);
    let value: JsonValue;
    try {
      value = parseJson(text);
    } catch (error) {
      return sink.bad(
        `not JSON: ${error instanceof Error ? error.message : error}`,
        offset,
        bytes.subarray(start, end),
      );
    }
    const judged = judge(value, offset);
    if ('record' in judged) sink.record(judged.record, offset, end - start);
    else sink.bad(judged.bad, offset, bytes.subarray(start, end));
  };
}

const startsWithMark = (bytes: Buffer, start: number, end: number) =>
  end - start >= 3 && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf;

function isBlank(bytes: Buffer, start: number, end: number): boolean {
  let i = start;
  while (i < end && (bytes[i] === 0x20 || bytes[i] === 0x09 || bytes[i] === 0x0d)) i++;
  return i === end;
}

function checked(standard: Standard, value: unknown, offset: number): StandardSchemaV1.Result<unknown> {
  let result: ReturnType<Standard['validate']>;
  try {
    result = standard.validate(value);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw jobError(`The schema of jsonl() threw at byte ${offset}: ${message}`, 'Correct the schema.', offset, cause);
  }
  if (!('then' in result)) return result;
  result.catch(() => {}); // its answer is of no use, and must not end the process
  const fix = 'Use checks that answer at once; what needs waiting does not belong in a record.';
  throw jobError('The schema of jsonl() validates asynchronously', fix, offset);
}

const ISSUES_TOLD_MAX = 3;

function reasonOf(issues: readonly StandardSchemaV1.Issue[]): string {
  const told = issues.slice(0, ISSUES_TOLD_MAX).map(({ message, path = [] }) => {
    const where = path.map((step) => String(typeof step === 'object' ? step.key : step)).join('.');
    return where === '' ? message : `${where}: ${message}`;
  });
  if (issues.length > ISSUES_TOLD_MAX) told.push(`${issues.length - ISSUES_TOLD_MAX} more`);
  return told.length === 0 ? 'refused by the schema' : told.join('; ');
}

function jobError(message: string, fix: string, offset: number, cause?: unknown): FanfoldError {
  return new FanfoldError('FANFOLD_JOB_ERROR', message, { fix, offset, cause });
}

function notASchema(): FanfoldError {
  return new FanfoldError('FANFOLD_JOB_INVALID', 'jsonl(): what was given is neither columns nor a schema', {
    fix: "Give members with their types, 'text', 'integer', 'number', the same with a ? if it may be missing, or ['text']; or a Standard Schema, such as z.object({ … }); or nothing.",
  });
}
