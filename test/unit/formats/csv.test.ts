import { describe, expect, test } from 'vitest';
import { csv } from '../../../functions/formats/csv.ts';
import type { CsvColumn } from '../../../functions/formats/csv-columns.ts';
import type { Format } from '../../../functions/formats/format.ts';
import { readSpan } from './read-span.ts';

function read<R>(format: Format<R>, text: string | Buffer) {
  const object = Buffer.from(text as string);
  return readSpan(format, object, { start: 0, end: object.length });
}
const cellOf = (type: CsvColumn, text: string) => {
  const { records, bad } = read(csv({ c: type }), `c\n"${text}"\n`);
  return records[0]?.record.c ?? bad[0]?.reason;
};

describe('columns', () => {
  test('are found by name in any order, others are passed over', () => {
    const format = csv({ amount: 'decimal(2)', id: 'text' });
    const { records } = read(format, 'ts,id,x,amount\n1,a,2,3.5\n"""",b,"no\nno",-.07\n');
    expect(records.map(({ record }) => record)).toEqual([
      { amount: 350n, id: 'a' },
      { amount: -7n, id: 'b' },
    ]);
    expect(records.map(({ offset, bytes }) => [offset, bytes])).toEqual([
      [15, 9],
      [25, 19],
    ]);
  });

  test('decimals are exact, of any size', () => {
    expect(
      ['0', '-0', '-0.00', '+1', '1.', '.5', '1.25', '-1.2', '007'].map((text) => cellOf('decimal(2)', text)),
    ).toEqual([0n, 0n, 0n, 100n, 100n, 50n, 125n, -120n, 700n]);
    expect(cellOf('decimal(2)', '9007199254740993.11')).toBe(900719925474099311n);
    expect(cellOf('decimal(2)', '-123456789012345678901234567890.1')).toBe(-12345678901234567890123456789010n);
    expect(cellOf('decimal(2)', '9999999999999.99')).toBe(999999999999999n);
    expect(cellOf('decimal(2)', '99999999999999.99')).toBe(9999999999999999n);
    expect(cellOf('decimal(20)', '1')).toBe(10n ** 20n);
    for (const text of [
      '',
      '.',
      '+',
      '-',
      '1e5',
      '1,000',
      '1.234',
      ' 1',
      '1 ',
      '--1',
      '1.2.3',
      '0x1',
      '١',
      '1\r',
      'NaN',
      '1_0',
    ]) {
      expect(cellOf('decimal(2)', text), text).toBe(
        `column c: ${JSON.stringify(text)} is not a decimal number with at most 2 decimals`,
      );
    }
    expect(cellOf('decimal(0)', '.5')).toMatch('is not');
    expect(cellOf('decimal(0)', '5.')).toBe(5n);
  });

  test('integers and numbers', () => {
    expect(cellOf('integer', '-12345678901234567890')).toBe(-12345678901234567890n);
    for (const text of ['1.', '1.0', '', '1e3', ' 1']) expect(cellOf('integer', text)).toMatch('is not an integer');
    expect(['1e3', '-.5', '+2.', '0'].map((text) => cellOf('number', text))).toEqual([1000, -0.5, 2, 0]);
    for (const text of ['', ' 1', '1e999', 'NaN', 'Infinity', '0x10', '1,0'])
      expect(cellOf('number', text)).toMatch('is not a finite number');
  });

  test('text keeps doubled quotes, line breaks and bytes that are not UTF-8', () => {
    const { records } = read(csv({ a: 'text' }), Buffer.from('a\n"x ""y""\r\nz"\n\xff\n"\xc3\xa9"""\n', 'latin1'));
    expect(records.map(({ record }) => record.a)).toEqual(['x "y"\r\nz', '\udcff', 'é"']);
  });

  test('a column may have any name', () => {
    const { records } = read(csv({ ['__proto__']: 'text', 1: 'text' }), '1,__proto__\na,b\n');
    expect(Object.entries(records[0]?.record ?? {}).sort()).toEqual([
      ['1', 'a'],
      ['__proto__', 'b'],
    ]);
  });

  test('without a header they stand in the order given', () => {
    const { records, bad } = read(csv({ b: 'text', a: 'integer' }, { header: false, delimiter: ';' }), 'x;1\ny;2;3\n');
    expect(records).toEqual([{ record: { b: 'x', a: 1n }, offset: 0, bytes: 3 }]);
    expect(bad).toEqual([{ reason: '3 columns instead of 2', offset: 4, raw: 'y;2;3' }]);
  });

  test('none given: a Map in the order of the header', () => {
    const { records } = read(csv(), 'b,1,__proto__,0\n1,2,3,4\n');
    expect(records.map(({ record }) => [...record])).toEqual([
      [
        ['b', '1'],
        ['1', '2'],
        ['__proto__', '3'],
        ['0', '4'],
      ],
    ]);
  });
});

