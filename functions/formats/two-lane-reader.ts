/**
 * Reads a range of an object without knowing whether it begins within quotes. The range is worked from the first
 * position after a line feed at or after its start to the same for its end. At such a position either a record starts
 * (OUT), or the line feed is data of a quoted field (IN). Both are followed over the same blocks, whichever is behind
 * first. Where both stand at the start of one record, the rest is the same for both, and one goes on alone.
 */
import { asBuffer } from '../core/bytes.ts';
import { type Ends, IN, OUT, type State } from '../core/two-state.ts';
import { FanfoldError } from '../errors.ts';
import { AfterLineFeed } from './after-line-feed.ts';
import type { Span, TwoStateReader } from './format.ts';

/** One reading of a range, from one start state on. Whoever makes it says where goes what it reads. */
export interface Lane {
  /**
   * Where the record at hand starts in the object. Negative as long as it is one that somebody else owns, which a lane
   * that begins within quotes passes first; however long that is, nothing of it is kept, and it is nobody's fault here.
   */
  readonly recordAt: number;
  /**
   * Scans on from `from` of a block to the end of the record at hand, and no further; `blockAt` is where the block starts
   * in the object. Returns where the next record starts in the block, or -1 when all of the block was taken.
   *
   * @throws FANFOLD_RECORD_TOO_LONG for a record of its own
   */
  step(block: Buffer, from: number, blockAt: number): number;
  /** The same for all records of the block that start before the range's end. `from` may be -1: nothing is left. */
  run(block: Buffer, from: number, blockAt: number): void;
  /** The object ends here: what is left of the range is a record without a line end. */
  finish(objectBytes: number): void;
}

/** The lanes of a range, once it is known where it begins. */
export interface LanePair {
  readonly out: Lane;
  readonly in: Lane;
  /** Both stand at the same record. From here on `out` goes on alone, and reads what is common to both. */
  met(): void;
  /** A lane cannot go on: that is its result. */
  lost(state: State, error: FanfoldError): void;
  /** Whether a lane need not go on. */
  isOver(state: State): boolean;
}

/** What a range has to do with its format. */
export interface LaneOptions {
  readonly recordBytesMax: number;
  /** Makes the lanes; `first` is where the first record may start. */
  readonly open: (first: number) => LanePair;
}

export class TwoLaneReader implements TwoStateReader {
  readonly #end: number;
  readonly #options: LaneOptions;
  readonly #first: AfterLineFeed;
  readonly #last: AfterLineFeed;
  #race: Race | undefined;
  /** Where the next byte that is pushed stands in the object. */
  #at: number;
  #done = false;

  constructor(span: Span, options: LaneOptions) {
    this.#end = span.end;
    this.#options = options;
    this.#at = Math.max(0, span.start - 1);
    this.#first = new AfterLineFeed(span.start);
    this.#last = new AfterLineFeed(span.end);
  }

