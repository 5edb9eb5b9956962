/** What must compile, and what must not. `tsc` runs these tests: a line that wrongly compiles is an error there. */
import * as v from 'valibot';
import { z } from 'zod';
import {
  concat,
  csv,
  csvRows,
  decimal,
  defineJob,
  type Format,
  fields,
  type JsonValue,
  jsonl,
  jsonRows,
  type KeyValue,
  lines,
  max,
  sum,
  tagged,
  textLines,
  top,
  union,
  words,
} from '../../functions/index.ts';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type RecordOf<F> = F extends Format<infer R> ? R : never;
const same = <A, B>(_: Same<A, B>) => {};

const columns = csv({ account_id: 'text', amount: 'decimal(2)', n: 'integer', rate: 'number' });
same<
  RecordOf<typeof columns>,
  { readonly account_id: string; readonly amount: bigint; readonly n: bigint; readonly rate: number }
>(true);
const anyColumns = csv();
same<RecordOf<typeof anyColumns>, ReadonlyMap<string, string>>(true);
const json = jsonl();
same<RecordOf<typeof json>, JsonValue>(true);
const zod = jsonl(z.object({ id: z.number(), tags: z.array(z.string()).default([]) }));
same<RecordOf<typeof zod>, { id: number; tags: string[] }>(true);
const valibot = jsonl(v.object({ id: v.number(), tags: v.optional(v.array(v.string()), []) }), {
  recordBytesMax: 1000,
});
same<RecordOf<typeof valibot>, { id: number; tags: string[] }>(true);
const joined = tagged({
  customers: { from: 'customers*.csv', read: csv({ id: 'text' }) },
  posts: { from: ['**/posts/*', '*.jsonl'], read: jsonl(z.object({ n: z.number() })) },
});
same<
  RecordOf<typeof joined>,
  | { readonly input: 'customers'; readonly record: { readonly id: string } }
  | { readonly input: 'posts'; readonly record: { n: number } }
>(true);

// @ts-expect-error: an input is { from, read }
tagged({ customers: csv() });
// @ts-expect-error: no such type of column
csv({ a: 'decimal' });
// @ts-expect-error: without columns there must be a header
csv(undefined, { header: false });
// @ts-expect-error: not a schema
jsonl({ parse: () => 1 });

export const wordCount = defineJob({
  name: 'word-count',
  input: words(),
  *map(word) {
    yield [word, 1];
  },
  combine: sum,
  reduce: (word, count) => ({ word, count }),
  output: csvRows(['word', 'count']),
});

export const pairs = defineJob({
  name: 'pairs',
  input: lines(),
  *map(line) {
    for (const word of line.split(' ')) yield [word, 1];
  },
  combine: (a, b) => a + b,
  output: csvRows(['key', 'value']),
});

export const ledger = defineJob({
  name: 'ledger',
  input: csv({ account_id: 'text', amount: 'decimal(2)' }),
  *map({ account_id, amount }) {
    yield [account_id, { cents: amount, entries: 1 }];
  },
  combine: fields({ cents: sum, entries: sum }),
  reduce: (account, t) => ({ account, balance: decimal(t.cents, 2), transactions: t.entries }),
  output: csvRows(['account', 'balance', 'transactions']),
});

export const trending = defineJob({
  name: 'trending',
  input: jsonl(z.object({ tags: z.array(z.string()) })),
  params: { top: { type: 'number', default: 100 }, only: { type: 'text', default: '' }, loud: { type: 'flag' } },
  *map({ tags }, { params }) {
    same<typeof params, { readonly top: number; readonly only: string; readonly loud: boolean }>(true);
    for (const tag of tags) yield [tag, 1];
  },
  combine: sum,
  reduce: (tag, uses) => ({ tag, uses }),
  finish: (rows, { params }) => top(rows, params.top, (row) => row.uses),
  output: csvRows(['tag', 'uses']),
});

export const ranked = defineJob({
  name: 'ranked',
  input: words(),
  params: { top: { type: 'number', default: 100 } },
  *map(word) {
    yield [word, { uses: 1 }];
  },
  combine: (a, b) => ({ uses: a.uses + b.uses }),
  finish: (rows, { params }) => {
    same<typeof rows, AsyncIterable<KeyValue<{ uses: number }>>>(true);
    same<typeof params, { readonly top: number }>(true);
    return top(rows, params.top, ({ value }) => value.uses);
  },
  output: jsonRows(),
});

export const numbered = defineJob({
  name: 'numbered',
  input: words(),
  *map(word) {
    yield [word, 1];
  },
  combine: sum,
  async *finish(rows) {
    let place = 0;
    for await (const { key, value } of rows) yield { place: ++place, key, value };
  },
  output: csvRows(['place', 'key', 'value']),
});

export const index = defineJob({
  name: 'index',
  input: jsonl(v.object({ id: v.string(), text: v.string() })),
  *map({ id, text }) {
    for (const term of text.split(' ')) yield [term, [id]];
  },
  combine: union,
  reduce: (term, ids) => ({ term, documents: ids.length, ids }),
  output: jsonRows(),
});

export const latest = defineJob({
  name: 'latest',
  input: csv(),
  *map(row) {
    yield [row.get('id') ?? '', { at: row.get('at') ?? '', seen: [1] }];
  },
  combine: fields({ at: max, seen: concat }),
  reduce: (id, { at, seen }) => `${id} ${at} ${seen.length}`,
  output: textLines(),
});

export const transform = defineJob({
  name: 'transform',
  input: csv(),
  *map(row) {
    yield row;
  },
  output: jsonRows(),
});

