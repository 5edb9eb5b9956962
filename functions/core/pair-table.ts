/** The pairs of one chunk, combined as they come, then sorted by key; those that do not fit in memory through scratch. */
import { FanfoldError } from '../errors.ts';
import { KEY_BYTES_MAX, TABLE_KEYS_MAX } from '../limits.ts';
import { ByteWriter } from './bytes.ts';
import { checkValue, encodeValue } from './codec.ts';
import { type Combine, Growing, Joiner, NODE_BYTES } from './growing.ts';
import { KeyTable } from './key-table.ts';
import type { Room } from './memory-bounds.ts';
import { sizeOfCharacters } from './size-of.ts';
import { type Pair, SortedSpills } from './sorted-spills.ts';
import { encodeText } from './text.ts';
import { ValueJoin } from './value-join.ts';

/** A place in the table, a number as its value, and what sorting takes. */
const ENTRY_BYTES = 96;
const SMALL = 2n ** 63n;

export class PairTable {
  readonly #bytesMax: number;
  readonly #combine: Combine;
  readonly #joiner: Joiner;
  readonly #spills: SortedSpills;
  readonly #keys: KeyTable;
  /** Of each key, by its number: a value that cannot grow, or a `Growing`. */
  #values: unknown[] = [];
  #bytes = 0;
  #recordBytes = 0;

  /** @param scatters whether pairs come in the order of a hash of their keys, which have their place in front */
  constructor(combine: Combine, { memory, scratch }: Room, scatters = false) {
    this.#keys = new KeyTable(scatters);
    this.#bytesMax = memory.tableBytesMax;
    this.#combine = combine;
    this.#joiner = new Joiner(combine, memory.valueBytesMax);
    this.#spills = new SortedSpills(scratch, memory.mergeBytesMax, new ValueJoin(combine, memory.valueBytesMax));
  }

  get empty(): boolean {
    return this.#keys.count === 0 && this.#spills.count === 0;
  }

  /** What is added from here on comes from a record of so many bytes, and may keep its text alive. */
  nextRecord(bytes: number): void {
    this.#recordBytes = sizeOfCharacters(bytes);
  }

  /** @throws FANFOLD_VALUE_INVALID, FANFOLD_VALUE_TOO_LARGE, FANFOLD_SCRATCH_FULL */
  add(key: unknown, value: unknown): void {
    if (typeof key !== 'string') throw invalidKey(key === null ? 'is null' : `is of type ${typeof key}`);
    checkValue(value); // each, and not only the first of a key: what a cut decides must not decide whether it is refused
    if (key.length > KEY_BYTES_MAX / 3) checkLength(key);
    const number = this.#keys.find(key);
    if (number < 0) {
      this.#values.push(cannotGrow(value) ? value : this.#grow(key, value)); // unless that throws
      this.#bytes += ENTRY_BYTES + this.#keys.keyBytes;
      this.#keys.add();
    } else {
      const present = this.#values[number];
      if (typeof present === 'number' && typeof value === 'number')
        this.#put(number, key, this.#combine(present, value));
      else this.#join(number, key, present, value);
    }
    if (this.#bytes > this.#bytesMax || this.#keys.count >= TABLE_KEYS_MAX || this.#keys.full) this.#spill();
  }

  /** Every pair in byte order of key; the table is empty afterwards. Its bytes are valid until the next pair. */
  *drain(): Generator<Pair> {
    if (this.#spills.count === 0) return yield* this.#sorted();
    this.#spill();
    yield* this.#spills.merged();
  }

  #join(number: number, key: string, present: unknown, value: unknown): void {
    if (present instanceof Growing) {
      this.#bytes += present.add(value, this.#joiner, key);
      this.#countRecord();
    } else {
      this.#put(number, key, this.#combine(present, value));
    }
  }

  #put(number: number, key: string, joined: unknown): void {
    checkValue(joined);
    this.#values[number] = cannotGrow(joined) ? joined : this.#grow(key, joined);
  }

  #grow(key: string, value: unknown): Growing {
    this.#joiner.measure(value, key);
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
    for (const { key, number } of this.#keys.sorted()) {
      const held = this.#values[number];
      if (held instanceof Growing) held.total(this.#joiner, key);
      out.reset();
      encodeValue(held instanceof Growing ? held.value : held, out);
      yield { key, value: out.view() };
    }
    this.#keys.clear();
    this.#values = [];
    this.#bytes = 0;
  }
}

/** What stays of about the same size however often it is combined. */
function cannotGrow(value: unknown): boolean {
  if (typeof value === 'bigint') return value < SMALL && value > -SMALL;
  return typeof value !== 'string' && (typeof value !== 'object' || value === null);
}

function checkLength(key: string): void {
  if (encodeText(key).length > KEY_BYTES_MAX) throw invalidKey(`takes more than ${KEY_BYTES_MAX} bytes`);
}

function invalidKey(what: string): FanfoldError {
  return new FanfoldError('FANFOLD_VALUE_INVALID', `A key that the job yields ${what}`, {
    fix: `Yield [key, value] with a string of at most ${KEY_BYTES_MAX} bytes as the key.`,
  });
}
