/** Texts that break programs, and the ways to write them down. */
import type { Random } from '../random.ts';

/** Names that objects have already, that look like numbers, that need quotes, or whose bytes and UTF-16 order differ. */
// biome-ignore format: a table
export const NASTY_TEXTS: readonly string[] = [
  '__proto__', 'constructor', 'toString', 'hasOwnProperty', '1', '0', '-0', '10', '9', '1e3', 'null', 'NaN', 'undefined',
  'a', 'A', 'b', 'a,b', 'say "hi"', '"', '""', ',', "it's", 'two\nlines', 'two\r\nlines', ' before', 'after ', ' ', '\t',
  'é', 'e\u0301', 'ÿ', 'ß', '日本', '한국어', '\u007f', '\u0080', '\u2028', '\u00a0', '\u200b', '\ufeffbom',
  // Above the surrogates in UTF-16, below the rest in bytes: the order of keys shows which one was sorted.
  '\ud7ff', '\ue000', '\uf8ff', '\ufffd', '\uffff', '\u{10000}', '\u{1f469}\u200d\u{1f467}', '\u{10ffff}',
];

/** Texts without white space, hence words. */
export const NASTY_WORDS: readonly string[] = NASTY_TEXTS.filter((text) => !/[\t-\r ]/.test(text));

/** A decimal number with up to two decimals: signs, no whole part, no decimals, and more digits than a double has. */
export function amount(random: Random): string {
  const sign = random.pick(['', '', '-', '+']);
  if (random.oneIn(10)) return `${sign}.5`;
  const whole = random.oneIn(8) ? random.digits(40) : String(random.below(random.oneIn(2) ? 3 : 1_000_000));
  return sign + whole + random.pick(['', '.', '.0', '.5', '.00', '.05', `.${random.digits(2)}`]);
}

/** A CSV field, in quotes where it must be, and now and then where it need not. */
function csvField(text: string, random: Random): string {
  return /[",\r\n]/.test(text) || random.oneIn(6) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A CSV file: LF or CRLF, with or without a BOM and a final line end. */
export function csvFile(rows: readonly (readonly string[])[], random: Random): string {
  const end = random.pick(['\n', '\r\n']);
  const text = rows
    .map((row) => (row.length === 1 && row[0] === '' ? '""' : row.map((field) => csvField(field, random)).join(',')))
    .join(end);
  return (random.oneIn(3) ? '\ufeff' : '') + text + (random.oneIn(2) || rows.length === 0 ? '' : end);
}

/** A JSON text, with some of its characters as escapes that mean the same. */
export function jsonText(text: string, random: Random): string {
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const plain = JSON.stringify(text);
  return random.oneIn(4)
    ? plain.replace(/[^\\"nrtbfu0-9a-f]/gu, (char) => char.split('').map(escaped).join(''))
    : plain;
}

/** A JSONL file: LF and CRLF, blank lines, with or without a BOM and a final line end. */
export function jsonlFile(records: readonly string[], random: Random): string {
  const lines = records.map((record) => record + random.pick(['\n', '\n', '\r\n', '\n\n', '\n  \t\r\n']));
  const text = (random.oneIn(3) ? '\ufeff' : '') + lines.join('');
  return random.oneIn(2) ? text.trimEnd() : text;
}
