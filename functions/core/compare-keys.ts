/** The order of keys: by their UTF-8 bytes. */
import { encodeText } from './text.ts';

/** JavaScript orders texts by UTF-16 unit, which differs from the order of their bytes only if there are surrogates. */
const SURROGATE = /[\ud800-\udfff]/;

/** Negative, 0 or positive, as the bytes of `a` come before, are, or come after those of `b`. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  if (SURROGATE.test(a) || SURROGATE.test(b)) return Buffer.compare(encodeText(a), encodeText(b));
  return a < b ? -1 : 1;
}

/** Sorts in place by bytes, and returns the same array. */
export function sortTexts(texts: string[]): string[] {
  if (!texts.some((text) => SURROGATE.test(text))) return texts.sort();
  // A byte as a character each: their order is the order of the bytes, and native.
  const byBytes = texts.map((text) => ({ text, bytes: Buffer.from(encodeText(text)).toString('latin1') }));
  byBytes.sort((a, b) => (a.bytes < b.bytes ? -1 : a.bytes > b.bytes ? 1 : 0));
  for (const [i, { text }] of byBytes.entries()) texts[i] = text;
  return texts;
}
