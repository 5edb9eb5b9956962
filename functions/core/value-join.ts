/** Encoded values of one key into one, in their order, as they come: few of them are in memory at a time. */
import { ByteWriter } from './bytes.ts';
import { decodeValue, encodeValue } from './codec.ts';
import { type Combine, Growing, Joiner } from './growing.ts';

export class ValueJoin {
  readonly #joiner: Joiner;
  readonly #bytesMax: number;
  readonly #out = new ByteWriter();

  /** @param valueBytesMax what a value may take in memory; up to about three of them are there at a time */
  constructor(combine: Combine, valueBytesMax: number) {
    this.#joiner = new Joiner(combine, valueBytesMax);
    this.#bytesMax = 2 * valueBytesMax;
  }

  /**
   * @param values at least one; each is looked at before the next is drawn
   * @returns a view that is valid until the next call
   * @throws FANFOLD_VALUE_TOO_LARGE naming the limit
   */
  join(key: Uint8Array, values: Iterable<Uint8Array>): Uint8Array {
    const joiner = this.#joiner;
    let held: Growing | undefined;
    let bytes = 0;
    for (const encoded of values) {
      const value = decodeValue(encoded);
      if (held === undefined) {
        joiner.measure(value, key);
        bytes = joiner.bytes;
        held = new Growing(value, bytes);
      } else {
        bytes += held.add(value, joiner, key);
        if (bytes > this.#bytesMax) bytes += held.total(joiner, key);
      }
    }
    held?.total(joiner, key);
    this.#out.reset();
    encodeValue(held?.value, this.#out);
    return this.#out.view();
  }
}
