import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareText, sortTexts } from '../../../functions/core/compare-keys.ts';
import { canonicalText, decodeText, encodeText } from '../../../functions/core/text.ts';

const decode = (bytes: Uint8Array) => decodeText(bytes, 0, bytes.length);
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
/** Leads, continuations and their neighbours of every row of the Unicode Standard's table of well-formed sequences. */
const TRICKY = [
  0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef,
  0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff,
];
/** Units that make pairs, halves of pairs, and escaped bytes that together are a character. */
const anyText = fc
  .array(fc.constantFrom('a', 'é', '\ud83d', '\ude00', '\udcc3', '\udca9', '\ue000', '\uffff', '\udc80'))
  .map((units) => units.join(''));

function* sequences(alphabet: readonly number[], length: number): Generator<number[]> {
  if (length === 0) return yield [];
  for (const rest of sequences(alphabet, length - 1)) for (const first of alphabet) yield [first, ...rest];
}

describe('text that keeps every byte', () => {
  test('every sequence of up to three tricky bytes, and of four after a four-byte lead', () => {
    let seen = 0;
    const check = (bytes: Uint8Array) => {
      const text = decode(bytes);
      if (hex(encodeText(text)) !== hex(bytes)) expect.fail(`${hex(bytes)} came back as ${hex(encodeText(text))}`);
      if (canonicalText(text) !== text) expect.fail(`${hex(bytes)} decodes to a text that is not canonical`);
      seen += 1;
    };
    for (let length = 0; length <= 3; length++)
      for (const bytes of sequences(TRICKY, length)) check(Uint8Array.from(bytes));
    for (const rest of sequences(TRICKY, 3)) for (const lead of [0xf0, 0xf4]) check(Uint8Array.from([lead, ...rest]));
    expect(seen).toBe(1 + 25 + 625 + 15_625 + 31_250);
  });

  test('valid UTF-8 decodes as it does everywhere, also beside broken bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(decode(Buffer.from(text))).toBe(text);
        expect(decode(Buffer.concat([Buffer.from(text), Buffer.of(0xff)]))).toBe(`${text}\udcff`);
      }),
    );
  });

  test('a byte is taken for a character exactly where the platform decoder takes it for one', () => {
    const platform = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    for (const bytes of sequences(TRICKY, 3)) {
      let valid = true;
      try {
        platform.decode(Uint8Array.from(bytes));
      } catch {
        valid = false;
      }
      expect(decode(Uint8Array.from(bytes)).isWellFormed()).toBe(valid);
    }
  });

  test('any bytes come back, in the middle of a block too', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.nat(5), (bytes, before) => {
        const block = Buffer.concat([Buffer.alloc(before, 0xc3), bytes, Buffer.of(0xa9)]);
        expect(hex(encodeText(decodeText(block, before, before + bytes.length)))).toBe(hex(bytes));
      }),
    );
  });

  test('surrogates spelt as bytes stay the bytes they are, alone and as a pair', () => {
    for (const bytes of ['eda0bd', 'edb280', 'edb3bf', 'eda0bdedb880']) {
      const text = decode(Buffer.from(bytes, 'hex'));
      expect(text).toHaveLength(bytes.length / 2);
      expect(hex(encodeText(text))).toBe(bytes);
    }
  });

  test('examples', () => {
    expect(decode(Buffer.of(0x61, 0xff, 0xc3, 0xa9, 0xc3))).toBe('a\udcffé\udcc3');
    expect(hex(encodeText('\ud83d'))).toBe('eda0bd');
    expect(hex(encodeText('\ud83d\udc80'))).toBe('f09f9280');
    expect(canonicalText('\udcc3\udca9')).toBe('é');
    expect(canonicalText('plain é')).toBe('plain é');
  });
});

describe('the order of keys', () => {
  test('is that of their bytes', () => {
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        expect(Math.sign(compareText(a, b))).toBe(
          canonicalText(a) === canonicalText(b) ? 0 : Buffer.compare(encodeText(a), encodeText(b)),
        );
      }),
      { numRuns: 2_000 },
    );
  });

  test('sorting agrees with it, with and without surrogates', () => {
    const byBytes = (a: string, b: string) => Buffer.compare(encodeText(a), encodeText(b));
    for (const one of [anyText, fc.string(), fc.string({ unit: 'grapheme' })]) {
      fc.assert(
        fc.property(fc.array(one.map(canonicalText)), (texts) => {
          expect(sortTexts([...texts])).toEqual([...texts].sort(byBytes));
        }),
      );
    }
  });
});
