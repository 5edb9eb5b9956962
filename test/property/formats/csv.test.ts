/** CSV against one pass over a text on every small file, and against csv-parse on what is well formed. */
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeText } from '../../../functions/core/text.ts';
import { csv } from '../../../functions/formats/csv.ts';
import type { Format } from '../../../functions/formats/format.ts';
import { onePassCsv } from '../../support/one-pass-csv.ts';
import { readSpan, sequences } from '../../unit/formats/read-span.ts';

const show = (offset: number, bytes: number, what: string | readonly string[]) => JSON.stringify([offset, bytes, what]);

/** What reading without a header, with `columns` columns, should deliver. */
function expectedOf(file: string, columns: number): string[] {
  return onePassCsv(file).map(({ at, bytes, fields, fault }) => {
    const reason =
      fault ??
      (fields.length === columns
        ? undefined
        : `${fields.length} ${fields.length === 1 ? 'column' : 'columns'} instead of ${columns}`);
    return show(at, bytes, reason ?? fields);
  });
}

const widths = [1, 2].map((columns) => {
  const names = Object.fromEntries(Array.from({ length: columns }, (_, i) => [`c${i}`, 'text' as const]));
  return { columns, format: csv(names, { header: false }) };
});

function actualOf(file: string, format: Format<{ readonly [name: string]: string }>, blockBytes: number): string[] {
  const object = Buffer.from(file, 'latin1');
  const { records, bad } = readSpan(format, object, { start: 0, end: object.length }, blockBytes);
  return [
    ...records.map((r) => ({ at: r.offset, text: show(r.offset, r.bytes, Object.values(r.record)) })),
    ...bad.map((b) => ({ at: b.offset, text: show(b.offset, b.raw.length, b.reason) })),
  ]
    .sort((a, b) => a.at - b.at)
    .map(({ text }) => text);
}

describe('one pass over a text', () => {
  test('is what csv-parse gives, strictly, of every string up to six of a , " \\n \\r: the same fields, or both refuse', () => {
    const strictly = { record_delimiter: ['\n', '\r\n'], relax_column_count: true };
    const theirs = (text: string): string[][] | undefined => {
      try {
        return parse(text, strictly);
      } catch {
        return undefined;
      }
    };
    let read = 0;
    for (const letters of sequences(['a', ',', '"', '\n', '\r'], 6)) {
      const text = letters.join('');
      const rows = onePassCsv(text);
      const ours = rows.some(({ fault }) => fault !== undefined) ? undefined : rows.map(({ fields }) => fields);
      if (JSON.stringify(ours) !== JSON.stringify(theirs(text))) expect.fail(`${JSON.stringify(text)}: ${ours}`);
      if (ours !== undefined) read += 1;
    }
    expect(read).toBe(7_719);
  });
});

describe('csv', () => {
  test('every string up to six of a , " \\n \\r, in blocks of 1, 2 and all', () => {
    let files = 0;
    for (const letters of sequences(['a', ',', '"', '\n', '\r'], 6)) {
      const file = letters.join('');
      for (const { columns, format } of widths) {
        const expected = expectedOf(file, columns).join('\n');
        for (const blockBytes of [1, 2, 7]) {
          const actual = actualOf(file, format, blockBytes).join('\n');
          if (actual !== expected) {
            expect.fail(
              `${JSON.stringify(file)}, ${columns} columns, blocks of ${blockBytes}: ${actual} instead of ${expected}`,
            );
          }
        }
      }
      files += 1;
    }
    expect(files).toBe(19_531);
  });

  test('a byte order mark, whole or in part, in front of every short string', () => {
    const format = csv({ c: 'text' }, { header: false });
    for (const letters of sequences(['a', ',', '"', '\n'], 3)) {
      for (const mark of ['\xef', '\xef\xbb', '\xef\xbb\xbf', '\xef\xbb\xbf\xef\xbb\xbf']) {
        const file = mark + letters.join('');
        const expected = onePassCsv(file).map(({ at, bytes, fields, fault }) => {
          return JSON.stringify([
            at,
            bytes,
            fault ??
              (fields.length === 1
                ? fields[0]
                : `${fields.length} ${fields.length === 1 ? 'column' : 'columns'} instead of 1`),
          ]);
        });
        for (const blockBytes of [1, 2, 9]) {
          const object = Buffer.from(file, 'latin1');
          const { records, bad } = readSpan(format, object, { start: 0, end: object.length }, blockBytes);
          const actual = [
            ...records.map((r) => ({
              at: r.offset,
              row: [r.offset, r.bytes, Buffer.from(encodeText(r.record.c)).toString('latin1')],
            })),
            ...bad.map((b) => ({ at: b.offset, row: [b.offset, b.raw.length, b.reason] })),
          ].sort((a, b) => a.at - b.at);
          expect(
            actual.map(({ row }) => JSON.stringify(row)),
            JSON.stringify(file),
          ).toEqual(expected);
        }
      }
    }
  });

  const cell = fc
    .array(fc.constantFrom('a', 'é', '😀', ',', '"', '\n', '\r\n', ' ', ''))
    .map((parts) => parts.join(''));
  const table = fc
    .integer({ min: 1, max: 4 })
    .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1 }));

  test('what csv-parse reads, strictly, on well-formed files', () => {
    fc.assert(
      fc.property(
        table,
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        fc.boolean(),
        fc.constantFrom(1, 3, 1000),
        (rows, eol, mark, final, blockBytes) => {
          const header = rows[0]?.map((_, i) => `c${i}`) ?? [];
          const text = [header, ...rows]
            .map((row) => row.map((one) => `"${one.replaceAll('"', '""')}"`).join(','))
            .join(eol);
          const object = Buffer.from((mark ? '\ufeff' : '') + text + (final ? eol : ''));
          const expected: string[][] = parse(object, {
            bom: true,
            columns: false,
            relax_quotes: false,
            record_delimiter: eol,
          });
          const { records, bad } = readSpan(csv(), object, { start: 0, end: object.length }, blockBytes);
          expect(bad).toEqual([]);
          expect(records.map(({ record }) => [...record.values()])).toEqual(expected.slice(1));
          expect(expected.slice(1)).toEqual(rows);
        },
      ),
      { numRuns: 300 },
    );
  });
});
