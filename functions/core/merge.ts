/** Streaming k-way merge of key-sorted pairs: memory is two blocks an input and the values of one key, never the data. */
import { FanfoldError } from '../errors.ts';
import { ByteReader } from './bytes.ts';
import type { Combine } from './growing.ts';
import { LeastFirst, prefixOf, type SortedInput } from './least-first.ts';
import type { EntrySource } from './partial-reader.ts';
import { ValueJoin } from './value-join.ts';

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
 *
 * @param combine without it, pairs of one key stay apart: those of one input in their order, those of the earlier first
 * @param valueBytesMax what a value may take in memory; about three of them are there at a time
 */
export async function* mergePairs(
  inputs: readonly EntrySource[],
  combine: Combine | undefined,
  valueBytesMax: number,
): AsyncGenerator<Pair[]> {
  const join = combine === undefined ? undefined : new ValueJoin(combine, valueBytesMax);
  const cursors = inputs.map((input, order) => new Cursor(input, order, join !== undefined));
  for (const input of inputs) input.begin();
  const begun: Cursor[] = [];
  for (const cursor of cursors) if (await cursor.refill()) begun.push(cursor);
  const heap = new LeastFirst(begun);
  let pairs: Pair[] = [];
  let bytes = 0;
  for (let least = heap.first; least !== undefined; least = heap.first) {
    const { key } = least;
    let value = least.value ?? (await least.longValue());
    if (least.advance() || (await least.refill())) heap.moved();
    else heap.ended();
    if (join !== undefined && heap.first?.key.equals(key)) {
      join.add(key, value);
      for (let next: Cursor | undefined = heap.first; next?.key.equals(key); next = heap.first) {
        join.add(key, next.value ?? (await next.longValue()));
        if (next.advance() || (await next.refill())) heap.moved();
        else heap.ended();
      }
      value = Buffer.from(join.take(key));
    }
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

/** One input at its current pair. Of a long value only the beginning is there until it is asked for. */
class Cursor implements SortedInput {
  readonly #input: EntrySource;
  readonly #eachOnce: boolean;
  readonly order: number;
  #block = new ByteReader(Buffer.alloc(0));
  /** Of a value that goes on in the next blocks: all its bytes. */
  #longBytes = 0;
  key: Buffer = Buffer.alloc(0);
  prefix = -1;
  /** Undefined where it goes on in the next blocks. */
  value: Buffer | undefined;

  /** @param eachOnce whether no key comes twice */
  constructor(input: EntrySource, order: number, eachOnce: boolean) {
    this.#input = input;
    this.order = order;
    this.#eachOnce = eachOnce;
  }

  /** To the next pair of the block at hand; false when there is none. */
  advance(): boolean {
    const block = this.#block;
    if (block.done) return false;
    const previous = this.key;
    const prefix = this.prefix;
    this.key = block.bytes(block.varint());
    this.prefix = prefixOf(this.key);
    if (prefix >= this.prefix) this.#checkOrder(previous, prefix);
    const valueBytes = block.varint();
    this.#longBytes = valueBytes;
    this.value = valueBytes <= block.left ? block.bytes(valueBytes) : undefined;
    return true;
  }

  /** To the first pair of the next block; false at the end. */
  async refill(): Promise<boolean> {
    for (;;) {
      const block = await this.#input.next();
      if (block === undefined) return false;
      this.#block = new ByteReader(block.bytes);
      if (this.advance()) return true;
    }
  }

  /** The value of the pair at hand, from here and the blocks that it goes on in. */
  async longValue(): Promise<Buffer> {
    const value = Buffer.allocUnsafe(this.#longBytes);
    for (let have = 0; ; ) {
      have += this.#block.bytes(Math.min(this.#block.left, value.length - have)).copy(value, have);
      if (have === value.length) return value;
      const block = await this.#input.next();
      if (block === undefined) throw endsEarly(this.key);
      this.#block = new ByteReader(block.bytes);
    }
  }

  #checkOrder(previous: Buffer, prefix: number): void {
    const order = prefix === this.prefix ? Buffer.compare(previous, this.key) : 1;
    if (order > 0 || (order === 0 && this.#eachOnce)) throw notSorted(this.key);
  }
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

/** @param key where, if that is known */
export function notSorted(key?: Buffer): FanfoldError {
  return corrupt(
    key === undefined ? 'is not in order, or ends within a pair' : `is not in order at the key ${quoted(key)}`,
  );
}

const endsEarly = (key: Buffer): FanfoldError => corrupt(`ends within the value of ${quoted(key)}`);

const quoted = (key: Buffer) => JSON.stringify(key.toString());

const corrupt = (what: string) =>
  new FanfoldError('FANFOLD_PARTIAL_CORRUPT', `A partial ${what}`, {
    fix: 'Start the run again, and report it if it comes back.',
    fatal: true,
  });
