/** How bytes become records: the contract between a format and the worker. */

import type { Header } from '../core/plan.ts';
import type { Ends, State } from '../core/two-state.ts';
import type { FanfoldError } from '../errors.ts';
import type { ColumnTypes } from './column-type.ts';

/** Which records of an object a reader owns: those whose first byte lies in [start, end). Bytes. */
export interface Span {
  readonly start: number;
  /** `Infinity` where the size is not known: a compressed object, read whole. */
  readonly end: number;
}

/** Takes many records at once. */
export interface Bulk {
  /**
   * Takes records from `from` on, one after the other, which start before `starts`, and whose ends are among the bytes.
   * Where it stops: at a record that it leaves, for whatever reason, or where no more are to be taken.
   *
   * @param again the bytes are those of the call before
   * @param bytesAt where they start in the object
   */
  take(bytes: Uint8Array, from: number, starts: number, again: boolean, bytesAt: number): number;
  /** How the rows of CSV that follow are written, and what their columns are called. False: it can take none of them. */
  rows(dialect: { readonly delimiter: number; readonly quote: number }, header: Header): boolean;
}

/** Where a reader delivers. `offset` is the record's first byte in the object, `bytes` its length without line end. */
export interface RecordSink<R> {
  record(record: R, offset: number, bytes: number): void;
  /** A record that cannot be read: what is wrong, where it starts, and its bytes (a view: copy what is kept). */
  bad(reason: string, offset: number, raw: Uint8Array): void;
  /** Gets records before they are read; what it leaves is delivered here, and then it is asked again. */
  readonly bulk?: Bulk | undefined;
}

/**
 * Reads the records of one span, synchronously, block by block. The caller pushes the object's bytes in order, the
 * first of them at `max(0, span.start - 1)`: one byte back tells whether a record starts at `span.start`.
 */
export interface RecordReader {
  /** Takes the next bytes. `true`: wants more; `false`: every record of the span has been delivered. */
  push(block: Uint8Array): boolean;
  /** The object ends here: what is left is a last record without a line end. */
  end(): void;
  /**
   * Where this span's records really begin and end, so that neighbours can be proven to meet: `head` is the first
   * record start at or after `span.start`, `tail` the first at or after `span.end` (or the object's end). Undefined
   * when no record starts in [start, end], as within a record longer than the chunk. Valid once reading is over.
   */
  bounds(): { readonly head: number; readonly tail: number } | undefined;
}

/** A reader of a range that may begin in either of two states. */
export interface TwoStateReader extends RecordReader {
  /** The state at the range's end, for either at its start; with two nulls there are no bounds. Valid once reading is over. */
  ends(): Ends;
}

/** Where such a reader delivers. */
export interface TwoStateSink<R> {
  /** For what counts only if the range begins in one state. */
  readonly heads: readonly [out: RecordSink<R>, in_: RecordSink<R>];
  /** For what counts however it begins; asked for when the first of it comes. */
  body(): RecordSink<R>;
  /** If the range begins in this state, it cannot be read to its end. */
  lost(state: State, error: FanfoldError): void;
  /** Whether nothing that is still to be read in this state counts, not even how the range ends. */
  isOver(state: State): boolean;
}

/**
 * Of a format whose records may hold line feeds: how ranges of its objects are read, by workers that do not know whether
 * their range begins within a record.
 */
export interface TwoStateFormat<R> {
  /** Whether every range needs what stands at the start of the object. */
  readonly needsHeader: boolean;
  /** That, from the first bytes; undefined: more bytes are needed, 'uncut': the object must be read by one worker. */
  header(first: Uint8Array): Header | 'uncut' | undefined;
  /** A range that starts at 0 begins outside of quotes, and all of it goes to the body. */
  open(span: Span, header: Header | undefined, sink: TwoStateSink<R>): TwoStateReader;
}

/** The inputs of `tagged()`: how their objects are named, and how they are read. */
export type Tags = ReadonlyMap<string, { readonly patterns: readonly RegExp[]; readonly read: Format<unknown> }>;

/** A format: what `lines()`, `words()`, `jsonl()`, `csv()`, `accessLog()` and `tagged()` return. */
export interface Format<R, C extends ColumnTypes = ColumnTypes> {
  readonly kind: 'lines' | 'words' | 'jsonl' | 'csv' | 'access-log' | 'tagged';
  /** Whether an object may be cut into several chunks. */
  readonly cut: 'anywhere' | 'never';
  /** What one worker gets through, for planning chunks of about 30 s. Megabytes (10^6) per second. */
  readonly megabytesPerSecond: number;
  /** Of `tagged()`: the inputs, each with its own format. Which one reads an object tells `formatOf`. */
  readonly tags?: Tags;
  /** The columns of a record, by name; a record that is a string has one, which is itself. */
  readonly columns?: C;
  /** Only if `cut` is 'anywhere' and a line feed does not always end a record. */
  readonly twoState?: TwoStateFormat<R>;
  /** Of a format with `twoState`, whole objects alone. */
  open(span: Span, sink: RecordSink<R>): RecordReader;
}
