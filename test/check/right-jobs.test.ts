/** Jobs that are right must not be refuted: no false alarm, whatever the sample and the seed. */

import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  approxDistinct,
  approxQuantiles,
  approxTop,
  concat,
  csv,
  csvRows,
  defineJob,
  fields,
  first,
  type Job,
  jsonl,
  jsonRows,
  last,
  lines,
  max,
  sum,
  textLines,
  union,
  words,
} from '../../functions/index.ts';
import accessLog from '../../jobs/access-log.ts';
import csvToJsonl from '../../jobs/csv-to-jsonl.ts';
import invertedIndex from '../../jobs/inverted-index.ts';
import ledger from '../../jobs/ledger.ts';
import ordersByCustomer from '../../jobs/orders-by-customer.ts';
import sort from '../../jobs/sort.ts';
import trending from '../../jobs/trending.ts';
import wordCount from '../../jobs/word-count.ts';
import { documentCorpora } from '../support/corpora/documents.ts';
import { ledgerCorpora } from '../support/corpora/ledger.ts';
import { lineCorpora } from '../support/corpora/lines.ts';
import { logCorpora } from '../support/corpora/logs.ts';
import { orderCorpora } from '../support/corpora/orders.ts';
import { postCorpora } from '../support/corpora/posts.ts';
import { tableCorpora } from '../support/corpora/tables.ts';
import { wordCorpora } from '../support/corpora/words.ts';
import type { Corpus } from '../support/corpus.ts';
import { tryJob } from './try-job.ts';

const EXAMPLES: readonly [Job, (seed: number) => readonly Corpus[]][] = [
  [accessLog, logCorpora],
  [csvToJsonl, tableCorpora],
  [invertedIndex, documentCorpora],
  [ledger, ledgerCorpora],
  [ordersByCustomer, orderCorpora],
  [sort, lineCorpora],
  [trending, postCorpora],
  [wordCount, wordCorpora],
];

const textsOf = ({ files }: Corpus) => Object.fromEntries(files.map(({ path, bytes }) => [path, bytes]));
const NOTHING_WRONG = { refuted: [], notes: [] };

describe('an example job', () => {
  it('is none that is left out here', () => {
    const names = readdirSync(new URL('../../jobs', import.meta.url)).map((name) => name.replace('.ts', ''));
    expect(EXAMPLES.map(([{ name }]) => name)).toEqual(names);
  });

  for (const [job, corporaOf] of EXAMPLES) {
    it.each([1, 2, 3])(`${job.name} is not refuted, seed %i`, async (seed) => {
      const corpora = corporaOf(seed);
      const large = seed === 1 ? corpora.find(({ small }) => !small) : undefined;
      for (const corpus of corpora.filter(({ small }) => small).concat(large ?? [])) {
        const report = await tryJob({ make: () => job, texts: textsOf(corpus), seed, runs: corpus.small ? 16 : 3 });
        expect(report, corpus.name).toMatchObject(NOTHING_WRONG);
      }
    });
  }
});

const NUMBERS = 'k,v\na,1\nb,4\na,2\nb,4\na,6\na,100\nc,7\n';
const POSTS =
  '{"tags":["b","a"],"at":"2024-03-01T10:00:00Z"}\n{"tags":["c","a","b"],"at":"2024-03-31T10:00:00Z"}\n{"tags":[],"at":""}\n';
const WORDS = Buffer.concat([Buffer.from('the cat and the dog\r\n\r\nthe end'), Buffer.of(0xff, 0x20, 0xfe)]);

const numbers = csv({ k: 'text', v: 'integer' });

