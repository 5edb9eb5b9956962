import { describe, expect, it } from 'vitest';
import { aggregate, count, csv, csvRows, jsonRows, max, min, sum } from '../../functions/index.ts';

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
});
