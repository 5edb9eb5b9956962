/** Jobs that are wrong, each in one way, and what `fanfold check` says of them. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../functions/check/finding.ts';
import {
  csv,
  csvRows,
  defineJob,
  type Job,
  type JsonValue,
  jsonl,
  jsonRows,
  lines,
  sum,
  textLines,
  words,
} from '../../functions/index.ts';
import { tryJob } from './try-job.ts';

const NUMBERS = 'k,v\na,1\nb,4\na,2\nb,4\na,6\na,100\nc,7\n';
const WORDS = 'the cat and the dog and the bird\nthe end\n';
const POSTS =
  '{"id":1,"n":5,"at":"2024-01-01T23:30:00"}\n{"id":2,"n":7,"at":"2024-06-01T00:10:00"}\n{"id":1,"n":1,"at":"2024-01-05"}\n';

interface Post {
  id: number;
  n: number;
  at: string;
}
const isPost = (value: JsonValue): Post => value as unknown as Post;

/** A job over numbers by key, with this `combine`. */
const numbers = (combine: (a: number, b: number) => number, more: object = {}) =>
  defineJob({
    name: 'numbers',
    input: csv({ k: 'text', v: 'number' }),
    *map({ k, v }): Iterable<[string, number]> {
      yield [k, v];
    },
    combine,
    reduce: (k, v) => ({ k, v }),
    output: csvRows(['k', 'v']),
    ...more,
  });

/** A job that writes what `row` makes of each line. */
const transform = (row: (line: string, context: { readonly offset: number }) => Iterable<string>) =>
  defineJob({ name: 'transform', input: lines(), map: row, output: textLines() });

/** A job that counts words, with something else instead. */
const counts = (other: object): Job =>
  defineJob({
    name: 'counts',
    input: words(),
    *map(word): Iterable<[string, number]> {
      yield [word, 1];
    },
    combine: sum,
    reduce: (word, count) => ({ word, count }),
    output: csvRows(['word', 'count']),
    ...other,
  });

/** A job whose values are whatever `value` makes of a word. */
const valued = (value: (word: string) => unknown, combine: (a: never, b: never) => unknown): Job =>
  counts({
    *map(word: string) {
      yield [word, value(word)];
    },
    combine,
    reduce: (word: string) => word,
    output: textLines(),
  });

interface Wrong {
  readonly name: string;
  readonly make: () => Job;
  readonly text?: string;
  readonly kind: Finding['kind'];
  readonly where: Finding['where'];
  /** In its example. */
  readonly told: readonly (string | RegExp)[];
}