export const spent = defineJob({
  name: 'spent',
  input: joined,
  *map({ input, record }) {
    if (input === 'customers') yield [record.id, 1];
    // @ts-expect-error: posts have no id
    else yield [record.id, 1];
  },
  combine: sum,
  output: jsonRows(),
});

defineJob({
  name: 'spent',
  input: joined,
  *map(from) {
    // @ts-expect-error: `custmers` is no input
    if (from.input === 'custmers') yield 'x';
  },
  output: textLines(),
});

const map = function* (line: string): Generator<readonly [string, number]> {
  yield [line, 1];
};
const reduce = (word: string, count: number) => ({ word, count });

const shared = { name: 'a', input: lines(), map };

// @ts-expect-error: values are numbers
defineJob({ ...shared, combine: (a: string, b: string) => a + b, output: csvRows(['key', 'value']) });
// @ts-expect-error: makes a string of numbers
defineJob({ ...shared, combine: (a, b) => `${a}${b}`, output: csvRows(['key', 'value']) });
// @ts-expect-error: `wrd` is no member of the row
defineJob({ ...shared, combine: sum, reduce, output: csvRows(['wrd', 'count']) });
// @ts-expect-error: pairs have `key` and `value`
defineJob({ ...shared, combine: sum, output: csvRows(['key', 'count']) });
// @ts-expect-error: pairs have no `count`
defineJob({ ...shared, combine: sum, finish: (rows) => top(rows, 3, (row) => row.count), output: jsonRows() });
// @ts-expect-error: what `finish` yields has no `count`
defineJob({ ...shared, combine: sum, finish: (all) => top(all, 3, ({ value }) => value), output: csvRows(['count']) });
// @ts-expect-error: rows are objects, not text
defineJob({ ...shared, combine: sum, reduce, output: textLines() });
// @ts-expect-error: a cell cannot be a list
defineJob({ ...shared, combine: sum, reduce: (word) => ({ word, all: [1] }), output: csvRows(['word', 'all']) });
// @ts-expect-error: a record is a string, not JSON
defineJob({ ...shared, input: jsonl(z.object({ id: z.number() })), combine: sum, output: jsonRows() });

// What these were made from compiles.
defineJob({ ...shared, combine: (a, b) => a + b, output: csvRows(['key', 'value']) });
defineJob({ ...shared, combine: sum, reduce, output: csvRows(['word', 'count']) });
defineJob({ ...shared, combine: sum, reduce: (word) => word, output: textLines() });
defineJob({ ...shared, combine: sum, finish: (all) => top(all, 3, ({ value }) => value), output: csvRows(['key']) });

defineJob({
  name: 'a',
  input: csv({ account_id: 'text', amount: 'decimal(2)' }),
  // @ts-expect-error: `acount_id` is no column
  *map({ acount_id, amount }) {
    yield [acount_id, amount];
  },
  combine: sum,
  output: csvRows(['key', 'value']),
});

defineJob({
  name: 'a',
  input: lines(),
  params: { top: { type: 'number', default: 100 } },
  *map(line, { params }) {
    // @ts-expect-error: `tpo` is no parameter
    if (line.length < params.tpo) yield line;
  },
  output: textLines(),
});

const rows = function* (line: string) {
  yield { line };
};
// @ts-expect-error: `lin` is no member of the row
defineJob({ name: 'a', input: lines(), map: rows, output: csvRows(['lin']) });
defineJob({ name: 'a', input: lines(), map: rows, output: csvRows(['line']) });

const counted = function* (line: string): Generator<readonly [string, { cents: bigint; entries: number }]> {
  yield [line, { cents: 1n, entries: 1 }];
};
const counting = { name: 'a', input: lines(), map: counted, output: jsonRows() };
// @ts-expect-error: `entries` has no combiner
defineJob({ ...counting, combine: fields({ cents: sum }) });
// @ts-expect-error: `centz` is no field
defineJob({ ...counting, combine: fields({ cents: sum, entries: sum, centz: sum }) });
// @ts-expect-error: `concat` takes no bigint
defineJob({ ...counting, combine: fields({ cents: concat, entries: sum }) });
defineJob({ ...counting, combine: fields({ cents: sum, entries: sum }) });

// A combiner that was made beside the job is checked against what `map` yields.
const total = fields({ cents: sum, entries: sum });
defineJob({
  name: 'total',
  input: csv({ account: 'text', amount: 'decimal(2)' }),
  *map({ account, amount }) {
    yield [account, { cents: amount, entries: 1 }];
  },
  combine: total,
  output: jsonRows(),
});

// Order is a matter of grouped results that have no end of their own.
defineJob({ ...counting, combine: total, order: 'any' });
// @ts-expect-error: there is no such order
defineJob({ ...counting, combine: total, order: 'none' });
// @ts-expect-error: rows of a transform stay in the order of the input
defineJob({ name: 'a', input: lines(), map: rows, output: csvRows(['line']), order: 'any' });

const byLine = { name: 'a', input: lines(), map: rows, output: csvRows(['line']) };
defineJob({ ...byLine, sortBy: (row) => row.line });
// @ts-expect-error: `lin` is no member of the row
defineJob({ ...byLine, sortBy: (row) => row.lin });
// @ts-expect-error: not a text
defineJob({ ...byLine, sortBy: (row) => row.line.length });
// @ts-expect-error: rows of keyed jobs come in the order of their keys
defineJob({ ...counting, combine: total, sortBy: () => '' });

export const sorted = defineJob({
  name: 'sorted',
  input: csv({ city: 'text', people: 'integer' }),
  *map({ city, people }) {
    if (people > 1_000_000n) yield { city, people };
  },
  sortBy: ({ city }) => city,
  output: csvRows(['city', 'people']),
});