describe('headers', () => {
  const invalid = (code: string, ...parts: string[]) =>
    expect.objectContaining({
      code,
      ...(code === 'FANFOLD_INPUT_INVALID' ? { offset: 0 } : {}),
      message: expect.stringMatching(parts.join('.*')),
    });

  test('that lack a column, name one twice or are malformed are errors', () => {
    const format = csv({ a: 'text', b: 'text' });
    expect(() => read(format, 'a,c\n')).toThrow(invalid('FANFOLD_INPUT_INVALID', 'lacks "b"', '"a", "c"'));
    expect(() => read(format, 'a,b,a,x,x,x')).toThrow(invalid('FANFOLD_INPUT_INVALID', '"a", "x" more than once'));
    expect(() => read(csv(), 'a,"b"x\n')).toThrow(invalid('FANFOLD_INPUT_INVALID', 'text after a closing quote'));
    expect(() => read(format, '\n')).toThrow(invalid('FANFOLD_INPUT_INVALID', 'lacks "a", "b"'));
  });

  test('are not there in an empty object', () => {
    for (const text of ['', '\ufeff', 'a\n', '\ufeffa'])
      expect(read(csv({ a: 'text' }), text)).toMatchObject({ records: [], bad: [] });
    expect(read(csv({ a: 'text' }), '\ufeff"a"\n1').records).toEqual([{ record: { a: '1' }, offset: 7, bytes: 1 }]);
  });

  test('wrong options are told when the job is defined', () => {
    const message = (make: () => unknown, ...parts: string[]) =>
      expect(make).toThrow(invalid('FANFOLD_JOB_INVALID', ...parts));
    message(
      () => csv({ a: 'txt' as 'text', b: 'decimal(1.5)', c: 'decimal(101)' }),
      'column a',
      'column b',
      'column c',
    );
    message(() => csv({}), 'no column');
    message(() => csv({ a: 'text' }, { delimiter: '"' }), 'delimiter');
    message(() => csv({ a: 'text' }, { delimiter: ';;' }), 'delimiter');
    message(() => csv({ b: 'text', 1: 'text' }, { header: false }), 'order of the columns');
    message(() => csv(undefined, { header: false as true }), 'needs columns');
    message(() => csv({ a: 'text' }, { recordBytesMax: 0 }), 'recordBytesMax');
  });
});

test('bad records are told, and reading goes on with the next', () => {
  const { records, bad } = read(csv({ a: 'text', b: 'text' }), 'a,b\n1\nx"y,2\n"x"y,2\n\n5,6\n7,"8\n9');
  expect(records.map(({ record }) => record)).toEqual([{ a: '5', b: '6' }]);
  expect(bad).toEqual([
    { reason: '1 columns instead of 2', offset: 4, raw: '1' },
    { reason: 'quote inside an unquoted field', offset: 6, raw: 'x"y,2' },
    { reason: 'text after a closing quote', offset: 12, raw: '"x"y,2' },
    { reason: '1 columns instead of 2', offset: 19, raw: '' },
    { reason: 'unclosed quote', offset: 24, raw: '7,"8\n9' },
  ]);
});
