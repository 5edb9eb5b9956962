import { describe, expect, test } from 'vitest';
import { csv } from '../../../functions/formats/csv.ts';
import type { Format } from '../../../functions/formats/format.ts';
import { jsonl } from '../../../functions/formats/jsonl.ts';
import { lines } from '../../../functions/formats/lines.ts';
import { words } from '../../../functions/formats/words.ts';
import { readSpan } from './read-span.ts';

const formats: [string, Format<unknown>, string, string][] = [
  ['lines', lines({ recordBytesMax: 4 }), 'abcd\r\nabcd\nab\nabcd', 'abcde'],
  ['jsonl', jsonl(undefined, { recordBytesMax: 4 }), '"ab"\r\n1234\n', '12345'],
  ['words', words({ recordBytesMax: 4 }), 'abcd abcd\nab', 'abcde'],
  ['csv', csv({ c: 'text' }, { header: false, recordBytesMax: 4 }), '"ab"\r\nabcd\n"\n"\n', '"abc"'],
];

describe.each(formats)('%s', (_, format, fits, tooLong) => {
  const sizes = [1, 2, 3, 5, 100];
  const read = (text: string, blockBytes: number, start = 0) => {
    const object = Buffer.from(text);
    return readSpan(format, object, { start, end: object.length }, blockBytes);
  };

  test('takes a record of the limit, its line end not counted', () => {
    for (const blockBytes of sizes) expect(read(fits, blockBytes).bad).toEqual([]);
  });

  test('refuses one byte more, wherever the blocks end', () => {
    for (const blockBytes of sizes) {
      for (const after of ['', '\n', '\r\n', '\nab\n']) {
        const object = `1\n${tooLong}${after}`;
        expect(() => read(object, blockBytes), JSON.stringify(object)).toThrow(
          expect.objectContaining({
            code: 'FANFOLD_RECORD_TOO_LONG',
            offset: 2,
            fix: expect.stringContaining('recordBytesMax'),
          }),
        );
      }
    }
  });

  test('does not mind one that another span owns', () => {
    if (format.cut === 'never') return;
    for (const blockBytes of sizes) expect(read(`${tooLong}\n1\n`, blockBytes, 2).records).toHaveLength(1);
  });

  test('holds no more than the limit of a record that never ends', () => {
    const reader = format.open({ start: 0, end: 1e12 }, { record() {}, bad() {} });
    expect(() => {
      for (let i = 0; i < 10; i++) reader.push(Buffer.from(format.kind === 'csv' ? '"' : '1'));
    }).toThrow('is longer than 4 bytes');
  });
});

test('the limit itself has limits', () => {
  for (const recordBytesMax of [0, 1.5, -1, Number.NaN, 2 ** 28 + 1]) {
    expect(() => lines({ recordBytesMax })).toThrow(expect.objectContaining({ code: 'FANFOLD_JOB_INVALID' }));
  }
  lines({ recordBytesMax: 2 ** 28 });
});
