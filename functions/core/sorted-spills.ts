/**
 * Sorted sequences of pairs in scratch files, and their merge: what a chunk comes to beyond its memory. Memory is what
 * is read ahead of the spills that are merged together, and the values of one key.
 */
import { assert } from '../errors.ts';
import { SPILL_READ_BYTES_MAX, SPILL_READ_BYTES_MIN, SPILLS_MERGED_MAX } from '../limits.ts';
import { ByteWriter } from './bytes.ts';
import { LeastFirst } from './least-first.ts';
import type { ScratchFile, ScratchFiles } from './scratch-file.ts';
import { SpillCursor, type Stretch } from './spill-cursor.ts';
import type { ValueJoin } from './value-join.ts';

export interface Pair {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** What is collected before it is written. */
const WRITE_BYTES = 256 * 1024;

export class SortedSpills {
  readonly #scratch: ScratchFiles;
  readonly #readBytesMax: number;
  readonly #join: ValueJoin | undefined;
  /** In the order in which they were written, which is that of the input. */
  #spills: Stretch[] = [];
  #file: ScratchFile | undefined;

  /**
   * @param readBytesMax what is read ahead of all spills together
   * @param join without it, pairs of equal keys stay apart, in their order
   */
  constructor(scratch: ScratchFiles, readBytesMax: number, join: ValueJoin | undefined) {
    this.#scratch = scratch;
    this.#readBytesMax = readBytesMax;
    this.#join = join;
  }

  get count(): number {
    return this.#spills.length;
  }

  /** @param pairs in byte order of key; those that come later in the input than all before */
  write(pairs: Iterable<Pair>): void {
    this.#file ??= this.#scratch.create();
    this.#spills.push(writeStretch(this.#file, pairs));
  }

  /**
   * The pairs of all spills and the last ones, which need not be spilled if no others were, in byte order of key, the earlier
   * first. Their bytes are valid until the next pair.
   *
   * @param release gives the memory of the last ones back: called as soon as it is not needed any more
   */
  *drain(last: Iterable<Pair>, release: () => void): Generator<Pair> {
    if (this.#spills.length === 0) {
      yield* last;
      release();
    } else {
      this.write(last);
      release();
      yield* this.#merged();
    }
  }

  *#merged(): Generator<Pair> {
    const readBytes = Math.min(
      SPILL_READ_BYTES_MAX,
      Math.max(SPILL_READ_BYTES_MIN, Math.floor(this.#readBytesMax / SPILLS_MERGED_MAX)),
    );
    const keyBytes = this.#spills.reduce((most, { keyBytesMax }) => Math.max(most, keyBytesMax), 0);
    const fit = Math.floor(this.#readBytesMax / (readBytes + keyBytes));
    const width = Math.max(2, Math.min(SPILLS_MERGED_MAX, fit));
    while (this.#spills.length > width) this.#mergeNeighbours(width, readBytes);
    yield* this.#merge(this.#spills, readBytes);
    this.#file?.close();
    this.#file = undefined;
    this.#spills = [];
  }

  /** Fewer and longer ones: each `width` neighbours become one, in a file of their own. */
  #mergeNeighbours(width: number, readBytes: number): void {
    const file = this.#scratch.create();
    const merged: Stretch[] = [];
    for (let i = 0; i < this.#spills.length; i += width) {
      merged.push(writeStretch(file, this.#merge(this.#spills.slice(i, i + width), readBytes)));
    }
    this.#file?.close();
    this.#file = file;
    this.#spills = merged;
  }

  *#merge(spills: readonly Stretch[], readBytes: number): Generator<Pair> {
    const file = this.#file;
    assert(file, 'spills without a file');
    const cursors = spills.map((spill, order) => new SpillCursor(file, spill, order, readBytes));
    const heap = new LeastFirst(cursors.filter((cursor) => cursor.advance()));
    const advance = (cursor: SpillCursor) => (cursor.advance() ? heap.moved() : heap.ended());
    for (let least = heap.first; least !== undefined; least = heap.first) {
      if (this.#join === undefined || heap.second?.key.equals(least.key) !== true) {
        yield { key: least.key, value: least.value() };
        advance(least);
      } else {
        const key = Buffer.from(least.key); // its cursor moves on
        for (let next = heap.first; next?.key.equals(key); next = heap.first) {
          this.#join.add(key, next.value());
          advance(next);
        }
        yield { key, value: this.#join.take(key) };
      }
    }
  }
}

/** Appends pairs to a file, as `SpillCursor` reads them. */
function writeStretch(file: ScratchFile, pairs: Iterable<Pair>): Stretch {
  const start = file.length;
  const out = new ByteWriter(WRITE_BYTES + 4096);
  const flush = () => {
    file.append(out.view());
    out.reset();
  };
  let keyBytesMax = 0;
  for (const { key, value } of pairs) {
    keyBytesMax = Math.max(keyBytesMax, key.length);
    out.varint(key.length);
    out.bytes(key);
    out.varint(value.length);
    // A long value goes straight to the file: the buffer would grow by it, and stay so.
    if (value.length < WRITE_BYTES) out.bytes(value);
    if (out.length >= WRITE_BYTES || value.length >= WRITE_BYTES) flush();
    if (value.length >= WRITE_BYTES) file.append(value);
  }
  flush();
  return { start, end: file.length, keyBytesMax };
}
