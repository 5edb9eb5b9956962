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
  return records[0] === undefined ? bad[0]?.reason : records[0].record.c;
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

  test('a value may be missing where its type says so, and is of it where it is there', () => {
    const types = ['text?', 'integer?', 'number?', 'decimal(2)?'] as const;
    expect(types.map((type) => cellOf(type, ''))).toEqual([null, null, null, null]);
    expect(types.map((type) => cellOf(type, '7'))).toEqual(['7', 7n, 7, 700n]);
    expect(cellOf('integer?', ' ')).toBe('column c: " " is not an integer');
    const { records, bad } = read(csv({ a: 'integer?', b: 'text?', c: 'text' }), 'a,b,c\n,,\n1\n"","",x\n');
    expect(records.map(({ record }) => record)).toEqual([
      { a: null, b: null, c: '' },
      { a: null, b: null, c: 'x' },
    ]);
    expect(bad).toMatchObject([{ reason: '1 column instead of 3' }]);
    expect(() => csv({ a: 'date?' as CsvColumn, b: 'integer??' as CsvColumn })).toThrow(
      'column a: "date?" is no type; column b: "integer??" is no type',
    );
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

describe('dialects', () => {
  test('any delimiter and any quote', () => {
    const format = csv({ a: 'text', b: 'text' }, { delimiter: '\t', quote: "'" });
    const { records, bad } = read(format, "a\tb\r\n'it''s'\t\"\n'x\ty\n'\t,\n\"\t'z'z\n");
    expect(records.map(({ record }) => record)).toEqual([
      { a: "it's", b: '"' },
      { a: 'x\ty\n', b: ',' },
    ]);
    expect(bad).toEqual([{ reason: 'text after a closing quote at byte 29', offset: 24, raw: "\"\t'z'z" }]);
  });

  test('control characters, and those above all letters', () => {
    for (const [delimiter, quote] of [
      ['\x01', '\x02'],
      ['|', '~'],
      [' ', '\0'],
      ['a', 'b'],
    ] as const) {
      const format = csv({ x: 'text', y: 'text' }, { header: false, delimiter, quote });
      const quoted = `${quote}1${delimiter}\n${quote}${quote}2${quote}`;
      const { records, bad } = read(format, `${quoted}${delimiter}3\n4${delimiter}${quoted}`);
      const held = `1${delimiter}\n${quote}2`;
      expect(bad).toEqual([]);
      expect(records.map(({ record }) => record)).toEqual([
        { x: held, y: '3' },
        { x: '4', y: held },
      ]);
    }
  });
});

describe('what ranges need of a header', () => {
  const header = (format: Format<unknown>, text: string) => format.twoState?.header(Buffer.from(text));

  test('is where the columns stand that the job names, and how many there are', () => {
    const format = csv({ amount: 'decimal(2)', id: 'text' });
    expect(header(format, '\ufeffx,"id",y,amount\r\n1')).toEqual({
      columns: 4,
      names: [
        [1, 'id'],
        [3, 'amount'],
      ],
    });
    expect(header(csv(), 'x,"i\nd"\n')).toEqual({
      columns: 2,
      names: [
        [0, 'x'],
        [1, 'i\nd'],
      ],
    });
  });

  test('is not known before its end, and what does not do leaves the object to one worker', () => {
    const format = csv({ a: 'text' });
    for (const text of ['', 'a', 'a,"\n', '\ufeffa,b\r']) expect(header(format, text)).toBeUndefined();
    for (const text of ['b\n', 'a,a\n', 'a,"b"c\n', '\n']) expect(header(format, text)).toBe('uncut');
  });

  test('may be as long as fits in a message, which names that are not asked for do not make longer', () => {
    const names = (count: number) => Array.from({ length: count }, (_, i) => `column${10_000 + i}`).join(',');
    expect(header(csv(), `${names(3_000)}\n`)).toMatchObject({ columns: 3_000 });
    expect(header(csv(), `${names(4_000)}\n`)).toBe('uncut');
    expect(header(csv({ column11234: 'text' }), `${names(40_000)}\n`)).toEqual({
      columns: 40_000,
      names: [[1_234, 'column11234']],
    });
  });

  test('nothing, where the job names the columns', () => {
    expect(csv({ a: 'text' }, { header: false }).twoState?.needsHeader).toBe(false);
    expect(csv(undefined, { cut: 'never' })).toMatchObject({ cut: 'never' });
    expect(csv(undefined, { cut: 'never' }).twoState).toBeUndefined();
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
    message(() => csv({ a: 'text' }, { delimiter: '"' }), 'the delimiter and the quote are both');
    message(() => csv({ a: 'text' }, { delimiter: '\n' }), 'the delimiter is');
    message(() => csv({ a: 'text' }, { quote: '' }), 'the quote is ""');
    message(() => csv({ a: 'text' }, { quote: 'é' }), 'the quote is');
    for (const quote of '09+-.') message(() => csv({ a: 'text' }, { quote }), 'which numbers are written with');
    message(() => csv({ a: 'text' }, { cut: 'always' as 'never' }), 'cut is');
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
    { reason: '1 column instead of 2', offset: 4, raw: '1' },
    { reason: 'quote inside an unquoted field at byte 7', offset: 6, raw: 'x"y,2' },
    { reason: 'text after a closing quote at byte 15', offset: 12, raw: '"x"y,2' },
    { reason: '1 column instead of 2', offset: 19, raw: '' },
    { reason: 'unclosed quote at byte 26', offset: 24, raw: '7,"8\n9' },
  ]);
});
