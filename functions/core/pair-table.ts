/** The pairs of one chunk, combined as they come, then sorted by key; those that do not fit in memory through scratch. */
import { FanfoldError } from '../errors.ts';
import { KEY_BYTES_MAX, TABLE_KEYS_MAX } from '../limits.ts';
import { ByteWriter } from './bytes.ts';
import { checkValue } from './codec.ts';
import type { Combine } from './growing.ts';
import { CombinedValues, type HeldValues } from './held-values.ts';
import { keptBy } from './kept-members.ts';
import { KeyTable } from './key-table.ts';
import { ListedValues } from './listed-values.ts';
import type { Room } from './memory-bounds.ts';
import { type Pair, SortedSpills } from './sorted-spills.ts';
import { encodeText } from './text.ts';
import { ValueJoin } from './value-join.ts';

export class PairTable {
  readonly #bytesMax: number;
  readonly #spills: SortedSpills;
  readonly #keys: KeyTable;
  /** What holds values that are not all plain lists. */
  readonly #combined: CombinedValues;
  #values: HeldValues;

  /** @param scatters whether pairs come in the order of a hash of their keys, which have their place in front */
  constructor(combine: Combine, { memory, scratch }: Room, scatters = false) {
    const { tableBytesMax, valueBytesMax, mergeBytesMax } = memory;
    this.#keys = new KeyTable(scatters);
    this.#bytesMax = tableBytesMax;
    this.#combined = new CombinedValues(combine, valueBytesMax);
    const kept = keptBy(combine);
    this.#values = kept === undefined ? this.#combined : new ListedValues(kept, valueBytesMax);
    this.#spills = new SortedSpills(scratch, mergeBytesMax, new ValueJoin(combine, valueBytesMax));
  }

  get empty(): boolean {
    return this.#keys.count === 0 && this.#spills.count === 0;
  }

  /** What is added from here on comes from a record of so many bytes, and may keep its text alive. */
  nextRecord(bytes: number): void {
    this.#combined.nextRecord(bytes);
  }

  /** @throws FANFOLD_VALUE_INVALID, FANFOLD_VALUE_TOO_LARGE, FANFOLD_SCRATCH_FULL */
  add(key: unknown, value: unknown): void {
    checkKey(key);
    checkValue(value); // each, and not only the first of a key: what a cut decides must not decide whether it is refused
    if (key.length > KEY_BYTES_MAX / 3) checkLength(key);
    if (!this.#values.takes(value)) this.#combineFromHere();
    const number = this.#keys.find(key);
    if (number < 0) {
      this.#values.begin(value, key);
      this.#keys.add();
    } else {
      this.#values.join(number, value, key);
    }
    const full = this.#keys.count >= TABLE_KEYS_MAX || this.#keys.full || this.#values.full;
    if (full || this.#values.bytesWith(this.#keys) > this.#bytesMax) this.#spill();
  }

  /** Every pair in byte order of key; the table is empty afterwards. Its bytes are valid until the next pair. */
  *drain(): Generator<Pair> {
    yield* this.#spills.drain(this.#sorted(), () => {
      this.#keys.release();
      this.#values.release();
    });
  }

  /** A value came that is no plain list: what there is goes to scratch, and comes back to be combined with the others. */
  #combineFromHere(): void {
    if (this.#keys.count > 0) this.#spill();
    this.#values = this.#combined;
  }

  #spill(): void {
    this.#spills.write(this.#sorted());
    this.#keys.clear();
    this.#values.clear();
  }

  *#sorted(): Generator<Pair> {
    const out = new ByteWriter();
    for (const { key, number } of this.#keys.sorted()) {
      out.reset();
      this.#values.encode(number, key, out);
      yield { key, value: out.view() };
    }
  }
}

/** @throws FANFOLD_VALUE_INVALID for what is no text; how long one may be, `add` says */
export function checkKey(key: unknown): asserts key is string {
  if (typeof key !== 'string') throw invalidKey(key === null ? 'is null' : `is of type ${typeof key}`);
}

function checkLength(key: string): void {
  if (encodeText(key).length > KEY_BYTES_MAX) throw invalidKey(`takes more than ${KEY_BYTES_MAX} bytes`);
}

function invalidKey(what: string): FanfoldError {
  return new FanfoldError('FANFOLD_VALUE_INVALID', `A key that the job yields ${what}`, {
    fix: `Yield [key, value] with a string of at most ${KEY_BYTES_MAX} bytes as the key.`,
  });
}
