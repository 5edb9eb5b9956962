/** The values of a table's keys that are plain lists, for a combiner that keeps their members: as they will be stored. */
import { assert } from '../errors.ts';
import { ByteWriter, doubled, free } from './bytes.ts';
import { encodePlainList } from './codec.ts';
import type { HeldValues } from './held-values.ts';
import type { Kept } from './kept-members.ts';
import type { KeyTable } from './key-table.ts';
import { ListJoin } from './list-join.ts';
import { ListSurvey } from './plain-lists.ts';
import { valueTooLarge } from './too-large.ts';
import { ValueLog } from './value-log.ts';

const KEYS_MIN = 64;

export class ListedValues implements HeldValues {
  readonly #valueBytesMax: number;
  readonly #log = new ValueLog();
  /** Of each key, by its number: the place of its last value. */
  #last = new Uint32Array(KEYS_MIN);
  #count = 0;
  readonly #survey = new ListSurvey();
  readonly #join: ListJoin;
  readonly #encoded = new ByteWriter();

  constructor(kept: Kept, valueBytesMax: number) {
    this.#valueBytesMax = valueBytesMax;
    this.#join = new ListJoin(kept, valueBytesMax);
  }

  bytesWith(keys: KeyTable): number {
    return keys.bytes + this.#last.byteLength + this.#log.bytes;
  }

  get full(): boolean {
    return this.#log.full;
  }

  /** Nothing is held as it comes. */
  nextRecord(): void {}

  takes(value: unknown): value is unknown[] {
    return this.#survey.of(value);
  }

  begin(value: unknown, key: string): void {
    const place = this.#append(value, key, 0);
    if (this.#count === this.#last.length) this.#last = doubled(this.#last, KEYS_MIN);
    this.#last[this.#count] = place;
    this.#count += 1;
  }

  join(number: number, value: unknown, key: string): void {
    this.#last[number] = this.#append(value, key, this.#last[number] as number); // it was begun
  }

  encode(number: number, key: Uint8Array, out: ByteWriter): void {
    const log = this.#log;
    const last = this.#last[number] as number; // it was begun
    for (let place = log.fromFirst(last); place !== 0; place = log.linkOf(place)) {
      this.#join.add(key, log.pageOf(place), log.startOf(place));
    }
    this.#join.take(key, out);
  }

  clear(): void {
    this.#log.clear();
    this.#count = 0;
  }

  release(): void {
    this.clear();
    free(this.#last);
    this.#last = new Uint32Array(KEYS_MIN);
  }

  /** @param value that was taken just now */
  #append(value: unknown, key: string, before: number): number {
    assert(Array.isArray(value), 'a value that is no list');
    if (this.#survey.bytes > this.#valueBytesMax) throw valueTooLarge(key, this.#valueBytesMax);
    this.#encoded.reset();
    encodePlainList(value, this.#encoded, key);
    return this.#log.append(this.#encoded.memory, this.#encoded.length, before);
  }
}