const WRONG: readonly Wrong[] = [
  {
    name: 'an average of averages',
    make: () => numbers((a, b) => (a + b) / 2),
    kind: 'grouping',
    where: 'combine',
    told: ['in, byte 4: a,1', /^\(\(a, b\), c\) .*3\.75/, /^\(a, \(b, c\)\) .*2\.5/],
  },
  {
    name: 'a difference',
    make: () => numbers((a, b) => a - b),
    kind: 'grouping',
    where: 'combine',
    told: [/^key +'a'$/],
  },
  {
    name: 'a number of calls',
    make: () => numbers((a, b) => Math.max(a, b) + 1),
    kind: 'grouping',
    where: 'combine',
    told: [/^c /],
  },
  {
    name: 'a top two whose losers are forgotten',
    make: () =>
      counts({
        *map(word: string) {
          yield ['all', { [word]: 1 }];
        },
        combine: (a: { [word: string]: number }, b: { [word: string]: number }) => {
          const all = Object.entries({ ...a });
          for (const [word, n] of Object.entries(b)) all.push([word, n + (a[word] ?? 0)]);
          return Object.fromEntries(all.sort((x, y) => y[1] - x[1]).slice(0, 2));
        },
        reduce: (_: string, all: { [word: string]: number }) => all,
        output: jsonRows(),
      }),
    text: 'the cat and the dog and the cat and the cat',
    kind: 'grouping',
    where: 'combine',
    told: [/^\(\(a, b\), c\)/],
  },
  {
    name: 'the smaller Map put into the larger',
    make: () =>
      counts({
        *map(word: string) {
          yield ['all', new Map([[word, 1]])];
        },
        combine: (a: Map<string, number>, b: Map<string, number>) => {
          const [into, from] = a.size < b.size ? [b, a] : [a, b];
          const all = new Map(into);
          for (const [word, n] of from) all.set(word, n + (all.get(word) ?? 0));
          return all;
        },
        reduce: (_: string, all: Map<string, number>) => [...all.keys()].join(' '),
        output: textLines(),
      }),
    kind: 'grouping',
    where: 'combine',
    told: [/Map/],
  },
  {
    name: 'a sum of floating-point numbers',
    make: () => numbers(sum),
    text: 'k,v\na,0.1\na,0.2\na,0.3\n',
    kind: 'rounding',
    where: 'combine',
    told: ['0.6000000000000001', /0\.6$/],
  },
  {
    name: 'an accumulator that is written to',
    make: () =>
      valued(
        () => ({ n: 1 }),
        (a: { n: number }, b: { n: number }) => {
          a.n += b.n;
          return a;
        },
      ),
    kind: 'mutation',
    where: 'combine',
    told: [/^afterwards +earlier is { n: 2 }$/],
  },
  {
    name: 'a list that is appended to',
    make: () =>
      valued(
        (word) => [word],
        (a: string[], b: string[]) => {
          b.unshift(...a);
          return b;
        },
      ),
    kind: 'mutation',
    where: 'combine',
    told: [/^afterwards +later is/],
  },
  {
    name: 'one object for all pairs',
    make: () => {
      const shared = { word: '' };
      return valued(
        (word) => Object.assign(shared, { word }),
        (a: unknown) => a,
      );
    },
    kind: 'mutation',
    where: 'map',
    told: [/^yielded .*'the'/, /^later .*'end'/],
  },
  {
    name: 'a record that is written to',
    make: () =>
      defineJob({
        name: 'posts',
        input: jsonl(),
        *map(post) {
          isPost(post).n += 1;
          yield post;
        },
        output: jsonRows(),
      }),
    text: POSTS,
    kind: 'mutation',
    where: 'map',
    told: [/^once +{"id":1,"n":2/],
  },
  {
    name: 'the time of day',
    make: () => valued(() => Date.now(), Math.max),
    kind: 'time',
    where: 'map',
    told: [],
  },
  {
    name: 'the age of a date',
    make: () =>
      defineJob({
        name: 'ages',
        input: jsonl(),
        *map(post) {
          const days = (Date.now() - new Date(isPost(post).at).getTime()) / 86_400_000;
          yield { ...isPost(post), old: days > 600 };
        },
        output: jsonRows(),
      }),
    text: POSTS,
    kind: 'time',
    where: 'map',
    told: [/^once .*"old":false/, /^again .*"old":true/],
  },
  {
    name: 'when the job was loaded',
    make: () => {
      const loaded = new Date();
      return transform((line) => [`${loaded.getUTCFullYear()} ${line}`]);
    },
    kind: 'time',
    where: 'map',
    told: [],
  },
  {
    name: 'the clock of the machine, in reduce',
    make: () => counts({ reduce: (word: string) => ({ word, count: performance.now() }) }),
    kind: 'time',
    where: 'reduce',
    told: [/^key /],
  },
  {
    name: 'the local hour',
    make: () =>
      defineJob({
        name: 'hours',
        input: jsonl(),
        *map(post) {
          yield [String(new Date(`${isPost(post).at.slice(0, 10)}T12:00:00Z`).getHours()), 1];
        },
        combine: sum,
        output: jsonRows(),
      }),
    text: POSTS,
    kind: 'time-zone',
    where: 'map',
    told: [/^once +\[ '12', 1 \]$/, /^again +\[ '17', 1 \]$/],
  },
  {
    name: 'a sample at random',
    make: () => transform((line) => (Math.random() < 0.5 ? [line] : [])),
    text: 'a\nb\nc\nd\ne\nf\ng\nh\n',
    kind: 'randomness',
    where: 'map',
    told: [/nothing/],
  },
  {
    name: 'a random id',
    make: () => transform((line) => [`${randomUUID()} ${line}`]),
    kind: 'unrepeatable',
    where: 'map',
    told: [],
  },
  {
    name: 'a winner by chance',
    make: () => numbers((a, b) => (Math.random() < 0.5 ? a : b)),
    kind: 'randomness',
    where: 'combine',
    told: [],
  },
  {
    name: 'a counter of all records',
    make: () => {
      let next = 0;
      return transform((line) => [`${next++} ${line}`]);
    },
    kind: 'state',
    where: 'map',
    told: [/^as the first +0 /, /^it gives +1 /],
  },
  {
    name: 'the previous record',
    make: () => {
      let previous = 0;
      return defineJob({
        name: 'steps',
        input: csv({ k: 'text', v: 'number' }),
        *map({ k, v }) {
          yield [k, v - previous];
          previous = v;
        },
        combine: Math.max,
        output: csvRows(['key', 'value']),
      });
    },
    text: NUMBERS,
    kind: 'state',
    where: 'map',
    told: [/^record +in, byte 8: b,4$/, /^after +in, byte 4: a,1$/],
  },
  {
    name: 'a header that is skipped by being first',
    make: () => {
      let seen = false;
      return transform((line) => {
        const header = !seen;
        seen = true;
        return header ? [] : [line];
      });
    },
    kind: 'state',
    where: 'map',
    told: [/^as the first +nothing$/],
  },
  {
    name: 'a quota of records',
    make: () => {
      let left = 3;
      return transform((line) => (left-- > 0 ? [line] : []));
    },
    text: 'a\nb\nc\nd\ne\n',
    kind: 'state',
    where: 'map',
    told: [/nothing/],
  },
  {
    name: 'a context that is kept',
    make: () => {
      let last: { readonly offset: number } | undefined;
      return transform((line, context) => {
        const before = last?.offset ?? -1;
        last = context;
        return [`${before} ${line}`];
      });
    },
    kind: 'state',
    where: 'map',
    told: [],
  },
  {
    name: 'a regular expression that remembers where it stopped',
    make: () => {
      const word = /the/g;
      return transform((line) => (word.test(line) ? [line] : []));
    },
    text: 'to the end\nthe end\n',
    kind: 'state',
    where: 'map',
    told: [],
  },
  {
    name: 'the last to arrive',
    make: () => {
      let calls = 0;
      return numbers((a, b) => (calls++ % 2 === 0 ? a : b));
    },
    kind: 'state',
    where: 'combine',
    told: [],
  },
  {
    name: 'a rank that is counted in reduce',
    make: () => {
      let rank = 0;
      return counts({ reduce: (word: string) => ({ word, count: ++rank }) });
    },
    kind: 'state',
    where: 'reduce',
    told: [/^once +\w+,\d/],
  },
  {
    name: 'a total that is kept in finish',
    make: () => {
      let total = 0;
      return counts({
        async *finish(rows: AsyncIterable<{ word: string; count: number }>) {
          for await (const { word, count } of rows) {
            total += count;
            yield { word, count: total };
          }
        },
      });
    },
    kind: 'state',
    where: 'finish',
    told: [/^once +row 1: /],
  },
  {
    name: 'rows shuffled in finish',
    make: () =>
      counts({
        async *finish(rows: AsyncIterable<unknown>) {
          const all = await Array.fromAsync(rows);
          yield* all.sort(() => Math.random() - 0.5);
        },
      }),
    kind: 'randomness',
    where: 'finish',
    told: [],
  },
  {
    name: 'an async map',
    make: () =>
      counts({
        async *map(word: string) {
          yield [word, 1];
        },
      }),
    kind: 'async',
    where: 'map',
    told: [],
  },
  {
    name: 'a promise as a value',
    make: () =>
      valued(
        async (word) => word.length,
        (a) => a,
      ),
    kind: 'async',
    where: 'map',
    told: [],
  },
  {
    name: 'an async combine',
    make: () => counts({ combine: async (a: number, b: number) => a + b }),
    kind: 'async',
    where: 'combine',
    told: [],
  },
  {
    name: 'an async reduce',
    make: () => counts({ reduce: async (word: string, count: number) => ({ word, count }) }),
    kind: 'async',
    where: 'reduce',
    told: [],
  },
  {
    name: 'work that goes on after map',
    make: () => {
      let looked = 0;
      return transform((line) => {
        const answer = looked;
        void Promise.resolve().then(() => {
          looked = 1;
        });
        return [`${answer} ${line}`];
      });
    },
    kind: 'async',
    where: 'map',
    told: [/^once +0 the end$/, /^again +1 the end$/],
  },
  {
    name: 'a value with a hole',
    make: () =>
      valued(
        (word) => ({ word, length: word.length > 3 ? word.length : undefined }),
        (a) => a,
      ),
    kind: 'unstorable',
    where: 'map',
    told: [/undefined/],
  },
  {
    name: 'an instance of a class',
    make: () =>
      valued(
        (word) => ({ url: new URL(`http://x/${word}`) }),
        (a) => a,
      ),
    kind: 'unstorable',
    where: 'map',
    told: [/URL/],
  },
  {
    name: 'a sum of nothing',
    make: () => counts({ combine: (a: number, b: number) => (a + b) / (a - b) }),
    text: 'a a a a',
    kind: 'unstorable',
    where: 'combine',
    told: [/Infinity/],
  },
  {
    name: 'a Buffer',
    make: () =>
      valued(
        (word) => Buffer.from(word),
        (a: Uint8Array, b: Uint8Array) => `${a}${b}`,
      ),
    kind: 'storage',
    where: 'combine',
    told: [/^as yielded +'thethe'$/, /^as stored +'116,/],
  },
  {
    name: 'a Map with a method of its own',
    make: () => {
      class Counts extends Map<string, number> {
        plus(other: Counts) {
          return new Counts([...this, ...other]);
        }
      }
      return valued(
        (word) => new Counts([[word, 1]]),
        (a: Counts, b: Counts) => a.plus(b),
      );
    },
    kind: 'storage',
    where: 'combine',
    told: [/^as stored +it threw .*plus/],
  },
  {
    name: 'a map that throws',
    make: () =>
      transform((line) => {
        if (line.includes('end')) throw new Error('no end');
        return [line];
      }),
    kind: 'fails',
    where: 'map',
    told: ['in, byte 33: the end', 'it threw no end'],
  },
  {
    name: 'a record that is bad, and a failure that is tolerated',
    make: () => numbers(sum, { tolerate: { chunks: 1 } }),
    text: 'k,v\na,x\n',
    kind: 'fails',
    where: 'job',
    told: [/^FANFOLD_RECORD_INVALID: in: bad record at byte 4/],
  },
  {
    name: 'a record that is bad',
    make: () => numbers(sum),
    text: 'k,v\na,x\n',
    kind: 'fails',
    where: 'job',
    told: [/^FANFOLD_RECORD_INVALID: in: bad record at byte 4/],
  },
];

describe('a wrong job', () => {
  it.each(WRONG)('with $name is refuted: $kind, in $where', async ({ make, text, kind, where, told }) => {
    const keyed = make().input.kind === 'csv' ? NUMBERS : WORDS;
    const { refuted } = await tryJob({ make, texts: { in: text || keyed } });
    expect(refuted.map((finding) => ({ kind: finding.kind, where: finding.where }))).toEqual([{ kind, where }]);
    const [{ example, fix, what } = { example: [], fix: '', what: '' }] = refuted;
    expect(what).not.toBe('');
    expect(fix).toMatch(/\.$/);
    for (const line of told) {
      expect(example).toContainEqual(
        typeof line === 'string' ? expect.stringContaining(line) : expect.stringMatching(line),
      );
    }
  });

  it('that is wrong in several ways is told all of them', async () => {
    const make = () =>
      numbers((a, b) => (a + b) / 2, { reduce: (k: string, v: number) => ({ k, v: v + Math.random() }) });
    const timed = () =>
      ({ ...make(), map: ({ k, v }: { k: string; v: number }) => [[k, v + (Date.now() % 7)]] }) as Job;
    const { refuted, notes } = await tryJob({ make: timed, texts: { in: NUMBERS } });
    expect(refuted.map(({ kind, where }) => `${where} ${kind}`)).toEqual(['map time', 'reduce randomness']);
    expect(notes).toMatchObject([{ kind: 'grouping', where: 'combine' }]);
  });

  it('whose rounding hides a sum of floating-point numbers is not refuted, and told', async () => {
    const make = () => numbers(sum, { reduce: (k: string, v: number) => ({ k, v: v.toFixed(2) }) });
    const { refuted, notes } = await tryJob({ make, texts: { in: 'k,v\na,0.1\na,0.2\na,0.3\n' } });
    expect(refuted).toEqual([]);
    expect(notes).toMatchObject([{ kind: 'rounding', where: 'combine' }]);
  });
});
