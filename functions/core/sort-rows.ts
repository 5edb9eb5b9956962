/** Sorts byte strings that lie in one buffer, stably: radix sort of eight bytes at a time, the first ones first. */

import { free } from './bytes.ts';

export interface Rows {
  readonly bytes: Buffer;
  /** Where the key of each row begins in `bytes`, and how long it is. */
  readonly starts: Uint32Array;
  readonly lengths: Uint32Array;
  readonly count: number;
}

const STEP_BYTES = 8;
const RADIX = 256;
/** Fewer rows are sorted by comparing, and fewest by inserting each among those before. */
const COMPARED_MAX = 256;
const INSERTED_MAX = 16;

/** The numbers of the rows, in byte order of their keys; those of equal keys stay as they are. */
export function sortRows(rows: Rows): Uint32Array {
  const sort = new RowSort(rows);
  return sort.sorted();
}

class RowSort {
  readonly #rows: Rows;
  readonly #order: Uint32Array;
  readonly #other: Uint32Array;
  /** The eight bytes at hand of each row: the first four, and the others. */
  readonly #high: Uint32Array;
  readonly #low: Uint32Array;
  readonly #counts = new Uint32Array(STEP_BYTES * RADIX);
  /** Stretches of the order whose keys are equal up to a depth: from, to, depth. */
  readonly #todo: number[] = [];

  constructor(rows: Rows) {
    this.#rows = rows;
    this.#order = new Uint32Array(rows.count).map((_, row) => row);
    this.#other = new Uint32Array(rows.count);
    this.#high = new Uint32Array(rows.count);
    this.#low = new Uint32Array(rows.count);
  }

  sorted(): Uint32Array {
    this.#later(0, this.#rows.count, 0);
    while (this.#todo.length > 0) {
      const depth = this.#todo.pop() ?? 0;
      const to = this.#todo.pop() ?? 0;
      const from = this.#todo.pop() ?? 0;
      this.#sortByBytes(from, to, depth);
      this.#settleEquals(from, to, depth);
    }
    for (const numbers of [this.#other, this.#high, this.#low]) free(numbers);
    return this.#order;
  }

  /** Sorts few rows at once, and notes many for later. */
  #later(from: number, to: number, depth: number): void {
    if (to - from > COMPARED_MAX) this.#todo.push(from, to, depth);
    else if (to - from > INSERTED_MAX) this.#order.subarray(from, to).sort((a, b) => this.#compare(a, b, depth));
    else this.#insertEach(from, to, depth);
  }

  #insertEach(from: number, to: number, depth: number): void {
    const order = this.#order;
    for (let i = from + 1; i < to; i++) {
      const row = at(order, i);
      let place = i;
      for (; place > from && this.#compare(at(order, place - 1), row, depth) > 0; place--) {
        order[place] = at(order, place - 1);
      }
      order[place] = row;
    }
  }

  /** Two rows whose keys are equal up to `depth`. */
  #compare(a: number, b: number, depth: number): number {
    const { bytes, starts, lengths } = this.#rows;
    const startA = at(starts, a);
    const startB = at(starts, b);
    return bytes.compare(bytes, startB + depth, startB + at(lengths, b), startA + depth, startA + at(lengths, a));
  }

  /** By the eight bytes from `depth` on, the last of them first: each pass keeps what the one before has done. */
  #sortByBytes(from: number, to: number, depth: number): void {
    const counts = this.#counts.fill(0);
    for (let i = from; i < to; i++) this.#look(at(this.#order, i), depth);
    let source = this.#order;
    let target = this.#other;
    for (let byte = STEP_BYTES - 1; byte >= 0; byte--) {
      const words = byte < 4 ? this.#high : this.#low;
      const shift = 24 - 8 * (byte % 4);
      const first = byte * RADIX;
      if (at(counts, first + ((at(words, at(source, from)) >>> shift) & 0xff)) === to - from) continue; // all the same
      for (let value = 0, next = from; value < RADIX; value++) {
        const count = at(counts, first + value);
        counts[first + value] = next;
        next += count;
      }
      for (let i = from; i < to; i++) {
        const row = at(source, i);
        const place = first + ((at(words, row) >>> shift) & 0xff);
        target[at(counts, place)] = row;
        counts[place] = at(counts, place) + 1;
      }
      [source, target] = [target, source];
    }
    if (source !== this.#order) this.#order.set(source.subarray(from, to), from);
  }

  /** Takes the bytes at hand of a row, zeros where it ends before, and counts each. */
  #look(row: number, depth: number): void {
    const { bytes, starts, lengths } = this.#rows;
    const start = at(starts, row) + depth;
    const left = at(lengths, row) - depth;
    let high = 0;
    let low = 0;
    if (left >= STEP_BYTES) {
      high = bytes.readUInt32BE(start);
      low = bytes.readUInt32BE(start + 4);
    } else {
      for (let i = 0; i < 4; i++) high = (high << 8) | (i < left ? at(bytes, start + i) : 0);
      for (let i = 4; i < 8; i++) low = (low << 8) | (i < left ? at(bytes, start + i) : 0);
    }
    this.#high[row] = high;
    this.#low[row] = low;
    const counts = this.#counts;
    for (let byte = 0; byte < 4; byte++) {
      const shift = 24 - 8 * byte;
      const inHigh = byte * RADIX + ((high >>> shift) & 0xff);
      const inLow = (4 + byte) * RADIX + ((low >>> shift) & 0xff);
      counts[inHigh] = at(counts, inHigh) + 1;
      counts[inLow] = at(counts, inLow) + 1;
    }
  }

  /** Rows whose eight bytes are equal: those that end within them come first, the shorter before, the others go on. */
  #settleEquals(from: number, to: number, depth: number): void {
    const order = this.#order;
    const same = (a: number, b: number) =>
      at(this.#high, a) === at(this.#high, b) && at(this.#low, a) === at(this.#low, b);
    for (let begin = from; begin < to; ) {
      let end = begin + 1;
      while (end < to && same(at(order, begin), at(order, end))) end += 1;
      if (end - begin <= COMPARED_MAX) this.#later(begin, end, depth);
      else this.#later(this.#endedFirst(begin, end, depth), end, depth + STEP_BYTES);
      begin = end;
    }
  }

  /** Puts those that end within the bytes at hand in front, by their length; returns where the others begin. */
  #endedFirst(from: number, to: number, depth: number): number {
    const left = (row: number) => Math.min(at(this.#rows.lengths, row) - depth, STEP_BYTES + 1);
    const places = new Uint32Array(STEP_BYTES + 2);
    for (let i = from; i < to; i++) {
      const length = left(at(this.#order, i));
      places[length] = at(places, length) + 1;
    }
    for (let length = 0, next = from; length < places.length; length++) {
      const count = at(places, length);
      places[length] = next;
      next += count;
    }
    const longer = at(places, STEP_BYTES + 1);
    if (longer === from) return from;
    for (let i = from; i < to; i++) {
      const row = at(this.#order, i);
      const length = left(row);
      this.#other[at(places, length)] = row;
      places[length] = at(places, length) + 1;
    }
    this.#order.set(this.#other.subarray(from, to), from);
    return longer;
  }
}

/** An element that is there. */
const at = (numbers: Uint8Array | Uint32Array, index: number): number => numbers[index] as number; // within its length
