/** Encoded lists of one key into one, for a combiner that keeps their members: no list is made of them. */
import { ByteWriter } from './bytes.ts';
import { encodeList } from './codec.ts';
import type { Kept } from './kept-members.ts';
import { DISTINCT_MIN, distinct, follow, ListSurvey, NONE } from './plain-lists.ts';
import { valueTooLarge } from './too-large.ts';

/** Memory that is kept for the next key. Ours: most values are shorter. */
const KEPT_BYTES = 4 * 1024;

export class ListJoin {
  readonly #distinct: boolean;
  readonly #valueBytesMax: number;
  readonly #survey = new ListSurvey();
  readonly #joined = { ...NONE };
  #members = new ByteWriter();
  #once = new ByteWriter();
  #distinctAt = DISTINCT_MIN;
  /** Values that were taken. */
  #values = 0;

  constructor(kept: Kept, valueBytesMax: number) {
    this.#distinct = kept === 'distinct';
    this.#valueBytesMax = valueBytesMax;
  }

  get empty(): boolean {
    return this.#values === 0;
  }

  /**
   * Takes the next value of the key at hand, if it is a plain list: the bytes from `at` on.
   *
   * @throws FANFOLD_VALUE_TOO_LARGE naming the limit
   */
  add(key: Uint8Array, bytes: Uint8Array, at = 0): boolean {
    if (!this.#survey.ofEncoded(bytes, at)) return false;
    const joined = this.#joined;
    follow(joined, this.#survey);
    this.#members.part(bytes, this.#survey.start, this.#survey.end);
    this.#values += 1;
    const large = joined.bytes > this.#valueBytesMax;
    if (this.#repeats && (large || joined.count > this.#distinctAt)) {
      this.#leaveOutRepeats();
      this.#distinctAt = 2 * Math.max(joined.count, DISTINCT_MIN / 2);
    }
    if (joined.bytes > this.#valueBytesMax) throw valueTooLarge(key, this.#valueBytesMax);
    return true;
  }

  /** Appends what all values came to; then comes another key. */
  take(key: Uint8Array, out: ByteWriter): void {
    if (this.#repeats) this.#leaveOutRepeats();
    encodeList(this.#members.view(), this.#joined.count, out, key);
    Object.assign(this.#joined, NONE);
    this.#members.resetTo(KEPT_BYTES);
    this.#once.resetTo(KEPT_BYTES);
    this.#distinctAt = DISTINCT_MIN;
    this.#values = 0;
  }

  /** Whether members may come twice that should not. */
  get #repeats(): boolean {
    return this.#distinct && this.#values > 1 && Number.isNaN(this.#joined.last);
  }

  #leaveOutRepeats(): void {
    this.#once.reset();
    distinct(this.#members.view(), this.#joined, this.#once);
    [this.#members, this.#once] = [this.#once, this.#members];
  }
}
