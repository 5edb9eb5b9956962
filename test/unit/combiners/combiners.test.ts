import { describe, expect, test } from 'vitest';
import { concat, decimal, fields, first, last, max, min, sum, union } from '../../../functions/index.ts';

describe('combiners', () => {
  test('min and max order numbers, bigints, and strings by their bytes', () => {
    expect([min(3, 2), max(3, 2), min(-1n, 5n), max(2n ** 70n, 5n)]).toEqual([2, 3, -1n, 2n ** 70n]);
    // U+FFFF comes before U+10000 in bytes, after it in UTF-16.
    expect(min('\uffff', '\u{10000}')).toBe('\uffff');
    expect(max('\uffff', '\u{10000}')).toBe('\u{10000}');
    expect(Object.is(min(0, -0), 0)).toBe(true);
  });

  test('first, last, concat and union keep the order of the input', () => {
    expect([first('b', 'a'), last('b', 'a')]).toEqual(['b', 'a']);
    expect(concat([2, 1], [1])).toEqual([2, 1, 1]);
    expect(union(['b', 'a'], ['c', 'a', 'd'])).toEqual(['b', 'a', 'c', 'd']);
  });

  test('fields combines each field with its own', () => {
    const combine = fields({ cents: sum, entries: sum, from: min, ids: concat });
    const a = { cents: 1n, entries: 1, from: 'b', ids: [1] };
    expect(combine(a, { cents: -3n, entries: 2, from: 'a', ids: [2] })).toEqual({
      cents: -2n,
      entries: 3,
      from: 'a',
      ids: [1, 2],
    });
    expect(a).toEqual({ cents: 1n, entries: 1, from: 'b', ids: [1] });
  });
});

describe('decimal', () => {
  test.each([
    [0n, 2, '0.00'],
    [-1n, 2, '-0.01'],
    [-100n, 2, '-1.00'],
    [12345n, 2, '123.45'],
    [-7n, 0, '-7'],
    [10n ** 30n + 5n, 3, '1000000000000000000000000000.005'],
  ])('%s, %s → %s', (value, scale, text) => expect(decimal(value, scale)).toBe(text));

  test('refuses a scale that is none', () => {
    for (const scale of [-1, 1.5, 101, Number.NaN]) {
      expect(() => decimal(1n, scale)).toThrow(expect.objectContaining({ code: 'FANFOLD_VALUE_INVALID' }));
    }
  });
});
