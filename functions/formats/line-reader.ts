import { isUtf8 } from 'node:buffer';
import { asBuffer } from '../core/bytes.ts';
import { decodeText } from '../core/text.ts';
import { Carry } from './carry.ts';
import type { Bulk, RecordReader, Span } from './format.ts';
import { bulkFor, recordTooLong } from './record-limit.ts';

/** Gets every line of a span: bytes [start, end) of `bytes`, which starts at byte `offset` of the object. */
export type OnLine = (bytes: Buffer, start: number, end: number, offset: number, valid: boolean) => void;

const LF = 0x0a;
const CR = 0x0d;

/** The text of a line; `valid`: its bytes are known to be UTF-8. */
export const lineText = (bytes: Buffer, start: number, end: number, valid: boolean): string =>
  valid ? bytes.toString('utf8', start, end) : decodeText(bytes, start, end);

/** Finds the lines of a span: they end with `\n` or the object, and one `\r` before a `\n` is not theirs. */
export class LineReader implements RecordReader {
  readonly #end: number;
  readonly #recordBytesMax: number;
  readonly #onLine: OnLine;
  readonly #bulk: Bulk | undefined;
  readonly #carry = new Carry();
  /** Where the next byte that is pushed stands in the object. */
  #at: number;
  /** Where the line that is being read starts, once there is a head. */
  #lineAt = 0;
  /** The first line start at or after the span's start, once it is seen. */
  #head: number | undefined;
  #tail: number | undefined;
  #done = false;

  constructor(span: Span, recordBytesMax: number, onLine: OnLine, bulk?: Bulk) {
    this.#end = span.end;
    this.#recordBytesMax = recordBytesMax;
    this.#onLine = onLine;
    this.#bulk = bulkFor(recordBytesMax, bulk);
    this.#at = Math.max(0, span.start - 1);
    if (span.start === 0) this.#startAt(0);
  }

  push(block: Uint8Array): boolean {
    if (this.#done) return false;
    const bytes = asBuffer(block);
    const from = this.#head === undefined ? this.#skip(bytes) : 0;
    if (!this.#done && this.#head !== undefined) this.#lines(bytes, from);
    this.#at += bytes.length;
    return !this.#done;
  }

  end(): void {
    if (this.#done) return;
    this.#head ??= this.#at;
    const { bytes, length } = this.#carry;
    if (length > 0) this.#deliver(bytes, 0, length, this.#lineAt, false);
    this.#finishAt(this.#at);
  }

  bounds() {
    const head = this.#head;
    const tail = this.#tail;
    return head === undefined || tail === undefined ? undefined : { head, tail };
  }

  /** Passes the rest of a line that an earlier span owns; where in the block the first line of this one starts. */
  #skip(bytes: Buffer): number {
    const lf = bytes.indexOf(LF);
    const from = lf < 0 ? bytes.length : lf + 1;
    const offset = this.#at + from;
    // Without a line end among its bytes, or in the byte before them, no line starts in this span.
    if (lf < 0 ? offset >= this.#end : offset > this.#end) this.#done = true;
    else if (lf >= 0) this.#startAt(offset);
    return from;
  }

  #lines(bytes: Buffer, first: number): void {
    const base = this.#at;
    let from = first;
    let lf = bytes.indexOf(LF, from);
    if (lf >= 0 && this.#carry.length > 0) {
      this.#keep(bytes, from, lf);
      this.#deliverCarry();
      from = lf + 1;
      this.#startAt(base + from);
      if (this.#done) return;
      lf = bytes.indexOf(LF, from);
    }
    if (lf >= 0 && this.#bulk !== undefined) {
      from = this.#bulkLines(bytes, from, this.#bulk);
      this.#startAt(base + from);
    } else if (lf >= 0) {
      // Whole lines end where characters end, so that one check tells for all of them.
      const valid = isUtf8(bytes.subarray(from, bytes.lastIndexOf(LF) + 1));
      do {
        this.#deliver(bytes, from, lf > from && bytes[lf - 1] === CR ? lf - 1 : lf, base + from, valid);
        from = lf + 1;
        if (base + from >= this.#end) break;
        lf = bytes.indexOf(LF, from);
      } while (lf >= 0);
      this.#startAt(base + from);
    }
    if (!this.#done) this.#keep(bytes, from, bytes.length);
  }

  /** The same, but lines are only delivered where they are left; where the first one starts that is not whole or not ours. */
  #bulkLines(bytes: Buffer, first: number, bulk: Bulk): number {
    const starts = Math.min(bytes.length, this.#end - this.#at);
    let from = first;
    for (;;) {
      from = bulk.take(bytes, from, starts, from !== first, this.#at);
      const lf = from < starts ? bytes.indexOf(LF, from) : -1;
      if (lf < 0) return from;
      this.#deliver(bytes, from, lf > from && bytes[lf - 1] === CR ? lf - 1 : lf, this.#at + from, false);
      from = lf + 1;
    }
  }

  #deliver(bytes: Buffer, start: number, end: number, offset: number, valid: boolean): void {
    if (end - start > this.#recordBytesMax) throw recordTooLong(offset, this.#recordBytesMax);
    this.#onLine(bytes, start, end, offset, valid);
  }

  #deliverCarry(): void {
    const { bytes, length } = this.#carry;
    const end = bytes[length - 1] === CR ? length - 1 : length;
    this.#deliver(bytes, 0, end, this.#lineAt, isUtf8(bytes.subarray(0, end)));
    this.#carry.length = 0;
  }

  #keep(bytes: Buffer, start: number, end: number): void {
    // One byte more than the limit may still be the `\r` of the line's end.
    if (this.#carry.length + end - start > this.#recordBytesMax + 1)
      throw recordTooLong(this.#lineAt, this.#recordBytesMax);
    this.#carry.append(bytes, start, end);
  }

  #startAt(offset: number): void {
    this.#head ??= offset;
    this.#lineAt = offset;
    if (offset >= this.#end) this.#finishAt(offset);
  }

  #finishAt(offset: number): void {
    this.#tail = offset;
    this.#done = true;
  }
}
