/**
 * Keys, and a number for each: 0, 1, 2 … in the order of their coming. Keys are the same if their bytes are. To find one
 * takes a look at its slot, which holds all of its hash, and one at its bytes. (V8's Map walks a list of texts, each of
 * them somewhere else in memory; with many keys, waiting for memory is what takes the time.)
 */
import { free, larger } from './bytes.ts';
import { PLACE_BYTES, placeOf } from './scatter.ts';
import { sortRows } from './sort-rows.ts';
import { encodeText } from './text.ts';

/** A slot, in words: the key's hash, where its bytes begin, how many, and its number + 1; 0 where no key is. */
const SLOT = 4;
const SLOTS_MIN = 64;
/** Of slots that hold a key: as many at most. */
const LOAD_MAX = 3 / 4;
const BYTES_MIN = 4 * 1024;
/** Of a key: where it begins and ends, and four words of sort-rows.ts. */
const SORTING_BYTES = 24;
/** Where a key begins is a 32-bit number, and one key has 16 MiB at most. */
const BYTES_MAX = 2 ** 31;
/** Texts of so many units are encoded by hand, which is faster, as long as they are ASCII. */
const SHORT_UNITS = 64;
/** FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv), and the end of MurmurHash3, which brings its high bits down. */
const HASH_START = 0x811c9dc5 | 0;
const HASH_STEP = 0x01000193;
const HASH_END = 0x85ebca6b;

export class KeyTable {
  readonly #placeBytes: number;
  #slots = new Int32Array(SLOTS_MIN * SLOT);
  /** Of all keys, as they are stored. */
  #bytes: Buffer = Buffer.allocUnsafe(BYTES_MIN);
  #used = 0;
  /** The key that was asked for last. */
  readonly #short = Buffer.alloc(SHORT_UNITS);
  #key: Uint8Array = this.#short;
  #length = 0;
  #hash = 0;
  /** Where it is, or would be. */
  #slot = 0;
  /** Keys that are there. */
  count = 0;

  /** @param scatters whether keys have their place in the order of a hash in front, and are in that order */
  constructor(scatters: boolean) {
    this.#placeBytes = scatters ? PLACE_BYTES : 0;
  }

  /** Memory that keys take, and to sort them. */
  get bytes(): number {
    return this.#slots.byteLength + this.#used + SORTING_BYTES * this.count;
  }

  /** Bytes of the keys themselves. */
  get used(): number {
    return this.#used;
  }

  /** Whether there may be no room for another key. */
  get full(): boolean {
    return this.#used > BYTES_MAX;
  }

  /** Bytes of the key that was asked for last, as it is stored. */
  get #keyBytes(): number {
    return this.#length + this.#placeBytes;
  }

  /** The number of a key, or -1 if it is not there. */
  find(text: string): number {
    this.#encode(text);
    const hash = this.#hash;
    const slots = this.#slots;
    const within = slots.length - 1;
    for (let slot = (hash * SLOT) & within; ; slot = (slot + SLOT) & within) {
      const number = (slots[slot + 3] as number) - 1; // a slot is whole
      if (number < 0) {
        this.#slot = slot;
        return -1;
      }
      if (slots[slot] === hash && this.#isKey((slots[slot + 1] as number) >>> 0, slots[slot + 2] as number))
        return number;
    }
  }

  /** Adds the key that was asked for last, and was not there: its number is `count`, as that was. */
  add(): void {
    const key = this.#key.subarray(0, this.#length);
    const start = this.#used;
    this.#reserve(this.#keyBytes);
    if (this.#placeBytes > 0) this.#bytes.write(placeOf(key), start, 'latin1');
    this.#bytes.set(key, start + this.#placeBytes);
    this.#used += this.#keyBytes;
    this.count += 1;
    const slots = this.#slots;
    const slot = this.#slot;
    slots[slot] = this.#hash;
    slots[slot + 1] = start;
    slots[slot + 2] = this.#keyBytes;
    slots[slot + 3] = this.count;
    if (this.count * SLOT > slots.length * LOAD_MAX) this.#grow();
  }

  /** All keys in byte order; views, valid until `clear`. */
  *sorted(): Generator<{ readonly key: Buffer; readonly number: number }> {
    const slots = this.#slots;
    const bytes = this.#bytes;
    const starts = new Uint32Array(this.count);
    const lengths = new Uint32Array(this.count);
    for (let slot = 0; slot < slots.length; slot += SLOT) {
      const number = at(slots, slot + 3) - 1;
      if (number < 0) continue;
      starts[number] = at(slots, slot + 1);
      lengths[number] = at(slots, slot + 2);
    }
    const order = sortRows({ bytes, starts, lengths, count: this.count });
    for (const number of order) {
      const start = at(starts, number);
      yield { key: bytes.subarray(start, start + at(lengths, number)), number };
    }
    for (const numbers of [order, starts, lengths]) free(numbers);
  }

  /** Takes out all keys, and keeps the memory for others. */
  clear(): void {
    this.#slots.fill(0);
    this.#used = 0;
    this.count = 0;
  }

  /** The same, and gives the memory back. */
  release(): void {
    free(this.#slots);
    free(this.#bytes);
    this.#slots = new Int32Array(SLOTS_MIN * SLOT);
    this.#bytes = Buffer.allocUnsafe(BYTES_MIN);
    this.clear();
  }

  #encode(text: string): void {
    const bytes = this.#short;
    const units = text.length;
    if (units > SHORT_UNITS) return this.#encodeAny(text);
    let hash = HASH_START;
    for (let i = 0; i < units; i++) {
      const unit = text.charCodeAt(i);
      if (unit >= 0x80) return this.#encodeAny(text);
      bytes[i] = unit;
      hash = Math.imul(hash ^ unit, HASH_STEP);
    }
    this.#key = bytes;
    this.#length = units;
    this.#hash = ended(hash);
  }

  #encodeAny(text: string): void {
    const bytes = encodeText(text);
    let hash = HASH_START;
    for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ (bytes[i] as number), HASH_STEP);
    this.#key = bytes;
    this.#length = bytes.length;
    this.#hash = ended(hash);
  }

  #isKey(start: number, length: number): boolean {
    if (length !== this.#keyBytes) return false;
    const bytes = this.#bytes;
    const key = this.#key;
    const from = start + this.#placeBytes;
    for (let i = 0; i < this.#length; i++) if (bytes[from + i] !== key[i]) return false;
    return true;
  }

  #reserve(more: number): void {
    if (this.#used + more <= this.#bytes.length) return;
    this.#bytes = larger(this.#bytes, this.#used, Math.max(this.#used + more, 2 * this.#bytes.length));
  }

  #grow(): void {
    const old = this.#slots;
    const slots = new Int32Array(2 * old.length);
    const within = slots.length - 1;
    for (let from = 0; from < old.length; from += SLOT) {
      if (at(old, from + 3) === 0) continue;
      let slot = (at(old, from) * SLOT) & within;
      while (at(slots, slot + 3) !== 0) slot = (slot + SLOT) & within;
      for (let i = 0; i < SLOT; i++) slots[slot + i] = at(old, from + i);
    }
    free(old);
    this.#slots = slots;
  }
}

function ended(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 15), HASH_END);
  return mixed ^ (mixed >>> 13);
}

/** An element that is there. */
const at = (numbers: Uint32Array | Int32Array, index: number): number => numbers[index] as number; // within its length