  push(block: Uint8Array): boolean {
    if (this.#done) return false;
    const bytes = asBuffer(block);
    const blockAt = this.#at;
    this.#at += bytes.length;
    this.#last.look(bytes, blockAt);
    const from = this.#race === undefined ? this.#begin(bytes, blockAt) : 0;
    if (this.#race === undefined) {
      this.#done = this.#at >= this.#end;
    } else {
      this.#race.read(bytes, from, blockAt, this.#end);
      // A record goes on for too long where no line feed comes in time: nobody can tell where the next one starts.
      const hopeless = this.#last.at === undefined && this.#at > this.#end + this.#options.recordBytesMax + 2;
      const left = this.#last.at !== undefined && this.#race.hasLeft(this.#end);
      this.#done = hopeless || left || this.#race.isOver;
    }
    return !this.#done;
  }

  end(): void {
    if (this.#done) return;
    this.#last.at ??= this.#at;
    this.#race?.finish(this.#at);
    this.#done = true;
  }

  bounds() {
    const head = this.#first.at;
    const tail = this.#last.at;
    return this.#race === undefined || head === undefined || tail === undefined ? undefined : { head, tail };
  }

  ends(): Ends {
    return this.#race?.ends(this.#last.at) ?? [OUT, IN]; // without a line feed nothing starts or ends here
  }

  /** Where in the block the first record may start, if that is in the range. */
  #begin(bytes: Buffer, blockAt: number): number {
    this.#first.look(bytes, blockAt);
    const first = this.#first.at;
    if (first === undefined || first >= this.#end) return 0;
    this.#race = new Race(this.#options.open(first));
    return first - blockAt;
  }
}

/** Two lanes over the same blocks. */
class Race {
  readonly #pair: LanePair;
  readonly #out: Runner;
  readonly #in: Runner;
  #met = false;

  constructor(pair: LanePair) {
    this.#pair = pair;
    this.#out = new Runner(pair, OUT);
    this.#in = new Runner(pair, IN);
  }

  read(block: Buffer, from: number, blockAt: number, end: number): void {
    const [out, in_] = [this.#out, this.#in];
    out.next = from;
    in_.next = from;
    while (!this.#met && !out.isOver() && !in_.isOver()) {
      if (out.recordAt === in_.recordAt) {
        this.#met = true;
        this.#pair.met();
        break;
      }
      const behind = out.recordAt < in_.recordAt ? out : in_;
      if (behind.recordAt >= end || behind.next < 0) break; // then they cannot meet in this block
      behind.step(block, blockAt);
    }
    out.run(block, blockAt);
    if (!this.#met) in_.run(block, blockAt);
  }

  /** Whether nobody needs what is left of the range. */
  get isOver(): boolean {
    return !this.#met && this.#out.isOver() && this.#in.isOver();
  }

  /** Whether no lane has a record of its own left. */
  hasLeft(end: number): boolean {
    return this.#out.hasLeft(end) && (this.#met || this.#in.hasLeft(end));
  }

  finish(objectBytes: number): void {
    this.#out.finish(objectBytes);
    if (!this.#met) this.#in.finish(objectBytes);
  }

  /** @param last where the range really ends */
  ends(last: number | undefined): Ends {
    const out = this.#out.stateAt(last);
    return [out, this.#met ? out : this.#in.stateAt(last)];
  }
}

/** A lane, and where it stands in the block at hand. */
class Runner {
  /** Where it goes on; -1: all of the block is taken. */
  next = 0;
  /** Whether it was given up. */
  #over = false;
  readonly #pair: LanePair;
  readonly #state: State;
  readonly #lane: Lane;

  constructor(pair: LanePair, state: State) {
    this.#pair = pair;
    this.#state = state;
    this.#lane = state === OUT ? pair.out : pair.in;
  }

  get recordAt(): number {
    return this.#lane.recordAt;
  }

  /** Known since it cannot go on, or asked of whom it reads for. */
  isOver(): boolean {
    this.#over ||= this.#pair.isOver(this.#state);
    return this.#over;
  }

  step(block: Buffer, blockAt: number): void {
    this.#guard(() => {
      this.next = this.#lane.step(block, this.next, blockAt);
    });
  }

  run(block: Buffer, blockAt: number): void {
    if (!this.#over) this.#guard(() => this.#lane.run(block, this.next, blockAt));
  }

  finish(objectBytes: number): void {
    if (!this.#over) this.#guard(() => this.#lane.finish(objectBytes));
  }

  hasLeft(end: number): boolean {
    return this.#over || this.recordAt < 0 || this.recordAt >= end;
  }

  stateAt(last: number | undefined): State | null {
    if (this.#over || last === undefined) return null;
    return this.recordAt === last ? OUT : IN; // the record at hand goes on there: the line feed before was data
  }

  #guard(read: () => void): void {
    try {
      read();
    } catch (error) {
      if (!(error instanceof FanfoldError) || error.code !== 'FANFOLD_RECORD_TOO_LONG') throw error;
      this.#over = true;
      this.#pair.lost(this.#state, error);
    }
  }
}
