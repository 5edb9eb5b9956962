/** Encoded values of one key into one, in their order, as they come: few of them are in memory at a time. */
import { ByteWriter } from './bytes.ts';
import { decodeValue, encodeValue } from './codec.ts';
import { type Combine, Growing, Joiner } from './growing.ts';
import { keptBy } from './kept-members.ts';
import { ListJoin } from './list-join.ts';

export class ValueJoin {
  readonly #joiner: Joiner;
  /** Of plain lists, as long as no other value comes. */
  readonly #lists: ListJoin | undefined;
  readonly #bytesMax: number;
  readonly #out = new ByteWriter();
  #held: Growing | undefined;
  #bytes = 0;

  /** @param valueBytesMax what a value may take in memory; about three of them are there at a time */
  constructor(combine: Combine, valueBytesMax: number) {
    const kept = keptBy(combine);
    this.#lists = kept === undefined ? undefined : new ListJoin(kept, valueBytesMax);
    this.#joiner = new Joiner(combine, valueBytesMax);
    this.#bytesMax = 2 * valueBytesMax;
  }

  /**
   * Takes the next value of the key at hand.
   *
   * @throws FANFOLD_VALUE_TOO_LARGE naming the limit
   */
  add(key: Uint8Array, encoded: Uint8Array): void {
    const lists = this.#lists;
    if (lists !== undefined && this.#held === undefined) {
      if (lists.add(key, encoded)) return;
      if (!lists.empty) this.#combine(key, decodeValue(this.#listed(key, lists)));
    }
    this.#combine(key, decodeValue(encoded));
  }

  /** What all values came to, as a view that is valid until the next call; then comes another key. */
  take(key: Uint8Array): Uint8Array {
    if (this.#lists?.empty === false) return this.#listed(key, this.#lists);
    this.#held?.total(this.#joiner, key);
    this.#out.reset();
    encodeValue(this.#held?.value, this.#out, key);
    this.#held = undefined;
    return this.#out.view();
  }

  #listed(key: Uint8Array, lists: ListJoin): Uint8Array {
    this.#out.reset();
    lists.take(key, this.#out);
    return this.#out.view();
  }

  #combine(key: Uint8Array, value: unknown): void {
    const joiner = this.#joiner;
    if (this.#held === undefined) {
      joiner.measure(value, key);
      this.#bytes = joiner.bytes;
      this.#held = new Growing(value, this.#bytes);
    } else {
      this.#bytes += this.#held.add(value, joiner, key);
      if (this.#bytes > this.#bytesMax) this.#bytes += this.#held.total(joiner, key);
    }
  }
}
