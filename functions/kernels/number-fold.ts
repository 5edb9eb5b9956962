/**
 * The pairs of one chunk whose values are numbers, added or compared in a kernel: sorted pairs out, byte for byte as
 * PairTable and the codec give them. Whatever is no number a kernel can hold brings all pairs into a PairTable.
 */
import { checkValue, decodeValue } from '../core/codec.ts';
import type { Combine } from '../core/growing.ts';
import type { Room } from '../core/memory-bounds.ts';
import { checkKey, PairTable } from '../core/pair-table.ts';
import { decodeText, encodeText } from '../core/text.ts';
import { type FanfoldError, isResult } from '../errors.ts';
import { GroupTable } from './group-table.ts';
import { type PairBlock, pairsIn } from './pair-block.ts';
import { type NumberKinds, setValues } from './plan.ts';

/** What is collected before a kernel takes it: about what a core's own cache holds. */
const PAIRS = 2048;
const KEY_BYTES = 32 * 1024;
/** Keys of so many units are encoded by hand, which is faster, as long as they are ASCII. */
const SHORT_UNITS = 64;
/** Longer ones are not for a kernel: a unit takes three bytes at most. */
const LONG_UNITS = KEY_BYTES / 3;
/** Of the memory for pairs, what a PairTable has at least beside a kernel, whose memory does not shrink. Ours. */
const PLAIN_SHARE_MIN = 1 / 4;

type Form = keyof NumberKinds;

export class NumberFold {
  readonly #combine: Combine;
  readonly #room: Room;
  readonly #kinds: NumberKinds;
  #plain: PairTable | undefined;
  /** What the values are: known with the first one. */
  #form: Form | undefined;
  #table: GroupTable | undefined;
  /** Where pairs are collected, in the kernel's memory; moves with it. */
  #keys: Uint8Array = NO_BYTES;
  #lengths = new Uint32Array();
  #numbers = new Float64Array();
  #bigints = new BigInt64Array();
  /** Pairs that are collected, and bytes of their keys. */
  #count = 0;
  #at = 0;
  #recordBytes = 0;
  /** What the pairs have come to, if nothing can be stored of them. */
  #failure: FanfoldError | undefined;

  constructor(kinds: NumberKinds, combine: Combine, room: Room) {
    this.#kinds = kinds;
    this.#combine = combine;
    this.#room = room;
  }

  /** Has all pairs, if some were not for a kernel. */
  get plain(): PairTable | undefined {
    return this.#plain;
  }

  /** What is added from here on comes from a record of so many bytes, and may keep its text alive. */
  nextRecord(bytes: number): void {
    this.#recordBytes = bytes;
    this.#plain?.nextRecord(bytes);
  }

  /** @throws what `PairTable.add` does */
  add(key: unknown, value: unknown): void {
    if (typeof key !== 'string' || key.length > SHORT_UNITS || !this.#isShort(value)) return this.#addAny(key, value);
    const bytes = this.#keys;
    const start = this.#at;
    const units = key.length;
    for (let i = 0; i < units; i++) {
      const unit = key.charCodeAt(i);
      if (unit >= 0x80) return this.#addAny(key, value);
      bytes[start + i] = unit;
    }
    this.#put(value);
    this.#added(units);
  }

  /** Whether it is what all values are, as far as is known, and a kernel can hold it. */
  #isShort(value: unknown): value is number | bigint {
    if (typeof value === 'number') return this.#form === 'number' && Number.isFinite(value);
    return typeof value === 'bigint' && this.#form === 'bigint' && isShort(value);
  }

  #put(value: number | bigint): void {
    if (typeof value === 'number') this.#numbers[this.#count] = value;
    else this.#bigints[this.#count] = value;
  }

  /** Every pair in byte order of key, if none are in `plain`. Nothing can be added afterwards. */
  *drain(boundaries: readonly Uint8Array[]): Generator<PairBlock> {
    this.#flush(this.#table);
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#form === undefined || this.#table === undefined) return;
    yield* this.#table.drain(this.#kinds[this.#form], this.#combine, boundaries, []);
  }

  #addAny(key: unknown, value: unknown): void {
    if (this.#plain !== undefined) return this.#plain.add(key, value);
    checkKey(key);
    checkValue(value);
    if (this.#failure !== undefined) return;
    this.#form ??= formOf(value);
    if (this.#form === undefined || !this.#isShort(value) || key.length > LONG_UNITS) {
      this.#orFail(() => {
        this.#plain = this.#toPlain();
        this.#plain.nextRecord(this.#recordBytes);
      });
      return this.#addAny(key, value);
    }
    const bytes = encodeText(key);
    if (this.#table === undefined || this.#at + bytes.length > KEY_BYTES) this.#flush(this.#opened(this.#form));
    this.#keys.set(bytes, this.#at);
    this.#put(value);
    this.#added(bytes.length);
  }

  #added(keyBytes: number): void {
    this.#lengths[this.#count] = keyBytes;
    this.#count += 1;
    this.#at += keyBytes;
    if (this.#count === PAIRS || this.#at > KEY_BYTES - SHORT_UNITS) this.#flush(this.#table);
  }

  #opened(form: Form): GroupTable {
    this.#table ??= new GroupTable(this.#room, ({ exports }) => {
      setValues(exports, this.#kinds[form]);
      exports.openTable();
      exports.openPairs(PAIRS, KEY_BYTES);
    });
    return this.#table;
  }

  /** Puts what is collected into the groups. */
  #flush(table: GroupTable | undefined): void {
    if (table === undefined || this.#failure !== undefined) return;
    const { exports } = table.kernel;
    exports.takePairs(this.#count);
    this.#count = 0;
    this.#at = 0;
    if (table.full) this.#orFail(() => table.spill());
    const { buffer } = exports.memory;
    if (this.#keys.buffer === buffer && this.#keys.byteOffset === exports.pairKeysAt.value) return;
    this.#keys = new Uint8Array(buffer, exports.pairKeysAt.value, KEY_BYTES);
    this.#lengths = new Uint32Array(buffer, exports.pairLengthsAt.value, PAIRS);
    this.#numbers = new Float64Array(buffer, exports.pairNumbersAt.value, PAIRS);
    this.#bigints = new BigInt64Array(buffer, exports.pairNumbersAt.value, PAIRS);
  }

  /** What the pairs come to is no error of the record at hand: it is told when all of them have come. */
  #orFail(step: () => void): void {
    try {
      step();
    } catch (error) {
      if (!isResult(error)) throw error;
      this.#failure = error;
      this.#form = undefined;
    }
  }

  /** All pairs in another table, where they come before those that are added next: a small one, if they fill the kernel. */
  #toPlain(): PairTable {
    const { memory, scratch } = this.#room;
    const { tableBytesMax } = memory;
    const left = Math.max(tableBytesMax - (this.#table?.taken ?? 0), Math.floor(tableBytesMax * PLAIN_SHARE_MIN));
    const plain = new PairTable(this.#combine, { memory: { ...memory, tableBytesMax: left }, scratch });
    for (const { bytes } of this.drain([])) {
      for (const { key, value } of pairsIn(bytes)) plain.add(decodeText(key, 0, key.length), decodeValue(value));
    }
    this.#table = undefined;
    this.#form = undefined;
    return plain;
  }
}

const NO_BYTES = new Uint8Array();

const isShort = (value: bigint) => BigInt.asIntN(64, value) === value;

/** What a kernel can take a value as. */
function formOf(value: unknown): Form | undefined {
  if (typeof value === 'number') return 'number';
  return typeof value === 'bigint' && isShort(value) ? 'bigint' : undefined;
}
