import { expect, it } from 'vitest';
import { hashOf, murmur3 } from '../../../functions/combiners/hash.ts';

const hex = (words: readonly number[]) => words.map((word) => word.toString(16).padStart(8, '0')).join('');

it('is MurmurHash3_x86_128, by the verification value that its author gives', () => {
  // SMHasher's VerificationTest: the hash of the hashes of 0, 0 1, 0 1 2 … with the seeds 256, 255, …
  const hashes = Buffer.alloc(256 * 16);
  for (let length = 0; length < 256; length++) {
    const key = Uint8Array.from({ length }, (_, i) => i);
    murmur3(key, 256 - length).forEach((word, i) => {
      hashes.writeUInt32LE(word, length * 16 + i * 4);
    });
  }
  expect(murmur3(hashes, 0)[0]).toBe(0xb3ece62a);
});

it('is what other implementations say', () => {
  const text = "I will not buy this tobacconist's, it is scratched.";
  expect(hex(murmur3(Buffer.from(text), 0))).toBe('9b5b7ba2ef3f7866889adeaf00f3f98e');
});

it('tells values apart by their type, and not by how they are kept', () => {
  const all = [1, '1', 1n, true, null, '', [], ['1'], new Map(), Uint8Array.of(1), 0.1, -1].map(hashOf);
  expect(new Set(all.map(({ high, low }) => `${high} ${low}`)).size).toBe(all.length);
  expect(hashOf(Buffer.from('a'))).toEqual(hashOf(Uint8Array.of(97)));
});
