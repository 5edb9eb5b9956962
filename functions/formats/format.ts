/** How bytes become records: the contract between a format and the worker. */

/** Which records of an object a reader owns: those whose first byte lies in [start, end). Bytes. */
export interface Span {
  readonly start: number;
  /** `Infinity` where the size is not known: a compressed object, read whole. */
  readonly end: number;
}

/** Where a reader delivers. `offset` is the record's first byte in the object, `bytes` its length without line end. */
export interface RecordSink<R> {
  record(record: R, offset: number, bytes: number): void;
  /** A record that cannot be read: what is wrong, where it starts, and its bytes (a view: copy what is kept). */
  bad(reason: string, offset: number, raw: Uint8Array): void;
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

/**
 * What a column holds, where a format knows its records' columns: `['text']` is a list of texts, the others are as in
 * `csv()`.
 */
export type ColumnType = 'text' | 'integer' | 'number' | `decimal(${number})` | readonly ['text'];
export type ColumnTypes = { readonly [name: string]: ColumnType };

/** A record whose bytes are known: [start, end) of `bytes`, and `offset` is the first one's in the object. */
export type OnBytes = (bytes: Buffer, start: number, end: number, offset: number) => void;

/** How records that end at a byte are found and read, one by one: what a kernel needs to leave some of them to it. */
export interface ByteRecords<R> {
  readonly end: 'line' | 'word';
  readonly recordBytesMax: number;
  read(sink: RecordSink<R>): OnBytes;
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
  readonly records?: ByteRecords<R>;
  open(span: Span, sink: RecordSink<R>): RecordReader;
}
