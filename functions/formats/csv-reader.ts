import { asBuffer } from '../core/bytes.ts';
import { FanfoldError } from '../errors.ts';
import { Carry } from './carry.ts';
import { Refusal } from './csv-columns.ts';
import { CsvFields } from './csv-fields.ts';
import { CsvScanner } from './csv-scanner.ts';
import type { RecordReader, RecordSink, Span } from './format.ts';
import { recordTooLong } from './record-limit.ts';
import type { ShortTexts } from './short-texts.ts';

/** Makes a record of its fields. */
export type ReadRow<R> = (fields: CsvFields) => R | Refusal;

export interface CsvShape<R> {
  readonly delimiter: number;
  readonly recordBytesMax: number;
  /** The columns, if no header names them. */
  readonly columns: readonly string[] | undefined;
  /** How rows under these columns are read. Throws FANFOLD_INPUT_INVALID. */
  readonly rows: (columns: readonly string[]) => ReadRow<R>;
}

/** Reads a whole object of CSV: its header, then a record for every row. */
export class CsvReader<R> implements RecordReader {
  readonly #end: number;
  readonly #shape: CsvShape<R>;
  readonly #sink: RecordSink<R>;
  readonly #scanner: CsvScanner;
  readonly #fields: CsvFields;
  readonly #carry = new Carry();
  #readRow: ReadRow<R> | undefined;
  #columns = 0;
  /** The first bytes, until it is known whether they are a byte order mark. */
  #first: Buffer | undefined = Buffer.alloc(0);
  /** Where the next byte that is scanned stands in the object. */
  #at = 0;
  #recordAt = 0;

  constructor(span: Span, shape: CsvShape<R>, texts: ShortTexts, sink: RecordSink<R>) {
    this.#end = span.end;
    this.#shape = shape;
    this.#sink = sink;
    this.#scanner = new CsvScanner(shape.delimiter);
    this.#fields = new CsvFields(this.#scanner, texts);
    if (shape.columns !== undefined) this.#setColumns(shape.columns);
  }

  push(block: Uint8Array): boolean {
    const bytes = asBuffer(block);
    if (this.#first === undefined) {
      this.#scan(bytes);
    } else {
      const missing = MARK.length - this.#first.length;
      this.#first = Buffer.concat([this.#first, bytes.subarray(0, missing)]);
      if (this.#first.length === MARK.length) {
        this.#scanFirst(this.#first);
        this.#scan(bytes.subarray(missing));
      }
    }
    // A row may end with the object instead of a line end: only `end` tells.
    return this.#at < this.#end || this.#recordAt < this.#at;
  }

  end(): void {
    if (this.#first !== undefined) this.#scanFirst(this.#first);
    if (!this.#scanner.end()) return;
    this.#row(this.#carry.bytes, 0);
    this.#carry.length = 0;
    this.#recordAt = this.#at;
    this.#scanner.reset();
  }

  bounds() {
    return { head: 0, tail: this.#at };
  }

  #scanFirst(first: Buffer): void {
    this.#first = undefined;
    if (!first.equals(MARK)) return this.#scan(first);
    this.#at = MARK.length;
    this.#recordAt = MARK.length;
  }

  #scan(bytes: Buffer): void {
    const base = this.#at;
    let from = 0;
    while (from < bytes.length) {
      const next = this.#scanner.next(bytes, from);
      if (next < 0) {
        this.#keep(bytes, from, bytes.length);
        break;
      }
      if (this.#carry.length > 0) {
        this.#keep(bytes, from, next);
        this.#row(this.#carry.bytes, 0);
        this.#carry.length = 0;
      } else {
        this.#row(bytes, from);
      }
      this.#scanner.reset();
      from = next;
      this.#recordAt = base + next;
    }
    this.#at = base + bytes.length;
  }

  #keep(bytes: Buffer, start: number, end: number): void {
    // Two bytes more than the limit may still be the `\r\n` of the record's end.
    const { recordBytesMax } = this.#shape;
    if (this.#carry.length + end - start > recordBytesMax + 2) throw recordTooLong(this.#recordAt, recordBytesMax);
    this.#carry.append(bytes, start, end);
  }

  #row(bytes: Buffer, at: number): void {
    const { columns, fault, bytes: length } = this.#scanner;
    if (length > this.#shape.recordBytesMax) throw recordTooLong(this.#recordAt, this.#shape.recordBytesMax);
    this.#fields.set(bytes, at);
    if (this.#readRow === undefined) return this.#header(fault);
    let reason: string | undefined = fault;
    if (columns !== this.#columns) reason ??= `${columns} columns instead of ${this.#columns}`;
    const row = reason === undefined ? this.#readRow(this.#fields) : new Refusal(reason);
    if (row instanceof Refusal) this.#sink.bad(row.reason, this.#recordAt, bytes.subarray(at, at + length));
    else this.#sink.record(row, this.#recordAt, length);
  }

  #header(fault: string | undefined): void {
    if (fault !== undefined) throw headerInvalid(`the header is malformed: ${fault}`);
    const names = Array.from({ length: this.#scanner.columns }, (_, column) => this.#fields.text(column));
    const seen = new Set<string>();
    const repeated = new Set(names.filter((name) => seen.size === seen.add(name).size));
    if (repeated.size > 0) throw headerInvalid(`the header names ${list([...repeated])} more than once`);
    this.#setColumns(names);
  }

  #setColumns(names: readonly string[]): void {
    this.#readRow = this.#shape.rows(names);
    this.#columns = names.length;
    this.#scanner.columnsMax = names.length;
  }
}

const MARK = Buffer.of(0xef, 0xbb, 0xbf);

/** Names for a message: as JSON, so that blanks show. */
export const list = (names: readonly string[]) => names.map((name) => JSON.stringify(name)).join(', ');

export function headerInvalid(what: string): FanfoldError {
  return new FanfoldError('FANFOLD_INPUT_INVALID', `In the CSV, ${what}`, {
    fix: 'Correct the first line of the object, or the columns and the delimiter that the job gives to csv().',
    offset: 0,
  });
}
