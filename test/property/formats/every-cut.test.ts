/** Every small file, every set of up to three cuts: the spans together read what one pass reads, and meet. */
import { describe, expect, test } from 'vitest';
import { encodeText } from '../../../functions/core/text.ts';
import type { Format } from '../../../functions/formats/format.ts';
import { jsonl } from '../../../functions/formats/jsonl.ts';
import { lines } from '../../../functions/formats/lines.ts';
import { words } from '../../../functions/formats/words.ts';
import { allCuts, type Read, readSpan, sequences } from '../../unit/formats/read-span.ts';

/** A record as latin1 text, `offset:text`; the oracles work on latin1 strings, a character a byte. */
type Oracle = (file: string) => string[];
const latin1 = (text: string) => Buffer.from(encodeText(text)).toString('latin1');

const oneLine: Oracle = (file) => {
  const all = file.split('\n');
  let at = 0;
  return all.flatMap((line, i) => {
    const offset = at;
    at += line.length + 1;
    const last = i === all.length - 1;
    if (last && line === '') return [];
    return [`${offset}:${last ? line : line.replace(/\r$/, '')}`];
  });
};
const oneWord: Oracle = (file) => [...file.matchAll(/[^\t\n\v\f\r ]+/g)].map((word) => `${word.index}:${word[0]}`);

/** Lines of digits, spaces and a mark in front: what is read of them, and what is bad. */
const oneValue: Oracle = (file) =>
  oneLine(file).flatMap((row) => {
    const [offset = '', ...rest] = row.split(':');
    const raw = rest.join(':');
    const line = offset === '0' ? raw.replace(/^\xef\xbb\xbf/, '') : raw;
    if (/^[ \r]*$/.test(line)) return [];
    return [/^[ \r]*[1-9]\d*[ \r]*$/.test(line) ? `${offset}:${line.trim()}` : `${offset}:bad ${raw}`];
  });

/** Checks all files over `alphabet` of up to `lengthMax` bytes; how many spans it read. */
function everyCut(format: Format<unknown>, alphabet: readonly string[], lengthMax: number, oracle: Oracle): number {
  let read = 0;
  for (const letters of sequences(alphabet, lengthMax)) {
    const file = letters.join('');
    const object = Buffer.from(file, 'latin1');
    const expected = oracle(file).join('|');
    for (const blockBytes of [1, 2, object.length + 1]) {
      const seen = new Map<string, Read<unknown>>();
      const span = (start: number, end: number) => {
        const name = `${start}-${end}`;
        const known = seen.get(name) ?? readSpan(format, object, { start, end }, blockBytes);
        seen.set(name, known);
        return known;
      };
      for (const spans of allCuts(object.length)) {
        const reads = spans.map(({ start, end }) => span(start, end));
        const actual = reads.flatMap(told).join('|');
        const where = `${JSON.stringify(file)} at ${JSON.stringify(spans)}, blocks of ${blockBytes}`;
        if (actual !== expected) expect.fail(`${where}: ${actual} instead of ${expected}`);
        const bounds = reads.flatMap((one) => one.bounds ?? []);
        const meet = bounds.every(({ head }, i) => head === (bounds[i - 1]?.tail ?? 0));
        if (!meet || bounds.at(-1)?.tail !== object.length) expect.fail(`${where}: bounds ${JSON.stringify(bounds)}`);
        read += reads.length;
      }
    }
  }
  return read;
}

function told({ records, bad }: Read<unknown>): string[] {
  if (bad.length === 0) return records.map((r) => `${r.offset}:${latin1(String(r.record))}`);
  const all = [
    ...records.map(({ offset, record }) => ({ offset, text: latin1(String(record)) })),
    ...bad.map(({ offset, raw }) => ({ offset, text: `bad ${raw}` })),
  ];
  return all.sort((a, b) => a.offset - b.offset).map(({ offset, text }) => `${offset}:${text}`);
}

describe('every cut of every small file', () => {
  const bytes = ['a', '\n', '\r', '\xc3', '\xa9', '\xff', ' '];
  test('lines', () => {
    expect(everyCut(lines(), bytes, 5, oneLine)).toBeGreaterThan(1_000_000);
    expect(everyCut(lines(), ['a', '\n', '\r'], 7, oneLine)).toBeGreaterThan(500_000);
  });
  test('jsonl', () => {
    expect(everyCut(jsonl(), ['1', '\n', '\r', ' ', '\xef\xbb\xbf'], 4, oneValue)).toBeGreaterThan(100_000);
    expect(everyCut(jsonl(), ['1', '\n', '\r'], 7, oneValue)).toBeGreaterThan(500_000);
  });
  test('words', () => {
    expect(everyCut(words(), bytes, 5, oneWord)).toBeGreaterThan(1_000_000);
    expect(everyCut(words(), ['a', '\n', ' '], 7, oneWord)).toBeGreaterThan(500_000);
  });
});
