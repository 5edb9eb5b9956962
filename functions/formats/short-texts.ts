import { decodeText } from '../core/text.ts';

const SLOTS = 1 << 13;
const TEXT_BYTES_MAX = 32;

export const hashStep = (hash: number, byte: number) => (Math.imul(hash, 31) + byte) | 0;

/**
 * Remembers short texts by their bytes. Words and fields repeat; making a string costs more than finding the one that
 * was made before, and a string that is the same object is found faster in a table of keys, too. Always of one size:
 * a text has one slot, and takes it from whoever was there.
 */
export class ShortTexts {
  readonly #bytes = new Uint8Array(SLOTS * TEXT_BYTES_MAX);
  readonly #lengths = new Uint8Array(SLOTS);
  readonly #texts: string[] = new Array<string>(SLOTS).fill('');

  /** What `decodeText` gives. */
  text(bytes: Buffer, start: number, end: number): string {
    if (end - start > TEXT_BYTES_MAX) return decodeText(bytes, start, end);
    let hash = 0;
    for (let i = start; i < end; i++) hash = hashStep(hash, bytes[i] as number); // i is within
    return this.hashed(bytes, start, end, hash);
  }

  /** The same for a caller that has looked at every byte anyway: `hash` is `hashStep` over all of them, from 0. */
  hashed(bytes: Buffer, start: number, end: number, hash: number): string {
    const length = end - start;
    if (length > TEXT_BYTES_MAX) return decodeText(bytes, start, end);
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    const kept = slot * TEXT_BYTES_MAX;
    let same = this.#lengths[slot] === length;
    for (let i = 0; same && i < length; i++) same = this.#bytes[kept + i] === bytes[start + i];
    if (same) return this.#texts[slot] ?? '';
    let high = 0;
    for (let i = 0; i < length; i++) {
      const byte = bytes[start + i] as number; // within
      this.#bytes[kept + i] = byte;
      high |= byte;
    }
    const text = high < 0x80 ? bytes.toString('latin1', start, end) : decodeText(bytes, start, end);
    this.#lengths[slot] = length;
    this.#texts[slot] = text;
    return text;
  }
}
