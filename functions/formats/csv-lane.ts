import type { Header } from '../core/plan.ts';
import { Carry } from './carry.ts';
import { Refusal } from './csv-column-readers.ts';
import { CsvFields } from './csv-fields.ts';
import { headerOf } from './csv-header.ts';
import { type CsvDialect, CsvScanner } from './csv-scanner.ts';
import type { Bulk, RecordSink } from './format.ts';
import { bulkFor, recordTooLong } from './record-limit.ts';
import type { ShortTexts } from './short-texts.ts';
import type { Lane } from './two-lane-reader.ts';

/** Makes a record of its fields. */
export type ReadRow<R> = (fields: CsvFields) => R | Refusal;

export interface CsvShape<R> extends CsvDialect {
  readonly recordBytesMax: number;
  /** How rows under a header are read. Throws FANFOLD_INPUT_INVALID. */
  readonly rows: (header: Header) => ReadRow<R>;
}

/** Where a lane begins: at a record, or within quotes of one that somebody else owns. */
export type LaneStart = { readonly recordAt: number } | 'within quotes';

/** Reads the records of CSV from one start on, block by block, until one starts at or after `end`. */
export class CsvLane<R> implements Lane {
  readonly #end: number;
  readonly #shape: CsvShape<R>;
  readonly #scanner: CsvScanner;
  readonly #fields: CsvFields;
  readonly #carry = new Carry();
  #sink: RecordSink<R>;
  /** What takes many rows at once; null until it is asked for. */
  #bulk: Bulk | undefined | null = null;
  #header: Header | undefined;
  #readRow: ReadRow<R> | undefined;
  #columns = 0;
  recordAt: number;

  /** @param header undefined where the first record is one */
  constructor(
    start: LaneStart,
    end: number,
    shape: CsvShape<R>,
    texts: ShortTexts,
    header: Header | undefined,
    sink: RecordSink<R>,
  ) {
    this.#end = end;
    this.#shape = shape;
    this.#sink = sink;
    this.#scanner = new CsvScanner(shape);
    this.#fields = new CsvFields(this.#scanner, texts);
    this.recordAt = start === 'within quotes' ? -1 : start.recordAt;
    if (start === 'within quotes') this.#scanner.resume();
    if (header !== undefined) this.#setHeader(header);
  }

  deliverTo(sink: RecordSink<R>): void {
    this.#sink = sink;
    this.#bulk = null;
  }

  step(block: Buffer, from: number, blockAt: number): number {
    const next = this.#scanner.next(block, from);
    if (next < 0) {
      this.#keep(block, from);
      return -1;
    }
    if (this.#carry.length > 0) {
      this.#keep(block.subarray(0, next), from);
      this.#row(this.#carry.bytes, 0);
      this.#carry.length = 0;
    } else {
      this.#row(block, from);
    }
    this.#scanner.reset();
    this.recordAt = blockAt + next;
    return next;
  }

  run(block: Buffer, from: number, blockAt: number): void {
    let next = from;
    let again = false;
    while (next >= 0 && this.recordAt < this.#end) {
      if (this.#bulk === null) this.#bulk = this.#offer();
      const bulk = this.#bulk;
      if (bulk !== undefined && this.#carry.length === 0) {
        const starts = Math.min(block.length, this.#end - blockAt);
        next = bulk.take(block, next, starts, again, blockAt);
        again = true;
        this.recordAt = blockAt + next;
        if (this.recordAt >= this.#end) return;
      }
      next = this.step(block, next, blockAt);
    }
  }

  finish(objectBytes: number): void {
    if (this.recordAt >= this.#end) return;
    if (this.#scanner.end()) this.#row(this.#carry.bytes, 0);
    this.recordAt = objectBytes;
  }

  #keep(block: Buffer, from: number): void {
    if (this.recordAt < 0) return;
    // Two bytes more than the limit may still be the `\r\n` of the record's end.
    const { recordBytesMax } = this.#shape;
    if (this.#carry.length + block.length - from > recordBytesMax + 2) {
      throw recordTooLong(this.recordAt, recordBytesMax);
    }
    this.#carry.append(block, from, block.length);
  }

  #row(bytes: Buffer, at: number): void {
    if (this.recordAt < 0) return;
    const { columns, fault, faultAt, bytes: length } = this.#scanner;
    if (length > this.#shape.recordBytesMax) throw recordTooLong(this.recordAt, this.#shape.recordBytesMax);
    this.#fields.set(bytes, at);
    if (this.#readRow === undefined) return this.#setHeader(headerOf(this.#scanner, this.#fields, this.recordAt));
    let row: R | Refusal;
    if (fault !== undefined) row = new Refusal(`${fault} at byte ${this.recordAt + faultAt}`);
    else if (columns !== this.#columns)
      row = new Refusal(`${columns} ${columns === 1 ? 'column' : 'columns'} instead of ${this.#columns}`);
    else row = this.#readRow(this.#fields);
    if (row instanceof Refusal) this.#sink.bad(row.reason, this.recordAt, bytes.subarray(at, at + length));
    else this.#sink.record(row, this.recordAt, length);
  }

  #setHeader(header: Header): void {
    this.#header = header;
    this.#bulk = null;
    this.#readRow = this.#shape.rows(header);
    this.#columns = header.columns;
    this.#scanner.columnsMax = header.columns;
  }

  /** Rows go to what takes many at once, if it can take these. */
  #offer(): Bulk | undefined {
    if (this.#header === undefined || this.recordAt < 0) return undefined;
    const bulk = bulkFor(this.#shape.recordBytesMax, this.#sink.bulk);
    return bulk?.rows(this.#shape, this.#header) ? bulk : undefined;
  }
}
