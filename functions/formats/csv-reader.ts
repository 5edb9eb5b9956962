import { asBuffer } from '../core/bytes.ts';
import { type Ends, IN, OUT } from '../core/two-state.ts';
import { AfterLineFeed } from './after-line-feed.ts';
import { MARK } from './csv-header.ts';
import type { CsvLane } from './csv-lane.ts';
import type { Span, TwoStateReader } from './format.ts';

/** Reads CSV from the start of an object on: a byte order mark, and then the records of one lane. */
export class CsvReader<R> implements TwoStateReader {
  #end: number;
  readonly #open: (recordAt: number, end: number) => CsvLane<R>;
  readonly #last: AfterLineFeed;
  #lane: CsvLane<R> | undefined;
  /** The first bytes, until it is known whether they are a mark. */
  #first: Buffer = Buffer.alloc(0);
  /** Where the next byte that the lane gets stands in the object. */
  #at = 0;

  /** @param open makes the lane, which starts at `recordAt` and reads records that start before `end` */
  constructor(span: Span, open: (recordAt: number, end: number) => CsvLane<R>) {
    this.#end = span.end;
    this.#open = open;
    this.#last = new AfterLineFeed(span.end);
  }

  push(block: Uint8Array): boolean {
    const bytes = asBuffer(block);
    const lane = this.#lane;
    if (lane !== undefined) {
      this.#read(lane, bytes);
      return lane.recordAt < this.#end;
    }
    this.#first = Buffer.concat([this.#first, bytes]);
    return this.#first.length < MARK.length || this.#begin().recordAt < this.#end;
  }

  end(): void {
    const lane = this.#lane ?? this.#begin();
    lane.finish(this.#at);
    this.#last.at ??= this.#at;
  }

  bounds() {
    return { head: 0, tail: this.#last.at ?? this.#at };
  }

  ends(): Ends {
    const state = this.#lane?.recordAt === this.bounds().tail ? OUT : IN;
    return [state, state];
  }

  #begin(): CsvLane<R> {
    const first = this.#first;
    this.#first = Buffer.alloc(0);
    const marked = first.subarray(0, MARK.length).equals(MARK);
    this.#at = marked ? MARK.length : 0;
    // The record behind the mark is the first one's, wherever the range ends.
    if (marked) this.#end = Math.max(this.#end, MARK.length + 1);
    const lane = this.#open(this.#at, this.#end);
    this.#lane = lane;
    this.#read(lane, first.subarray(this.#at));
    return lane;
  }

  #read(lane: CsvLane<R>, bytes: Buffer): void {
    const blockAt = this.#at;
    this.#at += bytes.length;
    this.#last.look(bytes, blockAt);
    lane.run(bytes, 0, blockAt);
  }
}
