/** Ranges of CSV that may begin within quotes: what each lane reads, where they meet, and what is read for that. */
import { describe, expect, test } from 'vitest';
import { atStart, IN, join, OUT, type TwoState } from '../../../functions/core/two-state.ts';
import { csv } from '../../../functions/formats/csv.ts';
import type { Span } from '../../../functions/formats/format.ts';
import { onePassCsv } from '../../support/one-pass-csv.ts';
import { Random } from '../../support/random.ts';
import { readTwoState, record, refused, type SpanRead, told } from '../../support/two-state-spans.ts';

function format(columns: number, recordBytesMax = 1_000_000) {
  const names = Object.fromEntries(Array.from({ length: columns }, (_, i) => [`c${i}`, 'text' as const]));
  return csv(names, { header: false, recordBytesMax });
}

function expected(text: string, columns: number): string {
  const rows = onePassCsv(text).map(({ at, bytes, fields, fault }) => {
    const width =
      fields.length === columns
        ? undefined
        : `${fields.length} ${fields.length === 1 ? 'column' : 'columns'} instead of ${columns}`;
    const why = fault ?? width;
    return why === undefined ? record(at, bytes, fields) : refused(at, bytes, why);
  });
  return rows.join('|');
}

const read = (text: string, columns: number, span: Span, blockBytes = 1_000) =>
  readTwoState(format(columns), Buffer.from(text, 'latin1'), span, blockBytes);

function inRanges(text: string, columns: number, rangeBytes: number, blockBytes: number): SpanRead[] {
  return Array.from({ length: Math.ceil(text.length / rangeBytes) }, (_, i) =>
    read(text, columns, { start: i * rangeBytes, end: Math.min(text.length, (i + 1) * rangeBytes) }, blockBytes),
  );
}

const together = (ranges: readonly TwoState<string>[]) =>
  atStart(
    ranges.reduce((a, b) => join(a, b, told)),
    told,
  );
const count = (all: string) => (all === '' ? 0 : all.split('|').length);
const rows = (n: number, row = (i: number) => `${i},row ${i}\n`) =>
  Array.from({ length: n }, (_, i) => row(i)).join('');

describe.each([1, 2, 7, 64, 1_000])('in blocks of %i bytes', (blockBytes) => {
  test('a quoted field over many ranges, which looks like records', () => {
    const text = `before,1\nx,"\n${rows(60)}"\nafter,2\n`;
    const ranges = inRanges(text, 2, 50, blockBytes);
    expect(together(ranges)).toBe(expected(text, 2));
    expect(count(together(ranges))).toBe(3);
    for (const { ends, heads, body } of ranges.slice(1, -2)) {
      expect({ ends, in: heads[IN], body }).toEqual({ ends: [OUT, IN], in: '', body: '' });
      expect(count(heads[OUT])).toBeGreaterThan(3); // what must never count
    }
  });

  test('quotes at the very end only', () => {
    for (const end of ['"', '""', '"\n"', '","\n', 'a,"b\n"', '"a",b"']) {
      const text = rows(40) + end;
      expect(together(inRanges(text, 2, 64, blockBytes))).toBe(expected(text, 2));
    }
  });

  test('records in either state, for ever', () => {
    for (const text of ['",\n",\n'.repeat(60), `${'",\n",\n'.repeat(61)}",\n`, `\n${'",\n",\n'.repeat(60)}`]) {
      const ranges = inRanges(text, 2, 48, blockBytes);
      expect(together(ranges)).toBe(expected(text, 2));
      for (const { heads, body } of ranges.slice(1, -1)) {
        expect(body).toBe('');
        expect(count(heads[OUT])).toBeGreaterThan(5);
        expect(count(heads[IN])).toBeGreaterThan(5);
      }
    }
  });

  test('the same wherever blocks end, on texts of all kinds', () => {
    const random = new Random(blockBytes);
    const pieces = ['a,b\n', '"a\n",b\r\n', 'a,"\n1,2\n"\n', '"a"b,\n', 'a"\n', '""\n', '"', '\n', ',', '\r'];
    for (let turn = 0; turn < 100; turn++) {
      const text = random.several(1, 60, () => random.pick(pieces)).join('');
      expect(together(inRanges(text, 2, 1 + random.below(40), blockBytes)), JSON.stringify(text)).toBe(
        expected(text, 2),
      );
    }
  });
});

