import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Cell, csvRows } from '../../../functions/formats/csv-rows.ts';
import { jsonRows } from '../../../functions/formats/json-rows.ts';
import { textLines } from '../../../functions/formats/text-lines.ts';

const valueInvalid = (text: string) =>
  expect.objectContaining({ code: 'FANFOLD_VALUE_INVALID', message: expect.stringContaining(text) });

describe('csvRows', () => {
  test('has a header, and quotes only where it must', () => {
    const output = csvRows(['a b', 'c"d']);
    expect(output.header).toBe('a b,"c""d"\n');
    expect(output.encode({ 'a b': " it's; #fine", 'c"d': 'x,y' })).toBe(` it's; #fine,"x,y"\n`);
    expect(output.encode({ 'a b': 'x\r', 'c"d': 'x\ny' })).toBe('"x\r","x\ny"\n');
    expect(output.encode({ 'a b': -1.5, 'c"d': 10n ** 20n })).toBe('-1.5,100000000000000000000\n');
    expect(output.encode({ 'a b': true, 'c"d': null })).toBe('true,\n');
    expect(output.encode({ 'a b': '', 'c"d': '' })).toBe(',\n');
    expect(csvRows(['a']).encode({ a: '' })).toBe('""\n');
    expect(csvRows(['a']).encode({ a: null })).toBe('""\n');
  });

  test('names the column of a value that it cannot write', () => {
    const output = csvRows(['a', 'constructor']);
    const encode = (row: object) => () => output.encode(row as { a: Cell; constructor: Cell });
    expect(encode({ a: 1 })).toThrow(valueInvalid('"constructor": it is undefined'));
    expect(encode({ a: Number.NaN, constructor: 1 })).toThrow(valueInvalid('"a": it is NaN'));
    expect(encode({ a: -Infinity, constructor: 1 })).toThrow(valueInvalid('"a": it is -Infinity'));
    expect(encode({ a: {}, constructor: 1 })).toThrow(valueInvalid('"a": it is of type object'));
    expect(() => csvRows([])).toThrow(expect.objectContaining({ code: 'FANFOLD_JOB_INVALID' }));
    expect(() => csvRows(['a', 'a'])).toThrow(expect.objectContaining({ code: 'FANFOLD_JOB_INVALID' }));
  });

  test('csv-parse reads back what it wrote', () => {
    const cell = fc.array(fc.constantFrom('a', 'é', ',', '"', '\n', '\r', ' ')).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell)), (rows) => {
        const output = csvRows(['x', 'y']);
        const text = output.header + rows.map(([x, y]) => output.encode({ x, y })).join('');
        expect(parse(text, { record_delimiter: '\n' })).toEqual([['x', 'y'], ...rows]);
      }),
    );
  });
});

describe('jsonRows', () => {
  const { encode } = jsonRows();

  test('is compact, exact and in order', () => {
    expect(encode({ a: [1, null, true], 'é"': 'x\n' })).toBe('{"a":[1,null,true],"é\\"":"x\\n"}\n');
    expect(encode(12345678901234567890n)).toBe('12345678901234567890\n');
    expect(
      encode(
        new Map([
          ['b', 1],
          ['1', 2],
          ['__proto__', 3],
        ]),
      ),
    ).toBe('{"b":1,"1":2,"__proto__":3}\n');
    expect(encode(JSON.parse('{"__proto__":1}'))).toBe('{"__proto__":1}\n');
    expect(encode(Object.create(null, { a: { value: 1, enumerable: true } }))).toBe('{"a":1}\n');
    expect(encode('a\udcff')).toBe('"a\\udcff"\n');
    expect(encode([-0, 1e21, 1e-7])).toBe('[0,1e+21,1e-7]\n');
  });

  test('is what JSON.stringify writes', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => encode(value) === `${JSON.stringify(value)}\n`));
    const units = Array.from({ length: 0x10000 }, (_, unit) => String.fromCharCode(unit));
    const wrong = units.filter(
      (unit) => encode({ [unit]: `a${unit}` }) !== `${JSON.stringify({ [unit]: `a${unit}` })}\n`,
    );
    expect(wrong).toEqual([]);
  });

  test('names the path of what JSON cannot hold', () => {
    const refused: [unknown, string][] = [
      [{ a: [1, Number.NaN] }, 'at .a[1] is NaN'],
      [{ a: { b: undefined } }, 'at .a.b is undefined'],
      [new Map([['a', Infinity]]), 'at .a is Infinity'],
      [new Map([[1, 1]]), 'is a Map with a key of type number'],
      [[() => 1], 'at [0] is function'],
      [new Array(1), 'at [0] is undefined'],
      [{ at: new Date(0) }, 'at .at is an instance of Date'],
      [new Set(), 'is an instance of Set'],
      [undefined, 'is undefined'],
    ];
    for (const [value, text] of refused) expect(() => encode(value)).toThrow(valueInvalid(text));
    const loop: unknown[] = [];
    loop.push(loop);
    expect(() => encode(loop)).toThrow(valueInvalid('contains itself'));
  });
});

test('textLines writes strings as they are', () => {
  expect(textLines().encode('a "b",\udcff')).toBe('a "b",\udcff\n');
  expect(() => textLines().encode(1 as unknown as string)).toThrow(valueInvalid('number'));
});
