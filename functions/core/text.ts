/**
 * Text that keeps every byte. Valid UTF-8 is what it is; a byte that is not part of any becomes a lone surrogate
 * U+DC80 to U+DCFF and turns back into that byte (Python's surrogateescape, https://peps.python.org/pep-0383/). Other
 * lone surrogates, which only escapes in JSON can make, are written as three bytes (WTF-8).
 */
import { isUtf8 } from 'node:buffer';
import { asBuffer } from './bytes.ts';

/** The text of bytes [start, end): `encodeText` gives the same bytes back, whatever they are. */
export function decodeText(bytes: Uint8Array, start: number, end: number): string {
  const range = asBuffer(bytes).subarray(start, end);
  return isUtf8(range) ? range.toString() : decodeBroken(range);
}

/** The bytes of a text. Two texts may have the same bytes: see `canonicalText`. */
export function encodeText(text: string): Uint8Array {
  return text.isWellFormed() ? Buffer.from(text) : encodeBroken(text);
}

/** The one spelling among all texts with the bytes of this one: what decoding its bytes gives. */
export function canonicalText(text: string): string {
  if (text.isWellFormed()) return text;
  const bytes = encodeBroken(text);
  return decodeText(bytes, 0, bytes.length);
}

const BYTE_ESCAPE = 0xdc00;

/** By hand, in UTF-16 units: a text grown piece by piece would cost far more than its bytes. */
function decodeBroken(bytes: Buffer): string {
  const units = new Uint16Array(bytes.length);
  let count = 0;
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at] ?? 0;
    const length = sequenceBytes(bytes, at);
    if (length < 2) {
      units[count++] = lead < 0x80 ? lead : BYTE_ESCAPE + lead;
      at += 1;
      continue;
    }
    let code = lead & (0xff >> (length + 1));
    for (let i = 1; i < length; i++) code = (code << 6) | ((bytes[at + i] ?? 0) & 0x3f);
    if (code < 0x10000) {
      units[count++] = code;
    } else {
      units[count++] = 0xd800 + ((code - 0x10000) >> 10);
      units[count++] = 0xdc00 + (code & 0x3ff);
    }
    at += length;
  }
  return Buffer.from(units.buffer, 0, count * 2).toString('utf16le');
}

/** Bytes of the well-formed sequence that starts here (The Unicode Standard, table 3-7), 0 if none does. */
function sequenceBytes(bytes: Buffer, at: number): number {
  const lead = bytes[at] ?? 0;
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  const second = bytes[at + 1] ?? 0;
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let i = 2; i < length; i++) {
    if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0;
  }
  return length;
}

function encodeBroken(text: string): Buffer {
  const bytes = Buffer.allocUnsafe(text.length * 3); // no UTF-16 unit takes more than three bytes
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.codePointAt(at) ?? 0;
    if (code < 0x80) {
      bytes[length++] = code;
    } else if (code > BYTE_ESCAPE + 0x7f && code <= BYTE_ESCAPE + 0xff) {
      bytes[length++] = code - BYTE_ESCAPE;
    } else if (code < 0x800) {
      bytes[length++] = 0xc0 | (code >> 6);
      bytes[length++] = 0x80 | (code & 0x3f);
    } else if (code < 0x10000) {
      bytes[length++] = 0xe0 | (code >> 12);
      bytes[length++] = 0x80 | ((code >> 6) & 0x3f);
      bytes[length++] = 0x80 | (code & 0x3f);
    } else {
      bytes[length++] = 0xf0 | (code >> 18);
      bytes[length++] = 0x80 | ((code >> 12) & 0x3f);
      bytes[length++] = 0x80 | ((code >> 6) & 0x3f);
      bytes[length++] = 0x80 | (code & 0x3f);
      at += 1; // its second half
    }
  }
  return bytes.subarray(0, length);
}