describe('where lanes meet', () => {
  const memos = ['rent', '"two\nlines, and more"', '"he said ""yes"""', '', '"\n1,looks like a record\n"'];
  const text = rows(2_000, (i) => `${i},${memos[i % memos.length]}\n`);

  test('is soon, on usual data; from there one goes on alone, and what it reads counts for both', () => {
    for (let start = 100; start < text.length - 5_000; start += 997) {
      const { heads, body, ends } = read(text, 2, { start, end: start + 4_000 });
      expect(count(heads[OUT]) + count(heads[IN])).toBeLessThan(12);
      expect(count(body)).toBeGreaterThan(150);
      expect(ends[OUT]).toBe(ends[IN]);
    }
  });

  test('is nowhere without quotes, and then one lane reads nothing', () => {
    const plain = rows(1_000);
    const { heads, body, ends } = read(plain, 2, { start: 1_000, end: 9_000 });
    expect({ in: heads[IN], body, ends }).toEqual({ in: '', body: '', ends: [OUT, IN] });
    expect(count(heads[OUT])).toBeGreaterThan(500);
  });
});

describe('how far is read', () => {
  test('up to where the next range begins, and beyond only for a record that began before', () => {
    const text = `${rows(100)}x,"${'long\n'.repeat(100)}"\n${rows(100)}`;
    const long = text.indexOf('x,"');
    const one = (start: number, end: number) => read(text, 2, { start, end }, 1).readTo;
    expect(one(100, 205)).toBe(text.indexOf('\n', 204) + 1);
    expect(one(100, long + 1)).toBe(text.indexOf('"\n', long) + 2);
    expect(one(long + 20, long + 40)).toBe(text.indexOf('\n', long + 39) + 1);
  });

  test('a lane that begins within quotes passes what it does not own, however long, and keeps none of it', () => {
    const text = `x,"${'y'.repeat(500)}\n${'z'.repeat(500)}"\n${rows(3)}`;
    const { heads, ends } = readTwoState(format(2, 20), Buffer.from(text), { start: 10, end: text.length }, 100);
    expect(ends).toEqual([null, OUT]);
    expect(heads[OUT]).toMatch('too long');
    expect(count(heads[IN])).toBe(3);
  });

  test('gives up where no line feed comes in time', () => {
    const text = `a,b\nc,${'d'.repeat(1_000)}\n`;
    const { ends, bounds, readTo } = readTwoState(format(2, 20), Buffer.from(text), { start: 2, end: 8 }, 10);
    expect({ ends, bounds }).toEqual({ ends: [null, null], bounds: undefined });
    expect(readTo).toBeLessThan(8 + 20 + 2 + 2 * 10);
  });

  test('a state that is over is not followed any more, and with both the range is', () => {
    const text = `1,2\n${'bad\n'.repeat(500)}`;
    const span = { start: 2, end: text.length - 10 };
    const over = (head: readonly string[]) => head.length >= 3;
    const { heads, ends, readTo } = readTwoState(format(2), Buffer.from(text), span, 8, over);
    expect(count(heads[OUT])).toBeLessThan(6);
    expect(ends).toEqual([null, IN]);
    expect(readTo).toBeGreaterThan(span.end - 1);
    const both = readTwoState(format(2), Buffer.from(`${'",\n",\n'.repeat(500)}`), span, 8, over);
    expect(both.ends).toEqual([null, null]);
    expect(both.readTo).toBeLessThan(60);
  });
});
