import { describe, expect, it } from 'vitest';
import {
  accessLog,
  aggregate,
  count,
  csv,
  csvRows,
  each,
  filled,
  jsonl,
  jsonRows,
  max,
  min,
  sum,
} from '../../functions/index.ts';

const input = csv({ shop: 'text', amount: 'decimal(2)', items: 'integer', rate: 'number' });
const job = aggregate({
  name: 'sales',
  input,
  groupBy: { branch: 'shop' },
  values: { n: count(), total: sum('amount'), most: max('items'), least: min('rate'), first: min('shop') },
  output: jsonRows(),
});
const context = { source: 's', offset: 0, params: {} };

describe('aggregate', () => {
  it('is a keyed job', () => {
    const one = { shop: 'a', amount: 150n, items: 2n, rate: 0.5 };
    expect([...job.map(one, context)]).toEqual([['a', [1, 150n, 2n, 0.5, 'a']]]);
    expect(job.combine([1, 150n, 2n, 0.5, 'a'], [2, -200n, 3n, 0.25, 'A'])).toEqual([3, -50n, 3n, 0.25, 'A']);
    expect(job.reduce('a', [3, -50n, 3n, 0.25, 'A'], { params: {} })).toEqual({
      branch: 'a',
      n: 3,
      total: '-0.50',
      most: 3n,
      least: 0.25,
      first: 'A',
    });
  });

  it('groups by what a column says', () => {
    const by = (groupBy: 'amount' | 'items' | 'rate') =>
      aggregate({ name: 'a', input, groupBy, values: { n: count() }, output: csvRows(['n']) });
    const record = { shop: 'a', amount: -5n, items: 12n, rate: 1e21 };
    expect([...by('amount').map(record, context)]).toEqual([['-0.05', 1]]);
    expect([...by('items').map(record, context)]).toEqual([['12', 1]]);
    expect([...by('rate').map(record, context)]).toEqual([['1e+21', 1]]);
  });

  it('groups by each text of a list', () => {
    const tags = aggregate({
      name: 'a',
      input: jsonl({ tags: ['text'] }),
      groupBy: { tag: 'tags' },
      values: { n: count() },
      output: csvRows(['tag', 'n']),
    });
    expect([...tags.map({ tags: ['a', 'b', 'a'] }, context)]).toEqual([
      ['a', 1],
      ['b', 1],
      ['a', 1],
    ]);
    expect([...tags.map({ tags: [] }, context)]).toEqual([]);
  });

  it('groups by each of several columns', () => {
    const log = aggregate({
      name: 'a',
      input: accessLog(['status', 'path', 'bytes']),
      groupBy: each('status', filled('path')),
      values: { n: count(), bytes: sum('bytes') },
      output: jsonRows(),
    });
    expect([...log.map({ status: 200, path: '/a', bytes: 7 }, context)]).toEqual([
      ['0200', [1, 7n]],
      ['1/a', [1, 7n]],
    ]);
    expect([...log.map({ status: 200, path: '', bytes: 7 }, context)]).toEqual([['0200', [1, 7n]]]);
    expect(log.reduce('1/a', [2, 9n], { params: {} })).toEqual({ group: 'path', value: '/a', n: 2, bytes: 9n });
  });

  it('makes nothing of values that are missing', () => {
    const rated = aggregate({
      name: 'rated',
      input: jsonl({ shop: 'text', price: 'integer?', rate: 'number?', note: 'text?' }),
      groupBy: 'shop',
      values: { n: count(), prices: count('price'), total: sum('price'), least: min('rate'), note: max('note') },
      output: csvRows(['shop', 'n', 'prices', 'total', 'least', 'note']),
    });
    const none = { shop: 'a', price: null, rate: null, note: null };
    const some = { shop: 'a', price: 3n, rate: 0.5, note: '' };
    expect([...rated.map(none, context), ...rated.map(some, context)]).toEqual([
      ['a', [1, 0, null, null, null]],
      ['a', [1, 1, 3n, 0.5, '']],
    ]);
    expect(rated.combine([1, 0, null, null, null], [1, 1, 3n, 0.5, ''])).toEqual([2, 1, 3n, 0.5, '']);
    expect(rated.combine([1, 1, 3n, 0.5, ''], [1, 0, null, null, null])).toEqual([2, 1, 3n, 0.5, '']);
    expect(rated.combine([1, 0, null, null, null], [1, 0, null, null, null])).toEqual([2, 0, null, null, null]);
    const row = rated.reduce('a', [2, 0, null, null, null], { params: {} });
    expect(row).toEqual({ shop: 'a', n: 2, prices: 0, total: null, least: null, note: null });
    expect(rated.output.encode(row)).toBe('a,2,0,,,\n');
  });

  it('has no group for what is missing, but where groups are filled', () => {
    const input = csv({ shop: 'text?', amount: 'decimal(2)?' });
    const asked = { name: 'a', input, values: { total: sum('amount') }, output: jsonRows() };
    // @ts-expect-error: it may be missing
    expect(() => aggregate({ ...asked, groupBy: 'shop' })).toThrow(
      "`groupBy`: shop may be missing, which is no group: give each(filled('shop'))",
    );
    const filledOnly = aggregate({ ...asked, groupBy: each(filled('shop'), filled('amount')) });
    expect([...filledOnly.map({ shop: null, amount: null }, context)]).toEqual([]);
    expect([...filledOnly.map({ shop: 'a', amount: 150n }, context)]).toEqual([
      ['0a', 150n],
      ['11.50', 150n],
    ]);
    expect(filledOnly.reduce('0a', null, { params: {} })).toEqual({ group: 'shop', value: 'a', total: null });
  });

  it('leaves empty texts of a list out where they are to be filled', () => {
    const tags = aggregate({
      name: 'a',
      input: jsonl({ tags: ['text'] }),
      groupBy: each('tags', filled('tags')),
      values: { n: count() },
      output: jsonRows(),
    });
    expect([...tags.map({ tags: ['', 'a'] }, context)]).toEqual([
      ['0', 1],
      ['0a', 1],
      ['1a', 1],
    ]);
  });

  it('says what is never missing, and where filled stands', () => {
    const input = jsonl({ shop: 'text', tags: ['text'], note: 'text?' });
    const asked = { name: 'a', input, groupBy: 'shop', output: jsonRows() } as const;
    // @ts-expect-error: it is never missing
    expect(() => aggregate({ ...asked, values: { n: count('shop') } })).toThrow(
      "value n: shop is never missing: ask for count(), or declare it 'text?'",
    );
    // @ts-expect-error: nor is a list
    expect(() => aggregate({ ...asked, values: { n: count('tags') } })).toThrow(
      'value n: tags is never missing: ask for count()',
    );
    expect(() => aggregate({ ...asked, values: { n: count('note') } })).not.toThrow();
    // @ts-expect-error: within each
    expect(() => aggregate({ ...asked, groupBy: filled('shop'), values: { n: count() } })).toThrow(
      '`groupBy`: filled(…) stands within each(…)',
    );
  });

  it('names all that is wrong', () => {
    const wrong: object = {
      name: 'Sales',
      input,
      groupBy: 'shp',
      values: { total: sum('shop'), n: 1, least: min('rat') },
      combine: sum,
      output: jsonRows(),
    };
    const said = () => aggregate(wrong as Parameters<typeof aggregate>[0]);
    for (const what of [
      '`name` must be',
      '`groupBy`: there is no column shp, but shop',
      'value total: sum of the column shop, which holds text',
      'value n must be count()',
      'value least: there is no column rat',
      '`map` and `combine` are for defineJob',
    ]) {
      expect(said).toThrow(what);
    }
  });

  it('says once that a value has no column', () => {
    const misspelt: object = {
      name: 'sales',
      input,
      groupBy: 'shop',
      values: { n: sum('amuont') },
      output: jsonRows(),
    };
    const said = () => aggregate(misspelt as Parameters<typeof aggregate>[0]);
    expect(said).toThrow(/: value n: there is no column amuont, but [a-z, ]+$/);
  });

  it.each<[string, object, string]>([
    ['shop', { groupBy: 'shop' }, '`output`: a row has no shp, but shop, n; `output`: a row has no m, but shop, n'],
    ['each', { groupBy: each('shop') }, '`output`: a row has no shp, but group, value, n'],
  ])('names columns that rows by %s have not', (_, by, what) => {
    const misspelt: object = {
      name: 'sales',
      input,
      ...by,
      values: { n: count() },
      output: csvRows(['n', 'shp', 'm']),
    };
    const said =
      (over: object = {}) =>
      () =>
        aggregate({ ...misspelt, ...over } as Parameters<typeof aggregate>[0]);
    expect(said()).toThrow(what);
    expect(said({ reduce: () => ({ n: 1, shp: 2, m: 3 }) })).not.toThrow();
  });
});
