/** The rows of one chunk in byte order of a key, duplicates kept, in the order of the input where keys are equal. */
import { FanfoldError } from '../errors.ts';
import { KEY_BYTES_MAX } from '../limits.ts';
import { type ByteWriter, doubled, free, larger } from './bytes.ts';
import type { Room } from './memory-bounds.ts';
import { sortRows } from './sort-rows.ts';
import { type Pair, SortedSpills } from './sorted-spills.ts';
import { encodeText } from './text.ts';
import { rowTooLarge } from './too-large.ts';

const BYTES_MIN = 64 * 1024;
const ROWS_MIN = 1024;
const NO_ROWS = new Uint32Array(0);
/** Of a row besides its bytes: where it lies, and what sorting takes. */
const ROW_BYTES = 32;
/** Where a row lies is a 32-bit number. */
const BYTES_MAX = 2 ** 31;
/** Longer texts are measured before there is room made for them: UTF-8 takes one to three bytes a UTF-16 unit. */
const MEASURED_CHARACTERS_MIN = 4096;

/** An encoded row is never empty, so no bytes stand for the row that is its key and a line end. */
const KEY_ALONE = Buffer.alloc(0);
const LF = 0x0a;

/** Appends a row as it stands in the result, from how a sorted partial holds it. */
export function putRow({ key, value }: Pair, out: ByteWriter): void {
  if (value.length > 0) return out.bytes(value);
  out.bytes(key);
  out.byte(LF);
}

export class RowSorter {
  readonly #bytesMax: number;
  readonly #rowBytesMax: number;
  readonly #spills: SortedSpills;
  /** Keys, each with its row behind it. */
  #bytes: Buffer = KEY_ALONE;
  #used = 0;
  #starts = NO_ROWS;
  #keyLengths = NO_ROWS;
  #rowLengths = NO_ROWS;
  #count = 0;

  constructor({ memory, scratch }: Room) {
    this.#bytesMax = Math.min(memory.tableBytesMax, BYTES_MAX);
    this.#rowBytesMax = memory.valueBytesMax;
    this.#spills = new SortedSpills(scratch, memory.mergeBytesMax, undefined);
  }

  /**
   * @param row as it will stand in the result
   * @throws FANFOLD_VALUE_INVALID, FANFOLD_VALUE_TOO_LARGE, FANFOLD_SCRATCH_FULL
   */
  add(key: unknown, row: string): void {
    if (typeof key !== 'string') throw invalidKey(key === null ? 'null' : `a ${typeof key}`);
    const alone = row.length === key.length + 1 && row.endsWith('\n') && row.startsWith(key);
    const bytes = bytesOf(key) + (alone ? 0 : bytesOf(row));
    if (this.#count > 0 && this.#used + bytes + ROW_BYTES * this.#count > this.#bytesMax) this.#spill();
    this.#reserve(bytes);
    const keyLength = this.#write(key, this.#used);
    checkRowKey(keyLength);
    const rowLength = alone ? 0 : this.#write(row, this.#used + keyLength);
    if (rowLength > this.#rowBytesMax) throw rowTooLarge(rowLength, this.#rowBytesMax);
    this.#starts[this.#count] = this.#used;
    this.#keyLengths[this.#count] = keyLength;
    this.#rowLengths[this.#count] = rowLength;
    this.#count += 1;
    this.#used += keyLength + rowLength;
  }

  /** Every row in order, of which `putRow` makes its bytes; none is left afterwards. Valid until the next one. */
  *drain(): Generator<Pair> {
    yield* this.#spills.drain(this.#sorted(), () => this.#release());
  }

  #release(): void {
    this.#clear();
    for (const memory of [this.#bytes, this.#starts, this.#keyLengths, this.#rowLengths]) free(memory);
    this.#bytes = KEY_ALONE;
    this.#starts = NO_ROWS;
    this.#keyLengths = NO_ROWS;
    this.#rowLengths = NO_ROWS;
  }

  #spill(): void {
    this.#spills.write(this.#sorted());
    this.#clear();
  }

  #clear(): void {
    this.#used = 0;
    this.#count = 0;
  }

  *#sorted(): Generator<Pair> {
    const [bytes, starts, lengths] = [this.#bytes, this.#starts, this.#keyLengths];
    const order = sortRows({ bytes, starts, lengths, count: this.#count });
    for (const row of order) {
      const start = starts[row] ?? 0;
      const end = start + (lengths[row] ?? 0);
      const rowLength = this.#rowLengths[row] ?? 0;
      yield {
        key: bytes.subarray(start, end),
        value: rowLength === 0 ? KEY_ALONE : bytes.subarray(end, end + rowLength),
      };
    }
    free(order);
  }

  #write(text: string, at: number): number {
    if (text.isWellFormed()) return this.#bytes.write(text, at);
    const bytes = encodeText(text);
    this.#bytes.set(bytes, at);
    return bytes.length;
  }

  #reserve(bytes: number): void {
    if (this.#used + bytes > this.#bytes.length) {
      this.#bytes = larger(this.#bytes, this.#used, Math.max(BYTES_MIN, this.#used + bytes, 2 * this.#bytes.length));
    }
    if (this.#count < this.#starts.length) return;
    this.#starts = doubled(this.#starts, ROWS_MIN);
    this.#keyLengths = doubled(this.#keyLengths, ROWS_MIN);
    this.#rowLengths = doubled(this.#rowLengths, ROWS_MIN);
  }
}

/** What a text takes at most. */
const bytesOf = (text: string): number =>
  text.length < MEASURED_CHARACTERS_MIN ? 3 * text.length : Buffer.byteLength(text);

/** @throws FANFOLD_VALUE_INVALID for a key that is too long to sort by */
export function checkRowKey(bytes: number): void {
  if (bytes > KEY_BYTES_MAX) throw invalidKey(`more than ${KEY_BYTES_MAX} bytes`);
}

function invalidKey(what: string): FanfoldError {
  return new FanfoldError('FANFOLD_VALUE_INVALID', `\`sortBy\` gave ${what}, not a text to sort by`, {
    fix: `Give a string of at most ${KEY_BYTES_MAX} bytes.`,
  });
}
