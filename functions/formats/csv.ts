import { asBuffer } from '../core/bytes.ts';
import type { Header } from '../core/plan.ts';
import { setMember } from '../core/set-member.ts';
import { IN, OUT } from '../core/two-state.ts';
import { assert, FanfoldError } from '../errors.ts';
import { columnReaders, type ReadField, Refusal } from './csv-column-readers.ts';
import type { CsvColumns, CsvRecord } from './csv-columns.ts';
import { headerInvalid, headerOfNames, list, readHeader } from './csv-header.ts';
import { CsvLane, type CsvShape, type ReadRow } from './csv-lane.ts';
import { CsvReader } from './csv-reader.ts';
import type { Format, RecordSink, Span, TwoStateFormat, TwoStateSink } from './format.ts';
import { type RecordLimit, recordLimit } from './record-limit.ts';
import { ShortTexts } from './short-texts.ts';
import { type LanePair, TwoLaneReader } from './two-lane-reader.ts';

export interface CsvOptions extends RecordLimit {
  /** Whether the first record of each object names its columns. Without, the columns stand in the order given. @default true */
  readonly header?: boolean;
  /** What stands between fields: one ASCII character, not a line end. @default ',' */
  readonly delimiter?: string;
  /**
   * What stands around a field that holds delimiters, quotes or line ends: one ASCII character, another one, and none that
   * numbers are written with.
   *
   * @default '"'
   */
  readonly quote?: string;
  /** Whether several workers may share an object: 'never' lets one read all of it. @default 'anywhere' */
  readonly cut?: 'anywhere' | 'never';
}

/**
 * Reads CSV (RFC 4180): quoted fields may hold delimiters, doubled quotes and line breaks; lines end in LF or CRLF.
 *
 * Objects are cut wherever it suits, and every record is read once: `map` may then be called with rows that no reading of
 * the whole object would give, and what it yields or throws for them counts for nothing.
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
  const { header = true, cut = 'anywhere' } = options;
  const readers = columns === undefined ? undefined : columnReaders(columns);
  const dialect = { delimiter: asciiByte('delimiter', options.delimiter ?? ','), quote: quoteByte(options) };
  const shape: CsvShape<unknown> = {
    ...dialect,
    recordBytesMax: recordLimit('csv()', options),
    rows: readers === undefined ? mapRows : (found) => typedRows(found, readers),
  };
  const given = header ? undefined : headerGiven(readers);
  if (cut !== 'anywhere' && cut !== 'never') throw jobInvalid(`cut is ${JSON.stringify(cut)}`, CUT_FIX);
  const texts = new ShortTexts();
  const open = (span: Span, sink: RecordSink<unknown>) =>
    new CsvReader(span, (recordAt, end) => new CsvLane({ recordAt }, end, shape, texts, given, sink));
  const twoState: TwoStateFormat<unknown> = {
    needsHeader: header,
    header: (first) => readHeader(asBuffer(first), dialect, texts, (found) => wanted(shape, readers, found)),
    open: (span, found, sink) =>
      span.start === 0 ? open(span, sink.body()) : openRange(span, shape, texts, found ?? given, sink),
  };
  return {
    kind: 'csv',
    cut,
    megabytesPerSecond: 30,
    ...(columns === undefined ? {} : { columns }),
    ...(cut === 'anywhere' ? { twoState } : {}),
    open,
  };
}

const CUT_FIX = "Give 'anywhere' or 'never'.";

/** Both lanes of a range. */
function openRange(
  span: Span,
  shape: CsvShape<unknown>,
  texts: ShortTexts,
  header: Header | undefined,
  sink: TwoStateSink<unknown>,
): TwoLaneReader {
  assert(header !== undefined, 'a range of CSV came without the header of its object');
  const open = (recordAt: number): LanePair => {
    const out = new CsvLane({ recordAt }, span.end, shape, texts, header, sink.heads[OUT]);
    const in_ = new CsvLane('within quotes', span.end, shape, texts, header, sink.heads[IN]);
    return {
      out,
      in: in_,
      met: () => out.deliverTo(sink.body()),
      lost: (state, error) => sink.lost(state, error),
      isOver: (state) => sink.isOver(state),
    };
  };
  return new TwoLaneReader(span, { recordBytesMax: shape.recordBytesMax, open });
}

/** The columns that the job names, for want of a header. */
function headerGiven(readers: ReadonlyMap<string, ReadField> | undefined): Header {
  if (readers === undefined) throw jobInvalid('header: false needs columns', 'Name the columns, in order.');
  const names = [...readers.keys()];
  // JavaScript puts such names first, in the order of the numbers, wherever they were written.
  if (!names.some((name) => /^\d+$/.test(name))) return headerOfNames(names);
  throw jobInvalid(
    'header: false takes the order of the columns, which numbers as names do not keep',
    'Name them otherwise.',
  );
}

/** Which names of a header the job asks for; undefined: all. Throws FANFOLD_INPUT_INVALID for one that does not do. */
function wanted(shape: CsvShape<unknown>, readers: ReadonlyMap<string, ReadField> | undefined, header: Header) {
  shape.rows(header);
  return readers === undefined ? undefined : [...readers.keys()];
}

const mapRows =
  ({ names }: Header): ReadRow<ReadonlyMap<string, string>> =>
  (fields) => {
    const row = new Map<string, string>();
    for (const [column, name] of names) row.set(name, fields.text(column));
    return row;
  };

function typedRows({ names }: Header, readers: ReadonlyMap<string, ReadField>): ReadRow<object> {
  const columns = new Map(names.map(([index, name]) => [name, index]));
  const missing = [...readers.keys()].filter((name) => !columns.has(name));
  if (missing.length > 0) {
    throw headerInvalid(`the header lacks ${list(missing)}; it has ${list([...columns.keys()])}`);
  }
  const used = [...readers].map(([name, read]) => ({ name, read, index: columns.get(name) ?? 0 }));
  return (fields) => {
    const row: { [name: string]: unknown } = {};
    for (const { name, read, index } of used) {
      const value = read(fields, index);
      if (value instanceof Refusal) return value;
      setMember(row, name, value);
    }
    return row;
  };
}

function quoteByte({ quote = '"', delimiter = ',' }: CsvOptions): number {
  const byte = asciiByte('quote', quote);
  if (IN_NUMBERS.test(quote)) {
    throw jobInvalid(`the quote is ${JSON.stringify(quote)}, which numbers are written with`, 'Give another one.');
  }
  if (quote !== delimiter) return byte;
  throw jobInvalid(`the delimiter and the quote are both ${JSON.stringify(quote)}`, 'Give two characters that differ.');
}

/** A quote that numbers are written with would be a part of some. */
const IN_NUMBERS = /[\d+.-]/;

function asciiByte(what: string, character: string): number {
  const code = character.length === 1 ? character.charCodeAt(0) : 0x80;
  if (code < 0x80 && character !== '\n' && character !== '\r') return code;
  throw jobInvalid(`the ${what} is ${JSON.stringify(character)}`, 'Give one ASCII character, not a line end.');
}

function jobInvalid(what: string, fix: string): FanfoldError {
  return new FanfoldError('FANFOLD_JOB_INVALID', `csv(): ${what}`, { fix });
}
