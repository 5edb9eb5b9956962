import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Format } from '../../../functions/formats/format.ts';
import type { JsonColumn } from '../../../functions/formats/json-columns.ts';
import { jsonl } from '../../../functions/formats/jsonl.ts';
import { readSpan } from './read-span.ts';

const read = (text: string | Buffer, format: Format<unknown> = jsonl()) => {
  const object = Buffer.from(text as string);
  return readSpan<unknown>(format, object, { start: 0, end: object.length });
};
const values = (text: string) => read(text).records.map(({ record }) => record);

describe('jsonl', () => {
  test('skips blank lines and a byte order mark at the very start', () => {
    expect(values('\ufeff1\n\n \t\r\n2\r\n\n3')).toEqual([1, 2, 3]);
    expect(values('\ufeff')).toEqual([]);
    expect(read('1\n\ufeff2\n').bad).toMatchObject([{ offset: 2, raw: '\xef\xbb\xbf2' }]);
  });

  test('never rounds an integer', () => {
    expect(values('[9007199254740991,9007199254740992,-9007199254740993]')).toEqual([
      [9007199254740991, 9007199254740992n, -9007199254740993n],
    ]);
    expect(values('{"id":123456789012345678901234567890,"n":1}')).toEqual([
      { id: 123456789012345678901234567890n, n: 1 },
    ]);
    expect(values('1e300\n0.12345678901234567890\n"1234567890123456789"')).toEqual([
      1e300,
      0.12345678901234568,
      '1234567890123456789',
    ]);
  });

  test('keeps `__proto__` a name like any other, also beside big integers', () => {
    for (const more of ['', ',"id":12345678901234567890']) {
      const [record] = values(`{"__proto__":{"polluted":1},"a":1${more}}`);
      expect(Object.keys(record as object).slice(0, 2)).toEqual(['__proto__', 'a']);
      expect(Object.getPrototypeOf(record)).toBe(Object.prototype);
    }
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test('keeps bytes that are not UTF-8', () => {
    expect(read(Buffer.from('"a\xff"\n', 'latin1')).records).toMatchObject([{ record: 'a\udcff' }]);
  });

  test('a line that is no JSON is a bad record, with its bytes', () => {
    const { records, bad } = read('{"a":1}\n{"a":\n{"a":2}\n');
    expect(records.map(({ offset, bytes }) => [offset, bytes])).toEqual([
      [0, 7],
      [14, 7],
    ]);
    expect(bad).toMatchObject([{ reason: expect.stringMatching(/^not JSON: /), offset: 8, raw: '{"a":' }]);
  });

  test.each([
    ['zod', z.object({ id: z.number(), tags: z.array(z.string()).default([]) })],
    ['valibot', v.object({ id: v.number(), tags: v.optional(v.array(v.string()), []) })],
  ])('a schema of %s decides, and its output is the record', (_, schema) => {
    const { records, bad } = read('{"id":1}\n{"id":"1"}\n{"id":2,"tags":[3],"more":1}\n', jsonl(schema));
    expect(records.map(({ record }) => record)).toEqual([{ id: 1, tags: [] }]);
    expect(bad.map(({ reason, offset }) => [offset, reason.split(':')[0]])).toEqual([
      [9, 'id'],
      [20, 'tags.0'],
    ]);
  });

  test('a schema that waits or throws is an error of the job', () => {
    const waits = z.string().refine(async () => true);
    expect(() => read('"a"', jsonl(waits))).toThrow(expect.objectContaining({ code: 'FANFOLD_JOB_ERROR', offset: 0 }));
    const promises = {
      '~standard': { version: 1 as const, vendor: 'test', validate: () => Promise.reject(new Error('late')) },
    };
    expect(() => read('\n"a"', jsonl(promises))).toThrow(
      expect.objectContaining({
        code: 'FANFOLD_JOB_ERROR',
        offset: 1,
        message: expect.stringContaining('asynchronously'),
      }),
    );
    const throws = z.string().transform(() => {
      throw new Error('mine');
    });
    expect(() => read('"a"', jsonl(throws))).toThrow(expect.objectContaining({ code: 'FANFOLD_JOB_ERROR' }));
    expect(() => jsonl({} as z.ZodString)).toThrow(expect.objectContaining({ code: 'FANFOLD_JOB_INVALID' }));
  });

  test('with columns, records have these members, of their types', () => {
    const columns = jsonl({ id: 'integer', name: 'text', rate: 'number', tags: ['text'], __proto__x: 'integer' });
    const line = '{"id":12345678901234567890,"name":"a","rate":1e2,"tags":["x"],"more":null,"__proto__x":-3}';
    expect(read(line, columns).records.map(({ record }) => record)).toEqual([
      { id: 12345678901234567890n, name: 'a', rate: 100, tags: ['x'], __proto__x: -3n },
    ]);
    const reasons = (text: string, type: JsonColumn) => read(text, jsonl({ a: type })).bad.map(({ reason }) => reason);
    expect(reasons('[]\n1\nnull\n{}\n{"b":1}', 'text')).toEqual([
      'not an object',
      'not an object',
      'not an object',
      'lacks a',
      'lacks a',
    ]);
    expect(reasons('{"a":1}\n{"a":null}', 'text')).toEqual(['a: is not a text', 'a: is not a text']);
    expect(reasons('{"a":1.5}\n{"a":"1"}\n{"a":1e300}\n{"a":1.0}', 'integer')).toHaveLength(3);
    expect(reasons('{"a":"1"}\n{"a":null}\n{"a":12345678901234567890}', 'number')).toHaveLength(2);
    expect(reasons('{"a":"x"}\n{"a":[1]}\n{"a":["x",null]}\n{"a":[]}', ['text'])).toHaveLength(3);
  });

  test('a member may be missing, or null, where its type says so', () => {
    const columns = jsonl({ id: 'integer?', name: 'text?', rate: 'number?' });
    const { records, bad } = read('{}\n{"id":null,"name":"","rate":0}\n{"id":5}\n{"id":"5"}\n[]\n{"id":1.5}', columns);
    expect(records.map(({ record }) => record)).toEqual([
      { id: null, name: null, rate: null },
      { id: null, name: '', rate: 0 },
      { id: 5n, name: null, rate: null },
    ]);
    expect(bad.map(({ reason }) => reason)).toEqual([
      'id: is not an integer',
      'not an object',
      'id: is not an integer',
    ]);
    expect(() => jsonl({ a: 'integer??' as JsonColumn })).toThrow('neither columns nor a schema');
  });
});
