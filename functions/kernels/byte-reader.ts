/** Reads the records of a span whose ends are bytes, into a kernel; those that it leaves go to the plain path. */
import { asBuffer } from '../core/bytes.ts';
import { Carry } from '../formats/carry.ts';
import type { ByteRecords, OnBytes, RecordReader, Span } from '../formats/format.ts';
import { recordTooLong } from '../formats/record-limit.ts';

const LF = 0x0a;
const CR = 0x0d;
const isSpace = (byte: number) => byte <= 0x20 && (byte === 0x20 || (byte >= 0x09 && byte <= 0x0d));

/** What reads records in a kernel's memory. */
export interface ByteSink {
  /** Bytes at most that one `read` takes, and that may be left of those before. */
  readonly blockBytes: number;
  /**
   * Takes bytes [start, end), which follow what is left of those before, and reads the records that end there. How many
   * are left now: the beginning of a record that goes on. `offset` is where `start` stands in the object.
   */
  read(bytes: Buffer, start: number, end: number, offset: number): number;
  /** Moves the bytes that are left elsewhere. */
  moveTo(carry: Carry): void;
}

/** The same records, bounds and limits as LineReader and WordReader. */
export class ByteReader implements RecordReader {
  readonly #span: Span;
  readonly #line: boolean;
  readonly #recordBytesMax: number;
  readonly #sink: ByteSink;
  readonly #plain: OnBytes;
  /** The record at hand, if it is too long for the kernel. */
  readonly #long = new Carry();
  #isLong = false;
  #longAt = 0;
  /** Bytes of the record at hand that the kernel has. */
  #left = 0;
  /** Where the next byte stands in the object. */
  #at: number;
  #head: number | undefined;
  #tail: number | undefined;
  #done = false;

  constructor(span: Span, records: ByteRecords<unknown>, sink: ByteSink, plain: OnBytes) {
    this.#span = span;
    this.#line = records.end === 'line';
    this.#recordBytesMax = records.recordBytesMax;
    this.#sink = sink;
    this.#plain = plain;
    this.#at = Math.max(0, span.start - 1);
    if (span.start === 0) this.#head = 0;
    if (span.start === 0 && span.end === 0) this.#finish();
  }

  push(block: Uint8Array): boolean {
    const bytes = asBuffer(block);
    let from = 0;
    if (this.#head === undefined && !this.#done) from = this.#skip(bytes);
    while (from < bytes.length && !this.#done) from = this.#step(bytes, from);
    return !this.#done;
  }

  end(): void {
    if (this.#done) return;
    this.#head ??= this.#at;
    if (this.#left > 0) {
      // Where the object ends without a line end, a `\r` belongs to the line: only the plain path knows that.
      if (this.#line) this.#lengthen();
      else this.#sink.read(WORD_END, 0, 1, this.#at);
    }
    if (this.#isLong) this.#deliver(this.#long.length);
    this.#finish();
  }

  bounds() {
    const head = this.#head;
    const tail = this.#tail;
    return head === undefined || tail === undefined ? undefined : { head, tail };
  }

  /** Passes the rest of a record that an earlier span owns; where in the block to go on. */
  #skip(bytes: Buffer): number {
    const { start, end } = this.#span;
    const stop = this.#endIn(bytes, 0);
    const found = stop < bytes.length;
    const next = found && this.#line ? stop + 1 : stop;
    this.#at += next;
    // A record starts in this span only behind an end among its bytes, or in the byte before them.
    if (found && this.#line ? this.#at > end : this.#at >= end) {
      this.#done = true;
    } else if (found) {
      this.#head = Math.max(this.#at, start);
      if (this.#at >= end) this.#finish();
    }
    return next;
  }

  /** Takes a part of the block; where to go on. */
  #step(bytes: Buffer, from: number): number {
    const room = this.#span.end - this.#at;
    if (this.#isLong || room <= 0) return this.#last(bytes, from);
    const to = Math.min(bytes.length, from + this.#sink.blockBytes, from + room);
    this.#left = this.#sink.read(bytes, from, to, this.#at);
    this.#at += to - from;
    if (this.#left > this.#sink.blockBytes) this.#lengthen();
    if (this.#at >= this.#span.end && this.#left === 0 && !this.#isLong) this.#finish();
    return to;
  }

  /** Goes on with a record that is long, or reaches past the span, up to its end. */
  #last(bytes: Buffer, from: number): number {
    const stop = this.#endIn(bytes, from);
    const ended = stop < bytes.length;
    if (!this.#isLong && (!ended || stop - from >= this.#sink.blockBytes)) this.#lengthen();
    if (this.#isLong) {
      this.#keep(bytes, from, stop);
      const { bytes: long, length } = this.#long;
      if (ended) this.#deliver(this.#line && long[length - 1] === CR ? length - 1 : length);
    } else {
      this.#left = this.#sink.read(bytes, from, stop + 1, this.#at);
    }
    const next = ended && this.#line ? stop + 1 : stop;
    this.#at += next - from;
    if (ended && this.#at >= this.#span.end) this.#finish();
    return next;
  }

  /** From the kernel to where there is room. */
  #lengthen(): void {
    this.#isLong = true;
    this.#longAt = this.#at - this.#left;
    this.#sink.moveTo(this.#long);
    this.#left = 0;
  }

  #keep(bytes: Buffer, start: number, end: number): void {
    // One byte more than the limit of a line may still be the `\r` of its end.
    const most = this.#recordBytesMax + (this.#line ? 1 : 0);
    if (this.#long.length + end - start > most) throw recordTooLong(this.#longAt, this.#recordBytesMax);
    this.#long.append(bytes, start, end);
  }

  #deliver(length: number): void {
    if (length > this.#recordBytesMax) throw recordTooLong(this.#longAt, this.#recordBytesMax);
    this.#plain(this.#long.bytes, 0, length, this.#longAt);
    this.#long.length = 0;
    this.#isLong = false;
  }

  /** Where the next end of a record stands, or the length. */
  #endIn(bytes: Buffer, from: number): number {
    if (this.#line) {
      const lf = bytes.indexOf(LF, from);
      return lf < 0 ? bytes.length : lf;
    }
    let i = from;
    while (i < bytes.length && !isSpace(bytes[i] as number)) i++; // i is within
    return i;
  }

  #finish(): void {
    this.#tail = this.#at;
    this.#done = true;
  }
}

const WORD_END = Buffer.of(0x20);
