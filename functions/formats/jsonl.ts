import type { StandardSchemaV1 } from '@standard-schema/spec';
import { FanfoldError } from '../errors.ts';
import type { Format, RecordSink } from './format.ts';
import { LineReader, lineText, type OnLine } from './line-reader.ts';
import { type JsonValue, parseJson } from './parse-json.ts';
import { type RecordLimit, recordLimit } from './record-limit.ts';

/**
 * Reads JSON Lines: a record is the value of a line. Blank lines are skipped, and a byte order mark at the very start.
 *
 * With a schema (any Standard Schema: zod, valibot, arktype …) records have its output type, and a line that it refuses
 * is a bad record; without one they are whatever JSON holds. Integers beyond ±(2^53 - 1) come as bigint, never rounded.
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
export function jsonl(schema?: StandardSchemaV1, options: RecordLimit = {}): Format<unknown> {
  const recordBytesMax = recordLimit('jsonl()', options);
  const standard = schema?.['~standard'];
  if (schema !== undefined && typeof standard?.validate !== 'function') throw notASchema();
  return {
    kind: 'jsonl',
    cut: 'anywhere',
    megabytesPerSecond: 30,
    open: (span, sink) => new LineReader(span, recordBytesMax, onLine(sink, standard)),
  };
}

type Standard = StandardSchemaV1.Props;

function onLine(sink: RecordSink<unknown>, standard: Standard | undefined): OnLine {
  return (bytes, start, end, offset, valid) => {
    const from = offset === 0 && startsWithMark(bytes, start, end) ? start + 3 : start;
    if (isBlank(bytes, from, end)) return;
    const text = lineText(bytes, from, end, valid);
    let value: unknown;
    try {
      value = parseJson(text);
    } catch (error) {
      return sink.bad(
        `not JSON: ${error instanceof Error ? error.message : error}`,
        offset,
        bytes.subarray(start, end),
      );
    }
    if (standard === undefined) return sink.record(value, offset, end - start);
    const result = checked(standard, value, offset);
    if (result.issues) sink.bad(reasonOf(result.issues), offset, bytes.subarray(start, end));
    else sink.record(result.value, offset, end - start);
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
  return new FanfoldError('FANFOLD_JOB_INVALID', 'jsonl(): what was given is not a schema', {
    fix: 'Give a Standard Schema, such as z.object({ … }) of zod or v.object({ … }) of valibot, or nothing.',
  });
}
