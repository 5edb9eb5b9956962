import { asBuffer } from '../core/bytes.ts';
import { Carry } from './carry.ts';
import type { Bulk, RecordReader, RecordSink, Span } from './format.ts';
import { bulkFor, recordTooLong } from './record-limit.ts';
import { hashStep, type ShortTexts } from './short-texts.ts';

const isSpace = (byte: number) => byte <= 0x20 && (byte === 0x20 || (byte >= 0x09 && byte <= 0x0d));

/**
 * Finds the words of a span. A bound is a position that no word reaches across: 0, one after white space, or else the
 * first white space that follows (or the object's end).
 */
export class WordReader implements RecordReader {
  readonly #start: number;
  readonly #end: number;
  readonly #recordBytesMax: number;
  readonly #texts: ShortTexts;
  readonly #sink: RecordSink<string>;
  readonly #bulk: Bulk | undefined;
  readonly #carry = new Carry();
  /** Where the next byte that is pushed stands in the object. */
  #at: number;
  #wordAt = 0;
  #head: number | undefined;
  #tail: number | undefined;
  #done = false;

  constructor(span: Span, recordBytesMax: number, texts: ShortTexts, sink: RecordSink<string>) {
    this.#start = span.start;
    this.#end = span.end;
    this.#recordBytesMax = recordBytesMax;
    this.#texts = texts;
    this.#sink = sink;
    this.#bulk = bulkFor(recordBytesMax, sink.bulk);
    this.#at = Math.max(0, span.start - 1);
    if (span.start === 0) this.#head = 0;
    if (span.start === 0 && span.end === 0) this.#finishAt(0);
  }

  push(block: Uint8Array): boolean {
    if (this.#done) return false;
    const bytes = asBuffer(block);
    let from = 0;
    if (this.#head === undefined) from = this.#skip(bytes);
    else if (this.#carry.length > 0) from = this.#resume(bytes);
    if (!this.#done && this.#head !== undefined && this.#carry.length === 0) this.#words(bytes, from);
    this.#at += bytes.length;
    return !this.#done;
  }

  end(): void {
    if (this.#done) return;
    this.#head ??= this.#at;
    if (this.#carry.length > 0) this.#deliverCarry();
    this.#finishAt(this.#at);
  }

  bounds() {
    const head = this.#head;
    const tail = this.#tail;
    return head === undefined || tail === undefined ? undefined : { head, tail };
  }

  /** Passes the rest of a word that an earlier span owns; where in the block to go on. */
  #skip(bytes: Buffer): number {
    const space = nextSpace(bytes, 0);
    const offset = this.#at + space;
    // Without white space among its bytes, or in the byte before them, no word starts in this span.
    if (offset >= this.#end && offset > this.#at) this.#done = true;
    // White space in the byte before makes the span's start itself a bound.
    else if (space < bytes.length) this.#head = Math.max(offset, this.#start);
    return space;
  }

  /** Goes on with the word that the last block ended in. */
  #resume(bytes: Buffer): number {
    const space = nextSpace(bytes, 0);
    this.#keep(bytes, 0, space);
    if (space < bytes.length) {
      this.#deliverCarry();
      if (this.#at + space >= this.#end) this.#finishAt(this.#at + space);
    }
    return space;
  }

  #words(bytes: Buffer, first: number): void {
    const length = bytes.length;
    const startsEnd = Math.min(length, this.#end - this.#at);
    for (let i = first; ; ) {
      if (this.#bulk !== undefined) i = this.#bulk.take(bytes, i, startsEnd, i !== first, this.#at);
      while (i < startsEnd && isSpace(bytes[i] as number)) i++;
      if (i >= startsEnd) {
        if (this.#at + i >= this.#end) this.#finishAt(this.#at + i);
        return;
      }
      const start = i;
      let hash = 0;
      for (; i < length; i++) {
        const byte = bytes[i] as number; // i is within
        if (isSpace(byte)) break;
        hash = hashStep(hash, byte);
      }
      if (i === length) {
        this.#wordAt = this.#at + start;
        return this.#keep(bytes, start, length);
      }
      this.#deliver(bytes, start, i, this.#at + start, hash);
    }
  }

  #deliver(bytes: Buffer, start: number, end: number, offset: number, hash: number): void {
    if (end - start > this.#recordBytesMax) throw recordTooLong(offset, this.#recordBytesMax);
    this.#sink.record(this.#texts.hashed(bytes, start, end, hash), offset, end - start);
  }

  #deliverCarry(): void {
    const { bytes, length } = this.#carry;
    this.#carry.length = 0;
    this.#sink.record(this.#texts.text(bytes, 0, length), this.#wordAt, length);
  }

  #keep(bytes: Buffer, start: number, end: number): void {
    if (this.#carry.length + end - start > this.#recordBytesMax)
      throw recordTooLong(this.#wordAt, this.#recordBytesMax);
    this.#carry.append(bytes, start, end);
  }

  #finishAt(offset: number): void {
    this.#tail = offset;
    this.#done = true;
  }
}

/** Where the next white space stands, or the length. */
function nextSpace(bytes: Buffer, from: number): number {
  let i = from;
  while (i < bytes.length && !isSpace(bytes[i] as number)) i++;
  return i;
}
