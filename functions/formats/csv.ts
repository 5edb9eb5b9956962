import { FanfoldError } from '../errors.ts';
import { type CsvColumns, type CsvRecord, columnReaders, type ReadField, Refusal } from './csv-columns.ts';
import { CsvReader, type CsvShape, headerInvalid, list, type ReadRow } from './csv-reader.ts';
import type { Format } from './format.ts';
import { type RecordLimit, recordLimit } from './record-limit.ts';
import { ShortTexts } from './short-texts.ts';

export interface CsvOptions extends RecordLimit {
  /** Whether the first record of each object names its columns. Without, the columns stand in the order given. @default true */
  readonly header?: boolean;
  /** What stands between fields: one ASCII character, not a quote or a line end. @default ',' */
  readonly delimiter?: string;
}

/**
 * Reads CSV (RFC 4180): quoted fields may hold delimiters, doubled quotes and line breaks; lines end in LF or CRLF.
 *
 * With columns a record is an object of them, typed; they are found by name in each object's header, in any order, and
 * others are passed over. Without, it is a Map of strings in the order of the header. A record is bad when a value is not
 * of its column's type, when it has more or fewer columns than the header, or when its quotes are malformed.
 *
 * @throws FANFOLD_INPUT_INVALID, while reading, for a header that lacks a column or names one twice;
 * FANFOLD_RECORD_TOO_LONG for a record over `recordBytesMax`.
 * @example
 * ```ts
 * const job = defineJob({
 *   name: 'ledger',
 *   input: csv({ account_id: 'text', amount: 'decimal(2)' }),
 *   *map({ account_id, amount }) { yield [account_id, amount]; },
 *   combine: sum,
 *   reduce: (account, cents) => ({ account, balance: decimal(cents, 2) }),
 *   output: csvRows(['account', 'balance']),
 * });
 * job.shape; // → 'keyed'
 * ```
 */
export function csv(
  columns?: undefined,
  options?: CsvOptions & { readonly header?: true },
): Format<ReadonlyMap<string, string>>;
export function csv<const C extends CsvColumns>(columns: C, options?: CsvOptions): Format<CsvRecord<C>, C>;
export function csv(columns?: CsvColumns, options: CsvOptions = {}): Format<unknown> {
  const header = options.header ?? true;
  if (columns === undefined && !header) throw jobInvalid('header: false needs columns', 'Name the columns, in order.');
  // JavaScript puts such names first, in the order of the numbers, wherever they were written.
  if (!header && Object.keys(columns ?? {}).some((name) => /^\d+$/.test(name))) {
    throw jobInvalid(
      'header: false takes the order of the columns, which numbers as names do not keep',
      'Name them otherwise.',
    );
  }
  const readers = columns === undefined ? undefined : columnReaders(columns);
  const shape: CsvShape<unknown> = {
    delimiter: delimiterByte(options.delimiter ?? ','),
    recordBytesMax: recordLimit('csv()', options),
    columns: header || readers === undefined ? undefined : [...readers.keys()],
    rows: readers === undefined ? mapRows : (names) => typedRows(names, readers),
  };
  const texts = new ShortTexts();
  return {
    kind: 'csv',
    cut: 'never',
    megabytesPerSecond: 30,
    ...(columns === undefined ? {} : { columns }),
    open: (span, sink) => new CsvReader(span, shape, texts, sink),
  };
}

const mapRows =
  (names: readonly string[]): ReadRow<ReadonlyMap<string, string>> =>
  (fields) => {
    const row = new Map<string, string>();
    for (let column = 0; column < names.length; column++) row.set(names[column] ?? '', fields.text(column));
    return row;
  };

function typedRows(names: readonly string[], readers: ReadonlyMap<string, ReadField>): ReadRow<object> {
  const missing = [...readers.keys()].filter((name) => !names.includes(name));
  if (missing.length > 0) throw headerInvalid(`the header lacks ${list(missing)}; it has ${list(names)}`);
  const used = [...readers].map(([name, read]) => ({ name, read, index: names.indexOf(name) }));
  return (fields) => {
    const row: { [name: string]: unknown } = {};
    for (const { name, read, index } of used) {
      const value = read(fields, index);
      if (value instanceof Refusal) return value;
      if (name !== '__proto__') row[name] = value;
      else Object.defineProperty(row, name, { value, enumerable: true });
    }
    return row;
  };
}

function delimiterByte(delimiter: string): number {
  const code = delimiter.length === 1 ? delimiter.charCodeAt(0) : 0x80;
  if (code < 0x80 && !'"\n\r'.includes(delimiter)) return code;
  throw jobInvalid(
    `the delimiter is ${JSON.stringify(delimiter)}`,
    'Give one ASCII character, not a quote or a line end.',
  );
}

function jobInvalid(what: string, fix: string): FanfoldError {
  return new FanfoldError('FANFOLD_JOB_INVALID', `csv(): ${what}`, { fix });
}
