/** The pairs of one chunk, combined as they come, then sorted by key. */
import { FanfoldError } from '../errors.ts';
import { KEY_BYTES_MAX } from '../limits.ts';
import { ByteWriter } from './bytes.ts';
import { checkValue, encodeValue } from './codec.ts';
import { sortTexts } from './compare-keys.ts';
import { canonicalText, encodeText } from './text.ts';

type Combine = (earlier: unknown, later: unknown) => unknown;

export class PairTable {
  readonly #combine: Combine;
  readonly #values = new Map<string, unknown>();

  constructor(combine: Combine) {
    this.#combine = combine;
  }

  get size(): number {
    return this.#values.size;
  }

  add(key: unknown, value: unknown): void {
    if (typeof key !== 'string') throw invalidKey(key === null ? 'is null' : `is of type ${typeof key}`);
    checkValue(value); // each, and not only the first of a key: what a cut decides must not decide whether it is refused
    const values = this.#values;
    let name = key;
    let present = values.get(name);
    if (present === undefined) {
      // A new key, or one whose spelling is not canonical: two strings of equal bytes are one key.
      name = canonicalText(key);
      if (name.length > KEY_BYTES_MAX / 3 && encodeText(name).length > KEY_BYTES_MAX) {
        throw invalidKey(`takes more than ${KEY_BYTES_MAX} bytes`);
      }
      if (name !== key) present = values.get(name);
    }
    if (present instanceof Growing) present.add(value, this.#combine);
    else if (present !== undefined) values.set(name, combined(this.#combine(present, value)));
    else values.set(name, typeof value === 'object' && value !== null ? new Growing(value) : value);
  }

  /** Every pair in byte order of key; the table is empty afterwards. A value's bytes are valid until the next pair. */
  *drain(): Generator<{ readonly key: Uint8Array; readonly value: Uint8Array }> {
    const scratch = new ByteWriter();
    for (const key of sortTexts([...this.#values.keys()])) {
      const value = this.#values.get(key);
      scratch.reset();
      encodeValue(value instanceof Growing ? value.total(this.#combine) : value, scratch);
      yield { key: encodeText(key), value: scratch.view() };
    }
    this.#values.clear();
  }
}

/** `undefined` stands for "no such key" in the table. */
function combined(value: unknown): unknown {
  checkValue(value);
  return value;
}

/**
 * Values that may grow when combined (lists, sets, objects of such): combined like the carries of a binary counter, so
 * that n values cost n log n copies and not n². Order stays (earlier, later), which associativity makes the same answer.
 */
class Growing {
  readonly #stack: unknown[];
  #count = 1;

  constructor(first: unknown) {
    this.#stack = [first];
  }

  add(value: unknown, combine: Combine): void {
    this.#stack.push(value);
    this.#count += 1;
    for (let carry = this.#count; carry % 2 === 0; carry /= 2) this.#fold(combine);
  }

  total(combine: Combine): unknown {
    while (this.#stack.length > 1) this.#fold(combine);
    return this.#stack[0];
  }

  #fold(combine: Combine): void {
    const later = this.#stack.pop();
    const earlier = this.#stack.pop();
    this.#stack.push(combine(earlier, later));
  }
}

function invalidKey(what: string): FanfoldError {
  return new FanfoldError('FANFOLD_VALUE_INVALID', `A key that the job yields ${what}`, {
    fix: `Yield [key, value] with a string of at most ${KEY_BYTES_MAX} bytes as the key.`,
  });
}