const RIGHT: readonly {
  readonly name: string;
  readonly make: () => Job;
  readonly text?: string | Uint8Array;
  readonly once?: true;
}[] = [
  {
    name: 'the order of the input',
    make: () =>
      defineJob({
        name: 'order',
        input: numbers,
        *map({ k, v }) {
          yield [k, { all: [v], first: v, last: v, text: `${v}` }];
        },
        combine: (a, b) => ({
          all: concat(a.all, b.all),
          first: first(a.first, b.first),
          last: last(a.last, b.last),
          text: `${a.text} ${b.text}`,
        }),
        output: jsonRows(),
      }),
  },
  {
    name: 'sets and Maps in the order of the input',
    make: () =>
      defineJob({
        name: 'sets',
        input: numbers,
        *map({ k, v }) {
          yield ['all', { set: new Set([v]), map: new Map([[k, v]]), list: [k] }];
        },
        combine: (a, b) => ({
          set: new Set([...a.set, ...b.set]),
          map: new Map([...a.map, ...b.map]),
          list: union(a.list, b.list),
        }),
        reduce: (_, { set, map, list }) => ({ set: [...set], map, list }),
        output: jsonRows(),
      }),
  },
  {
    name: 'lists whose order reduce makes',
    make: () =>
      defineJob({
        name: 'sorted',
        input: numbers,
        *map({ k, v }) {
          yield [k, [v]];
        },
        combine: (a, b) => [...a, ...b].sort((x, y) => Number(y - x)).slice(0, 2),
        reduce: (k, v) => ({ k, v: v.sort().join() }),
        output: csvRows(['k', 'v']),
      }),
  },
  {
    name: 'a sum and a count',
    make: () =>
      defineJob({
        name: 'average',
        input: csv({ k: 'text', v: 'number' }),
        *map({ k, v }) {
          yield [k, { sum: v, n: 1 }];
        },
        combine: fields({ sum, n: sum }),
        reduce: (k, v) => ({ k, v: v.sum / v.n }),
        output: csvRows(['k', 'v']),
      }),
  },
  {
    name: 'records that are sorted where they are, and dates in UTC',
    make: () =>
      defineJob({
        name: 'posts',
        input: jsonl(),
        *map(post) {
          const { tags, at } = post as unknown as { tags: string[]; at: string };
          tags.sort();
          const day = at === '' ? '' : new Date(at).toISOString().slice(0, 10);
          yield [day, tags];
        },
        combine: union,
        output: jsonRows(),
      }),
    text: POSTS,
  },
  {
    name: 'a cache of answers',
    make: () => {
      const known = new Map<string, string>();
      return defineJob({
        name: 'cache',
        input: words(),
        *map(word) {
          const upper = known.get(word) ?? word.toUpperCase();
          known.set(word, upper);
          yield [upper, { n: 1 }];
        },
        combine: (a, b) => ({ n: a.n + b.n }),
        output: jsonRows(),
      });
    },
    text: WORDS,
  },
  {
    name: 'source, offset and parameters',
    make: () =>
      defineJob({
        name: 'context',
        input: lines(),
        params: { from: { type: 'number', default: 3 } },
        *map(line, { source, offset, params }) {
          if (offset >= params.from) yield `${source} ${offset} ${line}`;
        },
        output: textLines(),
      }),
    text: WORDS,
  },
  {
    name: 'bad records that are set aside',
    make: () =>
      defineJob({
        name: 'bad',
        input: jsonl(),
        *map(value) {
          yield [String(value), 1];
        },
        combine: max,
        output: jsonRows(),
        badRecords: 'set-aside',
      }),
    text: '1\nx\n2\n{\n\n3\n',
  },
  {
    name: 'ids that must not come twice, when they do not',
    make: () =>
      defineJob({
        name: 'unique',
        input: words(),
        *map(word) {
          yield [word, 1];
        },
        combine: (): number => {
          throw new Error('this id comes twice');
        },
        output: jsonRows(),
      }),
    text: 'a b c',
    once: true,
  },
  {
    name: 'a finish that hides what it is given',
    make: () =>
      defineJob({
        name: 'rounded',
        input: csv({ k: 'text', v: 'number' }),
        *map({ k, v }) {
          yield [k, v / 10];
        },
        combine: sum,
        reduce: (_, v) => v,
        async *finish(rows) {
          let total = 0;
          for await (const row of rows) total += row;
          yield total.toFixed(3);
        },
        output: textLines(),
      }),
  },
  {
    name: 'distinct counts and quantiles that are approximate',
    make: () => {
      const distinct = approxDistinct({ error: 0.2 });
      const quantiles = approxQuantiles({ error: 0.3 });
      return defineJob({
        name: 'approximate',
        input: csv({ k: 'text', v: 'number' }),
        *map({ k, v }) {
          yield [k, { seen: distinct.of(v), values: quantiles.of(v) }];
          yield ['all', { seen: distinct.of(v), values: quantiles.of(-v) }];
        },
        combine: (a, b) => ({
          seen: distinct.combine(a.seen, b.seen),
          values: quantiles.combine(a.values, b.values),
        }),
        reduce: (k, { seen, values }) => ({ k, seen: distinct.estimate(seen), half: quantiles.estimate(values, 0.5) }),
        output: csvRows(['k', 'seen', 'half']),
      });
    },
    text: `k,v\n${Array.from({ length: 90 }, (_, i) => `${i % 3},${(i * 37) % 101}\n`).join('')}`,
  },
  { name: 'nothing to read', make: () => wordCount, text: ' \n' },
];

