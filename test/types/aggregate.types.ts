/** Declarative jobs: what must compile, and what must not. A line that wrongly compiles is an error here. */
import {
  aggregate,
  count,
  csv,
  csvRows,
  each,
  filled,
  jsonl,
  jsonRows,
  lines,
  max,
  min,
  sum,
  textLines,
  top,
  words,
} from '../../functions/index.ts';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Same<A, B>) => {};

aggregate({
  name: 'words',
  input: words(),
  groupBy: 'word',
  values: { count: count() },
  output: csvRows(['word', 'count']),
});

const sales = csv({ shop: 'text', amount: 'decimal(2)', items: 'integer', rate: 'number' });
const asked = { name: 'sales', input: sales, groupBy: 'shop' } as const;

aggregate({
  ...asked,
  groupBy: { branch: 'shop' },
  values: { n: count(), total: sum('amount'), most: max('items'), least: min('rate'), first: min('shop') },
  reduce: (row) => {
    same<
      { [K in keyof typeof row]: (typeof row)[K] },
      {
        readonly branch: string;
        readonly n: number;
        readonly total: string;
        readonly most: bigint;
        readonly least: number;
        readonly first: string;
      }
    >(true);
    return `${row.branch} ${row.total}`;
  },
  output: textLines(),
});

aggregate({
  ...asked,
  params: { top: { type: 'number', default: 100 } },
  values: { n: count() },
  finish: (rows, { params }) => top(rows, params.top, (row) => row.n),
  output: csvRows(['shop', 'n']),
});

aggregate({ ...asked, groupBy: 'amount', values: { n: count() }, output: jsonRows() });

const rated = csv({ shop: 'text', price: 'decimal(2)?', items: 'integer?', rate: 'number?', note: 'text?' });
aggregate({
  name: 'rated',
  input: rated,
  groupBy: 'shop',
  values: { n: count('price'), total: sum('price'), most: max('items'), least: min('rate'), note: min('note') },
  reduce: (row) => {
    same<
      { [K in keyof typeof row]: (typeof row)[K] },
      {
        readonly shop: string;
        readonly n: number;
        readonly total: string | null;
        readonly most: bigint | null;
        readonly least: number | null;
        readonly note: string | null;
      }
    >(true);
    return `${row.shop} ${row.total}`;
  },
  output: textLines(),
});
aggregate({
  name: 'a',
  input: rated,
  groupBy: each('shop', filled('note')),
  values: { n: count() },
  output: jsonRows(),
});
// @ts-expect-error: what is missing is no group
aggregate({ name: 'a', input: rated, groupBy: 'note', values: { n: count() }, output: jsonRows() });
// @ts-expect-error: what is missing is no group
aggregate({ name: 'a', input: rated, groupBy: each('shop', 'note'), values: { n: count() }, output: jsonRows() });
// @ts-expect-error: texts cannot be added
aggregate({ name: 'a', input: rated, groupBy: 'shop', values: { total: sum('note') }, output: jsonRows() });
// @ts-expect-error: there is no column `prise`
aggregate({ name: 'a', input: rated, groupBy: 'shop', values: { n: count('prise') }, output: jsonRows() });
aggregate({ ...asked, groupBy: 'shop', values: { n: count() }, output: csvRows(['shop', 'n']) });
// @ts-expect-error: there is no column `shp`
aggregate({ ...asked, groupBy: 'shp', values: { n: count() }, output: jsonRows() });
// @ts-expect-error: there is no column `shp`
aggregate({ ...asked, groupBy: { shop: 'shp' }, values: { n: count() }, output: jsonRows() });
// @ts-expect-error: lines have the column `line`
aggregate({ name: 'a', input: lines(), groupBy: 'word', values: { n: count() }, output: jsonRows() });
// @ts-expect-error: there is no column `amuont`
aggregate({ ...asked, values: { total: sum('amuont') }, output: jsonRows() });
// @ts-expect-error: texts cannot be added
aggregate({ ...asked, values: { total: sum('shop') }, output: jsonRows() });
// @ts-expect-error: the row has no `count`
aggregate({ ...asked, values: { n: count() }, output: csvRows(['shop', 'count']) });
// @ts-expect-error: the row calls it `branch`
aggregate({ ...asked, groupBy: { branch: 'shop' }, values: { n: count() }, output: csvRows(['shop', 'n']) });
// @ts-expect-error: rows are objects
aggregate({ ...asked, values: { n: count() }, output: textLines() });
// @ts-expect-error: without columns there is nothing to group by
aggregate({ name: 'a', input: csv(), groupBy: 'shop', values: { n: count() }, output: jsonRows() });
const posts = jsonl({ tags: ['text'], user: 'text', likes: 'integer' });
aggregate({
  name: 'posts',
  input: posts,
  groupBy: each('user', 'tags', filled('user')),
  values: { likes: sum('likes') },
  reduce: ({ group, value, likes }) => {
    same<[typeof group, typeof value, typeof likes], [string, string, bigint]>(true);
    return value;
  },
  output: textLines(),
});
aggregate({ name: 'a', input: posts, groupBy: { tag: 'tags' }, values: { n: count() }, output: csvRows(['tag', 'n']) });
// @ts-expect-error: there is no column `usr`
aggregate({ name: 'a', input: posts, groupBy: each('tags', 'usr'), values: { n: count() }, output: jsonRows() });
// @ts-expect-error: lists cannot be compared
aggregate({ name: 'a', input: posts, groupBy: 'user', values: { most: max('tags') }, output: jsonRows() });
// @ts-expect-error: no such type of member
jsonl({ tags: 'texts' });

// @ts-expect-error: that is defineJob's
aggregate({ ...asked, values: { n: count() }, map: () => [], output: jsonRows() });
