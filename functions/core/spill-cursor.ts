/** Reads one sorted spill front to back. Of a pair it holds the key; its value is read when it is asked for. */
import { ByteReader } from './bytes.ts';
import { prefixOf, type SortedInput } from './least-first.ts';
import type { ScratchFile } from './scratch-file.ts';

/** Where a spill lies in its file: pairs as they stand in a partial. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
  /** Its longest key. */
  readonly keyBytesMax: number;
}

/** Of a varint. */
const LENGTH_BYTES_MAX = 8;

export class SpillCursor implements SortedInput {
  readonly #file: ScratchFile;
  readonly #end: number;
  readonly #readBytes: number;
  readonly order: number;
  /** What was read ahead, and where in the file it begins. */
  #ahead: Buffer = Buffer.alloc(0);
  #reader = new ByteReader(this.#ahead);
  #aheadAt: number;
  #next: number;
  #valueAt = 0;
  #valueBytes = 0;
  /** A view, until the next `advance`. */
  key: Buffer = Buffer.alloc(0);
  prefix = 0;

  /** @param readBytes what is read at a time; a longer key is held whole */
  constructor(file: ScratchFile, { start, end }: Stretch, order: number, readBytes: number) {
    this.#file = file;
    this.#end = end;
    this.#readBytes = readBytes;
    this.order = order;
    this.#aheadAt = start;
    this.#next = start;
  }

  /** To the next pair; false when there is none. */
  advance(): boolean {
    const pair = this.#next;
    if (pair >= this.#end) return false;
    this.#hold(pair, pair + LENGTH_BYTES_MAX);
    const keyBytes = this.#lengthAt(pair);
    const keyAt = this.#aheadAt + this.#reader.at;
    this.#hold(pair, keyAt + keyBytes + LENGTH_BYTES_MAX);
    this.#valueBytes = this.#lengthAt(keyAt + keyBytes);
    this.#valueAt = this.#aheadAt + this.#reader.at;
    this.#next = this.#valueAt + this.#valueBytes;
    if (this.#next - pair <= this.#readBytes) this.#hold(pair, this.#next);
    const key = keyAt - this.#aheadAt;
    this.key = this.#ahead.subarray(key, key + keyBytes);
    this.prefix = prefixOf(this.key);
    return true;
  }

  /** The value of the pair at hand: a view until the next `advance`, or bytes of its own where it is long. */
  value(): Buffer {
    const at = this.#valueAt - this.#aheadAt;
    if (at + this.#valueBytes <= this.#ahead.length) return this.#ahead.subarray(at, at + this.#valueBytes);
    const long = Buffer.allocUnsafe(this.#valueBytes);
    this.#file.read(this.#valueAt, long);
    return long;
  }

  #lengthAt(at: number): number {
    this.#reader.at = at - this.#aheadAt;
    return this.#reader.varint();
  }

  /** Reads on from `from` if what was read ahead does not go up to `to`, or the end of the spill. */
  #hold(from: number, to: number): void {
    if (Math.min(to, this.#end) - this.#aheadAt <= this.#ahead.length) return;
    const bytes = Math.min(Math.max(to - from, this.#readBytes), this.#end - from);
    if (this.#ahead.length !== bytes) {
      this.#ahead = Buffer.allocUnsafe(bytes);
      this.#reader = new ByteReader(this.#ahead);
    }
    this.#file.read(from, this.#ahead);
    this.#aheadAt = from;
  }
}
