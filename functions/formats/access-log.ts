import { FanfoldError } from '../errors.ts';
import { AccessLogLine, Field } from './access-log-line.ts';
import type { Format } from './format.ts';
import { LineReader, type OnLine } from './line-reader.ts';
import { type RecordLimit, recordLimit } from './record-limit.ts';
import { ShortTexts } from './short-texts.ts';

/** A line of an access log. Texts are as they stand in the log: `-` where there was nothing, `\"` for a quote. */
export interface AccessLogRecord {
  readonly host: string;
  readonly ident: string;
  readonly user: string;
  /** ISO 8601 with the offset that the line has: `2000-10-10T13:55:36-07:00`. */
  readonly time: string;
  /** The time as far as its hour: `2000-10-10T13`. */
  readonly hour: string;
  /** The whole first line of the request. */
  readonly request: string;
  /** Parts of the request, all of them empty where it is not `method path`, with or without a protocol behind. */
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly protocol: string;
  /** 100 to 999. */
  readonly status: number;
  /** What was sent, without headers; 0 where the log has `-`. */
  readonly bytes: number;
  readonly referer: string;
  readonly agent: string;
}

/**
 * Reads access logs in the combined format of Apache, which nginx writes too:
 * `%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-agent}i"`.
 *
 * A record has the fields that are named, or all of them; the fewer, the faster. Within quotes a backslash keeps a quote
 * from closing. A line that is anything else is a bad record, also an empty one and one with more behind the user agent.
 *
 * @throws FANFOLD_JOB_INVALID for a field that does not exist; FANFOLD_RECORD_TOO_LONG, while reading, for a line over
 * `recordBytesMax`.
 * @see https://httpd.apache.org/docs/2.4/logs.html#combined
 * @example
 * ```ts
 * const job = defineJob({
 *   name: 'errors-by-host',
 *   input: accessLog(['host', 'status']),
 *   *map({ host, status }) { if (status >= 500) yield [host, 1]; },
 *   combine: sum,
 *   output: csvRows(['key', 'value']),
 * });
 * job.shape; // → 'keyed'
 * ```
 */
export function accessLog<const F extends keyof AccessLogRecord = keyof AccessLogRecord>(
  fields?: readonly F[],
  options: RecordLimit = {},
): Format<
  { readonly [K in F]: AccessLogRecord[K] },
  { readonly [K in F]: AccessLogRecord[K] extends number ? 'integer' : 'text' }
> {
  const recordBytesMax = recordLimit('accessLog()', options);
  const names = fieldNames(fields);
  const texts = new ShortTexts();
  return {
    kind: 'access-log',
    cut: 'anywhere',
    megabytesPerSecond: 60,
    columns: columnsOf<F>(names),
    open(span, sink) {
      const line = new AccessLogLine();
      const onLine: OnLine = (bytes, start, end, offset) => {
        const fault = line.scan(bytes, start, end);
        if (fault === undefined) sink.record(recordOf<F>(names, line, bytes, texts), offset, end - start);
        else sink.bad(`not in the combined log format: ${fault}`, offset, bytes.subarray(start, end));
      };
      return new LineReader(span, recordBytesMax, onLine, sink.bulk);
    },
  };
}

type Name = keyof typeof Field;

function fieldNames(given: readonly string[] | undefined): Name[] {
  const known = Object.keys(Field) as Name[];
  if (given === undefined) return known;
  const strange = given.filter((name) => !Object.hasOwn(Field, name));
  if (strange.length === 0 && given.length > 0) return known.filter((name) => given.includes(name));
  const what = strange.length === 0 ? 'no field is named' : `there is no field ${strange.join(', ')}`;
  throw new FanfoldError('FANFOLD_JOB_INVALID', `accessLog(): ${what}`, {
    fix: `Name some of ${known.join(', ')}; or leave the list out for all of them.`,
  });
}

function columnsOf<F extends Name>(names: readonly Name[]) {
  const types = names.map((name) => [name, name === 'status' || name === 'bytes' ? 'integer' : 'text']);
  return Object.fromEntries(types) as { [K in F]: AccessLogRecord[K] extends number ? 'integer' : 'text' }; // as the interface says
}

function recordOf<F extends Name>(names: readonly Name[], line: AccessLogLine, bytes: Buffer, texts: ShortTexts) {
  const record: { [name: string]: string | number } = {};
  const { bounds } = line;
  for (const name of names) {
    const at = 2 * Field[name];
    if (name === 'time' || name === 'hour' || name === 'status' || name === 'bytes') record[name] = line[name];
    else record[name] = texts.text(bytes, bounds[at] as number, bounds[at + 1] as number); // `scan` set them
  }
  return record as { [K in F]: AccessLogRecord[K] }; // the names are those of F, and each got what it is to hold
}
