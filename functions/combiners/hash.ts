/**
 * 64 bits of MurmurHash3_x86_128 (Austin Appleby, public domain; https://github.com/aappleby/smhasher), seed 0: not
 * against enemies, well mixed, and the same on every machine.
 */
import { ByteWriter } from '../core/bytes.ts';
import { encodeValue } from '../core/codec.ts';

export interface Hash {
  /** 32 bits each, as unsigned integers. */
  readonly high: number;
  readonly low: number;
}

const C1 = 0x239b961b;
const C2 = 0xab0e9789;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93;

const scratch = new ByteWriter();

/** Of any value that can be stored: equal ones have equal hashes, and `1`, `'1'` and `1n` are three. */
export function hashOf(value: unknown): Hash {
  scratch.reset();
  encodeValue(value, scratch);
  const [high, low] = murmur3(scratch.view(), 0);
  return { high, low };
}

/** All 128 bits, as four unsigned integers. */
export function murmur3(bytes: Uint8Array, seed: number): [number, number, number, number] {
  let h1 = seed;
  let h2 = seed;
  let h3 = seed;
  let h4 = seed;
  const whole = bytes.length - (bytes.length % 16);
  for (let at = 0; at < whole; at += 16) {
    h1 = Math.imul(rotated((h1 ^ mixed(word(bytes, at), C1, 15, C2)) | 0, 19) + h2, 5) + 0x561ccd1b;
    h2 = Math.imul(rotated((h2 ^ mixed(word(bytes, at + 4), C2, 16, C3)) | 0, 17) + h3, 5) + 0x0bcaa747;
    h3 = Math.imul(rotated((h3 ^ mixed(word(bytes, at + 8), C3, 17, C4)) | 0, 15) + h4, 5) + 0x96cd1c35;
    h4 = Math.imul(rotated((h4 ^ mixed(word(bytes, at + 12), C4, 18, C1)) | 0, 13) + h1, 5) + 0x32ac3b17;
  }
  // Bytes past the end count as 0, and a word of zeros changes nothing.
  h1 ^= mixed(word(bytes, whole), C1, 15, C2);
  h2 ^= mixed(word(bytes, whole + 4), C2, 16, C3);
  h3 ^= mixed(word(bytes, whole + 8), C3, 17, C4);
  h4 ^= mixed(word(bytes, whole + 12), C4, 18, C1);
  return finished(h1 ^ bytes.length, h2 ^ bytes.length, h3 ^ bytes.length, h4 ^ bytes.length);
}

function finished(a: number, b: number, c: number, d: number): [number, number, number, number] {
  const sum = (a + b + c + d) | 0;
  const h1 = avalanche(sum);
  const h2 = avalanche(b + sum);
  const h3 = avalanche(c + sum);
  const h4 = avalanche(d + sum);
  const total = (h1 + h2 + h3 + h4) | 0;
  return [total >>> 0, (h2 + total) >>> 0, (h3 + total) >>> 0, (h4 + total) >>> 0];
}

/** Four bytes, the low one first. */
const word = (bytes: Uint8Array, at: number): number =>
  (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);

const rotated = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));

const mixed = (value: number, by: number, bits: number, then: number): number =>
  Math.imul(rotated(Math.imul(value, by), bits), then);

function avalanche(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