describe('a right job', () => {
  it.each(RIGHT)('with $name is not refuted', async ({ make, text = NUMBERS, once = false }) => {
    for (const seed of [1, 2, 3]) {
      const { refuted } = await tryJob({ make, texts: { '1': text, '2': '', ...(once ? {} : { '3': text }) }, seed });
      expect(refuted).toEqual([]);
    }
  });
});

describe('a job with approxTop', () => {
  const top = approxTop(2, { counters: 3 });
  /** `other` is combined beside it. */
  const make = (other: (a: number, b: number) => number) => () =>
    defineJob({
      name: 'top',
      input: words(),
      *map(word) {
        yield ['all', { words: top.of(word), n: word.length }];
      },
      combine: (a, b) => ({ words: top.combine(a.words, b.words), n: other(a.n, b.n) }),
      reduce: (_, all) => ({ words: top.estimate(all.words), n: all.n }),
      output: jsonRows(),
    });
  const few = 'a b c a b a '.repeat(20);
  const many = Array.from({ length: 200 }, (_, i) => `w${(i * i) % 17}`).join(' ');

  it('is exact up to its counters, and there is nothing to note', async () => {
    expect(await tryJob({ make: make(sum), texts: { few } })).toMatchObject(NOTHING_WRONG);
  });

  it('is not refuted past them, and the note says why results may differ', async () => {
    for (const seed of [1, 2, 3]) {
      const { refuted, notes } = await tryJob({ make: make(sum), texts: { many }, seed });
      expect(refuted).toEqual([]);
      expect(notes).toMatchObject([{ kind: 'approximate', where: 'combine' }]);
    }
  });

  it('is not refuted either when only whole runs are long enough to show it', async () => {
    const counted = approxTop(2, { counters: 30 });
    const long = () =>
      defineJob({
        name: 'top',
        input: words(),
        map: (word) => [['all', counted.of(word)]],
        combine: counted.combine,
        reduce: (_, all) => counted.estimate(all),
        output: jsonRows(),
      });
    const text = Array.from({ length: 600 }, (_, i) => `w${(i * i) % 89}`).join(' ');
    const { refuted, notes } = await tryJob({ make: long, texts: { text } });
    expect(refuted).toEqual([]);
    expect(notes).toMatchObject([{ kind: 'approximate' }]);
  });

  it('hides nothing that is wrong beside it', async () => {
    const { refuted } = await tryJob({ make: make((a, b) => (a + b) / 2), texts: { many } });
    expect(refuted).toMatchObject([{ kind: 'grouping', where: 'combine' }]);
  });
});
