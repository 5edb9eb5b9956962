/** The pairs of one chunk, combined as they come, then sorted by key; those that do not fit in memory through scratch. */
import { FanfoldError } from '../errors.ts';
import { KEY_BYTES_MAX, TABLE_KEYS_MAX } from '../limits.ts';
import { ByteWriter } from './bytes.ts';
import { checkValue, encodeValue } from './codec.ts';
import { sortTexts } from './compare-keys.ts';
import { type Combine, Growing, Joiner, NODE_BYTES } from './growing.ts';
import type { Room } from './memory-bounds.ts';
import { PLACE_BYTES, scattered } from './scatter.ts';
import { CUT_CHARACTERS_MIN, sizeOfCharacters, sizeOfText } from './size-of.ts';
import { type Pair, SortedSpills } from './sorted-spills.ts';
import { canonicalText, encodeText } from './text.ts';
import { ValueJoin } from './value-join.ts';

/** A place in the table, a number as its value, and what sorting takes. */
const ENTRY_BYTES = 96;
const SMALL = 2n ** 63n;

export class PairTable {
  readonly #bytesMax: number;
  readonly #combine: Combine;
  readonly #joiner: Joiner;
  readonly #spills: SortedSpills;
  readonly #scatters: boolean;
  /** Of each key a value that cannot grow, or a `Growing`. */
  #values = new Map<string, unknown>();
  #bytes = 0;
  #recordBytes = 0;

  /** @param scatters whether pairs come in the order of a hash of their keys, which have their place in front */
  constructor(combine: Combine, { memory, scratch }: Room, scatters = false) {
    this.#scatters = scatters;
    this.#bytesMax = memory.tableBytesMax;
    this.#combine = combine;
    this.#joiner = new Joiner(combine, memory.valueBytesMax);
    this.#spills = new SortedSpills(scratch, memory.mergeBytesMax, new ValueJoin(combine, memory.valueBytesMax));
  }

  get empty(): boolean {
    return this.#values.size === 0 && this.#spills.count === 0;
  }

  /** What is added from here on comes from a record of so many bytes, and may keep its text alive. */
  nextRecord(bytes: number): void {
    this.#recordBytes = sizeOfCharacters(bytes);
  }

  /** @throws FANFOLD_VALUE_INVALID, FANFOLD_VALUE_TOO_LARGE, FANFOLD_SCRATCH_FULL */
  add(key: unknown, value: unknown): void {
    if (typeof key !== 'string') throw invalidKey(key === null ? 'is null' : `is of type ${typeof key}`);
    checkValue(value); // each, and not only the first of a key: what a cut decides must not decide whether it is refused
    let present = this.#values.get(key);
    let name = key;
    if (present === undefined) {
      name = ownText(key);
      if (name !== key) present = this.#values.get(name);
    }
    if (present === undefined) this.#insert(name, value);
    else if (typeof present === 'number' && typeof value === 'number') this.#put(name, this.#combine(present, value));
    else this.#join(name, present, value);
    if (this.#bytes > this.#bytesMax || this.#values.size >= TABLE_KEYS_MAX) this.#spill();
  }

  /** Every pair in byte order of key; the table is empty afterwards. Its bytes are valid until the next pair. */
  *drain(): Generator<Pair> {
    if (this.#spills.count === 0) return yield* this.#sorted();
    this.#spill();
    yield* this.#spills.merged();
  }

  #insert(name: string, value: unknown): void {
    this.#bytes += ENTRY_BYTES + sizeOfText(name);
    if (cannotGrow(value)) this.#values.set(name, value);
    else this.#values.set(name, this.#grow(name, value));
  }

  #join(name: string, present: unknown, value: unknown): void {
    if (present instanceof Growing) {
      this.#bytes += present.add(value, this.#joiner, name);
      this.#countRecord();
    } else {
      this.#put(name, this.#combine(present, value));
    }
  }

  #put(name: string, joined: unknown): void {
    checkValue(joined); // `undefined` stands for "no such key" in the table
    this.#values.set(name, cannotGrow(joined) ? joined : this.#grow(name, joined));
  }

  #grow(name: string, value: unknown): Growing {
    this.#joiner.measure(value, name);
    this.#bytes += NODE_BYTES + this.#joiner.bytes;
    this.#countRecord();
    return new Growing(value, this.#joiner.bytes);
  }

  /** Once a record: what the value at hand was cut from. */
  #countRecord(): void {
    if (!this.#joiner.mayKeepText) return;
    this.#bytes += this.#recordBytes;
    this.#recordBytes = 0;
  }

  #spill(): void {
    this.#spills.write(this.#sorted());
  }

  *#sorted(): Generator<Pair> {
    const out = new ByteWriter();
    const values = this.#values;
    const keys = [...values.keys()];
    for (const sorted of sortTexts(this.#scatters ? keys.map(scattered) : keys)) {
      const key = this.#scatters ? sorted.slice(PLACE_BYTES) : sorted;
      const held = values.get(key);
      if (held instanceof Growing) held.total(this.#joiner, key);
      out.reset();
      encodeValue(held instanceof Growing ? held.value : held, out);
      yield { key: encodeText(sorted), value: out.view() };
    }
    this.#values = new Map();
    this.#bytes = 0;
  }
}

/** What stays of about the same size however often it is combined. */
function cannotGrow(value: unknown): boolean {
  if (typeof value === 'bigint') return value < SMALL && value > -SMALL;
  return typeof value !== 'string' && (typeof value !== 'object' || value === null);
}

/** The one spelling of a key, since two strings of equal bytes are one key, and not a part of a larger text. */
function ownText(key: string): string {
  const long = key.length >= CUT_CHARACTERS_MIN;
  const name = long && key.isWellFormed() ? Buffer.from(key).toString() : canonicalText(key);
  if (name.length > KEY_BYTES_MAX / 3 && encodeText(name).length > KEY_BYTES_MAX) {
    throw invalidKey(`takes more than ${KEY_BYTES_MAX} bytes`);
  }
  return name;
}

function invalidKey(what: string): FanfoldError {
  return new FanfoldError('FANFOLD_VALUE_INVALID', `A key that the job yields ${what}`, {
    fix: `Yield [key, value] with a string of at most ${KEY_BYTES_MAX} bytes as the key.`,
  });
}
