/** The values of a table's keys, which are known by their numbers: 0, 1, 2 … as they come. */
import type { ByteWriter } from './bytes.ts';
import { checkValue, encodeValue } from './codec.ts';
import { type Combine, Growing, Joiner, NODE_BYTES } from './growing.ts';
import type { KeyTable } from './key-table.ts';
import { sizeOfCharacters } from './size-of.ts';

export interface HeldValues {
  /** Memory that they and their keys take. */
  bytesWith(keys: KeyTable): number;
  /** Whether there may be no room for another value, whatever they take. */
  readonly full: boolean;
  /** What comes from here on was read of a record of so many bytes, and may keep its text alive. */
  nextRecord(bytes: number): void;
  /** Whether it can be held here. If so, it comes next. */
  takes(value: unknown): boolean;
  /** The first value of the next number. @throws FANFOLD_VALUE_TOO_LARGE, and then the number is not taken */
  begin(value: unknown, key: string): void;
  /** The next value of a number. @throws FANFOLD_VALUE_INVALID, FANFOLD_VALUE_TOO_LARGE */
  join(number: number, value: unknown, key: string): void;
  /** Appends what all values of a number come to. @throws what `join` does */
  encode(number: number, key: Uint8Array, out: ByteWriter): void;
  /** Lets go of all values. */
  clear(): void;
  /** The same, and gives back memory that `clear` keeps for others. */
  release(): void;
}

/** A place in the table, a number as its value, and what sorting takes. */
const ENTRY_BYTES = 96;
const SMALL = 2n ** 63n;

/** Values of any kind: as they come of `combine`. */
export class CombinedValues implements HeldValues {
  readonly #combine: Combine;
  readonly #joiner: Joiner;
  /** By number: a value that cannot grow, or a `Growing`. */
  #values: unknown[] = [];
  #recordBytes = 0;
  readonly full = false;
  #bytes = 0;

  constructor(combine: Combine, valueBytesMax: number) {
    this.#combine = combine;
    this.#joiner = new Joiner(combine, valueBytesMax);
  }

  bytesWith(keys: KeyTable): number {
    return ENTRY_BYTES * keys.count + keys.used + this.#bytes;
  }

  nextRecord(bytes: number): void {
    this.#recordBytes = sizeOfCharacters(bytes);
  }

  takes(): boolean {
    return true;
  }

  begin(value: unknown, key: string): void {
    this.#values.push(cannotGrow(value) ? value : this.#grow(key, value)); // unless that throws
  }

  join(number: number, value: unknown, key: string): void {
    const present = this.#values[number];
    if (present instanceof Growing) {
      this.#bytes += present.add(value, this.#joiner, key);
      this.#countRecord();
      return;
    }
    const joined = this.#combine(present, value);
    checkValue(joined, key);
    this.#values[number] = cannotGrow(joined) ? joined : this.#grow(key, joined);
  }

  encode(number: number, key: Uint8Array, out: ByteWriter): void {
    const held = this.#values[number];
    if (held instanceof Growing) held.total(this.#joiner, key);
    encodeValue(held instanceof Growing ? held.value : held, out, key);
  }

  clear(): void {
    this.#values = [];
    this.#bytes = 0;
  }

  release(): void {
    this.clear();
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
}

/** What stays of about the same size however often it is combined. */
function cannotGrow(value: unknown): boolean {
  if (typeof value === 'number') return true;
  if (typeof value === 'bigint') return value < SMALL && value > -SMALL;
  return typeof value !== 'string' && (typeof value !== 'object' || value === null);
}
