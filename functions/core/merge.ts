/** Streaming k-way merge of key-sorted pairs: memory is two blocks an input, never the data. */
import { FanfoldError } from '../errors.ts';
import { asBuffer, ByteReader, ByteWriter } from './bytes.ts';
import { decodeValue, encodeValue } from './codec.ts';
import type { EntrySource } from './partial-reader.ts';

export interface Pair {
  readonly key: Buffer;
  readonly value: Buffer;
}

/** Pairs handed on at a time, by count or by bytes: few enough to keep memory small, enough that awaiting costs nothing. */
const PAIRS_AT_A_TIME = 512;
const BYTES_AT_A_TIME = 256 * 1024;

/**
 * The pairs of all inputs in byte order of key, each key once. Values of one key are combined in the order of the
 * inputs, which is the order of the plan.
 */
export async function* mergePairs(
  inputs: readonly EntrySource[],
  combine: (earlier: unknown, later: unknown) => unknown,
): AsyncGenerator<Pair[]> {
  const cursors = inputs.map((input, order) => new Cursor(input, order));
  await Promise.all(cursors.map((cursor) => cursor.refill()));
  const heap = new CursorHeap(cursors.filter((cursor) => !cursor.ended));
  const scratch = new ByteWriter();
  let pairs: Pair[] = [];
  let bytes = 0;
  const same: Buffer[] = [];
  for (let least = heap.least; least !== undefined; least = heap.least) {
    const key = least.key;
    same.length = 0;
    for (let next: Cursor | undefined = least; next?.key.equals(key); next = heap.least) {
      same.push(next.value);
      if (!next.advance()) await next.refill();
      heap.replaceLeast();
    }
    const value = combineEncoded(same, combine, scratch);
    pairs.push({ key, value });
    bytes += key.length + value.length;
    if (pairs.length >= PAIRS_AT_A_TIME || bytes >= BYTES_AT_A_TIME) {
      yield pairs;
      pairs = [];
      bytes = 0;
    }
  }
  if (pairs.length > 0) yield pairs;
}

function combineEncoded(
  values: readonly Buffer[],
  combine: (earlier: unknown, later: unknown) => unknown,
  scratch: ByteWriter,
): Buffer {
  const only = values[0];
  if (values.length === 1 && only !== undefined) return only;
  scratch.reset();
  encodeValue(combineAll(values.map(decodeValue), combine), scratch);
  return Buffer.from(scratch.view());
}

/** Combines neighbours pairwise, so that values which grow (lists, sets) are copied log n times and not n times. */
export function combineAll(values: unknown[], combine: (earlier: unknown, later: unknown) => unknown): unknown {
  let level = values;
  while (level.length > 1) {
    const next: unknown[] = [];
    for (let i = 0; i < level.length; i += 2) {
      next.push(i + 1 < level.length ? combine(level[i], level[i + 1]) : level[i]);
    }
    level = next;
  }
  return level[0];
}

/** One input at its current pair. */
class Cursor {
  readonly #input: EntrySource;
  readonly order: number;
  #block = new ByteReader(Buffer.alloc(0));
  key: Buffer = Buffer.alloc(0);
  value: Buffer = Buffer.alloc(0);
  ended = false;

  constructor(input: EntrySource, order: number) {
    this.#input = input;
    this.order = order;
  }

  /** To the next pair of the block at hand; false when there is none. */
  advance(): boolean {
    if (this.#block.done) return false;
    const previous = this.key;
    this.key = this.#block.bytes(this.#block.varint());
    this.value = this.#block.bytes(this.#block.varint());
    if (previous.length > 0 && Buffer.compare(previous, this.key) >= 0) throw notSorted(this.key);
    return true;
  }

  /** To the first pair of the next block, or to the end. */
  async refill(): Promise<void> {
    for (;;) {
      const block = await this.#input.next();
      if (block === undefined) {
        this.ended = true;
        return;
      }
      this.#block = new ByteReader(asBuffer(block.bytes));
      if (this.advance()) return;
    }
  }
}

/** A binary heap of cursors by (key, order). */
class CursorHeap {
  readonly #cursors: Cursor[];

  constructor(cursors: Cursor[]) {
    this.#cursors = cursors;
    for (let i = cursors.length >> 1; i >= 0; i--) this.#sink(i);
  }

  get least(): Cursor | undefined {
    return this.#cursors[0];
  }

  /** Puts the least cursor, which has moved, in its new place; takes it out if it has ended. */
  replaceLeast(): void {
    const cursors = this.#cursors;
    if (cursors[0]?.ended) {
      const last = cursors.pop();
      if (last !== undefined && cursors.length > 0) cursors[0] = last;
    }
    this.#sink(0);
  }

  #sink(from: number): void {
    const cursors = this.#cursors;
    const sinking = cursors[from];
    if (sinking === undefined) return;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      let least = cursors[child];
      if (least === undefined) break;
      const right = cursors[child + 1];
      if (right !== undefined && before(right, least)) {
        child += 1;
        least = right;
      }
      if (!before(least, sinking)) break;
      cursors[at] = least;
      at = child;
    }
    cursors[at] = sinking;
  }
}

function before(a: Cursor, b: Cursor): boolean {
  const order = Buffer.compare(a.key, b.key);
  return order === 0 ? a.order < b.order : order < 0;
}

export function notSorted(key: Buffer): FanfoldError {
  return new FanfoldError(
    'FANFOLD_PARTIAL_CORRUPT',
    `A partial is not in order at the key ${JSON.stringify(key.toString())}`,
    {
      fix: 'Start the run again, and report it if it comes back.',
      fatal: true,
    },
  );
}
