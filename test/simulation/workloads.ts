/**
 * Jobs of each shape, small inputs for them, and what each must come to: computed in one pass over the records, without
 * anything of fanfold.
 */
import { crc32 } from 'node:zlib';
import type { Random } from '../../functions/adapters/simulated/random.ts';
import {
  concat,
  csv,
  csvRows,
  defineJob,
  type Job,
  jsonl,
  jsonRows,
  lines,
  sum,
  textLines,
  top,
  words,
} from '../../functions/index.ts';

/** A record as an independent reader finds it. */
export interface Found {
  /** Its first byte. */
  readonly offset: number;
  readonly text: string;
  /** The format or the job must set it aside. */
  readonly bad?: boolean;
}

interface JobOptions {
  readonly deadlineSeconds?: number;
}

export interface Workload {
  readonly name: string;
  /** Version 2 is what is deployed mid-run: it comes to something else. */
  job(version: number, options?: JobOptions): Job;
  /** A small object. */
  object(random: Random): Buffer;
  records(bytes: Buffer): Found[];
  /**
   * The result over some records, in the order of the input.
   *
   * @param parts whether the plan divides it: only then its order may be another
   */
  result(records: readonly string[], version: number, parts: boolean): string;
  /** Its result may come in several parts. */
  readonly divisible: boolean;
  /** A record that `map` throws on; undefined if there is none. */
  readonly poison: string | undefined;
  /** How many of so many chunks may fail. */
  tolerated(chunks: number): number;
  readonly badRecordsMax: number;
}

const POISON = 'poison';

/** The first character. */
const initial = (line: string) => [...line][0] ?? '';

const mark = (version: number) => (version === 1 ? '' : '!');
/** `map` gets it as a parameter, which is settled before the plan. */
const marked = (version: number) => ({ mark: { type: 'text', default: mark(version) } }) as const;
/** Of the parameter, of `map` and of `reduce`: what two versions made between them has fewer. */
const marks = (version: number) => mark(version).repeat(3);
const check = (text: string) => {
  if (text === POISON) throw new Error('cannot digest this');
};

const count: Workload = {
  name: 'count',
  divisible: true,
  job: (version, options) =>
    defineJob({
      ...options,
      name: 'count',
      input: lines(),
      params: marked(version),
      *map(line, { params }) {
        check(line);
        for (const word of line.split(' ')) if (word !== '') yield [word + params.mark + mark(version), 1];
      },
      combine: sum,
      reduce: (word, times) => ({ word: word + mark(version), times }),
      output: csvRows(['word', 'times']),
    }),
  object: textObject,
  records: linesOf,
  result: (records, version) => `word,times\n${table(counted(records, version))}`,
  poison: POISON,
  tolerated: () => 0,
  badRecordsMax: 0,
};

const tolerant: Workload = {
  ...count,
  name: 'tolerant',
  job: (version, options) =>
    defineJob({
      ...options,
      name: 'tolerant',
      input: lines(),
      params: marked(version),
      tolerate: { chunks: 2 },
      *map(line, { params }) {
        check(line);
        for (const word of line.split(' ')) if (word !== '') yield [word + params.mark + mark(version), 1];
      },
      combine: sum,
      reduce: (word, times) => ({ word: word + mark(version), times }),
      output: csvRows(['word', 'times']),
    }),
  tolerated: () => 2,
};

const inOrder: Workload = {
  name: 'in-order',
  divisible: true,
  job: (version, options) =>
    defineJob({
      ...options,
      name: 'in-order',
      input: lines(),
      params: marked(version),
      *map(line, { params }) {
        check(line);
        yield [initial(line) + params.mark + mark(version), [line]];
      },
      combine: concat,
      reduce: (key, all) => ({ key: key + mark(version), all: all.join('|') }),
      output: csvRows(['key', 'all']),
    }),
  object: textObject,
  records: linesOf,
  result: (records, version) => `key,all\n${table(byInitial(records, marks(version)))}`,
  poison: POISON,
  tolerated: () => 0,
  badRecordsMax: 0,
};

/** In parts, rows come in the order of 18 bits of a hash of their keys. */
export const ANY_ORDER: Workload = {
  ...inOrder,
  name: 'any-order',
  job: (version, options) =>
    defineJob({
      ...options,
      name: 'any-order',
      input: lines(),
      order: 'any',
      params: marked(version),
      *map(line, { params }) {
        check(line);
        yield [initial(line) + params.mark + mark(version), [line]];
      },
      combine: concat,
      reduce: (key, all) => `${key + mark(version)}: ${all.join('|')}`,
      output: textLines(),
    }),
  result(records, version, parts) {
    const rows = sorted(byInitial(records, mark(version).repeat(2)));
    if (parts) rows.sort(([a], [b]) => (crc32(a) >>> 14) - (crc32(b) >>> 14));
    return rows.map(([key, all]) => `${key + mark(version)}: ${all}\n`).join('');
  },
};

const TOP = 3;
const mostUsed: Workload = {
  name: 'most-used',
  divisible: false,
  job: (version, options) =>
    defineJob({
      ...options,
      name: 'most-used',
      input: words(),
      params: { ...marked(version), top: { type: 'number', default: TOP } },
      *map(word, { params }) {
        check(word);
        yield [word + params.mark + mark(version), 1];
      },
      combine: sum,
      reduce: (word, times) => ({ word: word + mark(version), times }),
      finish: (rows, { params }) => top(rows, params.top, (row) => row.times),
      output: jsonRows(),
    }),
  object: textObject,
  records(bytes) {
    return linesOf(bytes).flatMap(({ offset, text }) =>
      [...text.matchAll(/\S+/g)].map(({ 0: word, index }) => ({
        offset: offset + Buffer.byteLength(text.slice(0, index)),
        text: word,
      })),
    );
  },
  result(records, version) {
    const rows = sorted(counted(records, version)).map(([word, times]) => ({ word, times }));
    return rows
      .sort((a, b) => b.times - a.times)
      .slice(0, TOP)
      .map((row) => `${JSON.stringify(row)}\n`)
      .join('');
  },
  poison: POISON,
  tolerated: () => 0,
  badRecordsMax: 0,
};

const copy: Workload = {
  name: 'copy',
  divisible: true,
  job: (version, options) =>
    defineJob({
      ...options,
      name: 'copy',
      input: lines(),
      params: marked(version),
      tolerate: { percent: 60 },
      *map(line, { params }) {
        check(line);
        if (line !== '') yield line + params.mark + mark(version) + mark(version);
        if (line.includes('b')) yield `again ${line}`;
      },
      output: textLines(),
    }),
  object: textObject,
  records: linesOf,
  result: (records, version) =>
    records
      .flatMap((line) => [
        ...(line === '' ? [] : [`${line}${marks(version)}\n`]),
        ...(line.includes('b') ? [`again ${line}\n`] : []),
      ])
      .join(''),
  poison: POISON,
  tolerated: (chunks) => chunks * 0.6,
  badRecordsMax: 0,
};

const BAD_RECORDS_MAX = 2;
const events: Workload = {
  name: 'events',
  divisible: true,
  job: (version, options) =>
    defineJob({
      ...options,
      name: 'events',
      input: jsonl(),
      params: marked(version),
      badRecords: 'set-aside',
      badRecordsMax: BAD_RECORDS_MAX,
      *map(record, { params }) {
        const { k, n } = record as { k: string; n: number };
        check(k);
        yield [k + params.mark + mark(version), n];
      },
      combine: sum,
      reduce: (key, value) => ({ key: key + mark(version), value }),
      output: jsonRows(),
    }),
  object(random) {
    const records = Array.from({ length: random.below(12) }, () =>
      random.chance(0.04) ? '{"k":' : JSON.stringify({ k: random.pick(WORDS), n: random.below(100) }),
    );
    return Buffer.from(records.map((record) => record + random.pick(['\n', '\n', '\r\n', '\n\n'])).join(''));
  },
  records(bytes) {
    return linesOf(bytes)
      .filter(({ text }) => text.trim() !== '')
      .map((found) => ({ ...found, bad: !found.text.endsWith('}') }));
  },
  result(records, version) {
    const totals = new Map<string, number>();
    for (const record of records) {
      const { k, n } = JSON.parse(record) as { k: string; n: number };
      totals.set(k + marks(version), (totals.get(k + marks(version)) ?? 0) + n);
    }
    return sorted(totals)
      .map(([key, value]) => `${JSON.stringify({ key, value })}\n`)
      .join('');
  },
  poison: JSON.stringify({ k: POISON, n: 1 }),
  tolerated: () => 0,
  badRecordsMax: BAD_RECORDS_MAX,
};

const ledger: Workload = {
  name: 'ledger',
  divisible: true,
  job: (version, options) =>
    defineJob({
      ...options,
      name: 'ledger',
      input: csv({ id: 'text', amount: 'integer' }),
      params: marked(version),
      *map({ id, amount }, { params }) {
        yield [id + params.mark + mark(version), amount];
      },
      combine: sum,
      reduce: (key, value) => ({ key: key + mark(version), value }),
      output: csvRows(['key', 'value']),
    }),
  object(random) {
    const rows = Array.from({ length: random.below(10) }, () => {
      const id = random.pick(['a', 'b', 'two\nlines', 'say ""hi""', 'x,y']);
      return `"${id}",${random.between(-50, 50)}\n`;
    });
    return Buffer.from(`id,amount\n${rows.join('')}`);
  },
  records(bytes) {
    const rows: Found[] = [];
    const text = bytes.toString('latin1');
    for (const { 0: row, index } of text.matchAll(/"(?:[^"]|"")*",-?\d+\n/g)) rows.push({ offset: index, text: row });
    return rows;
  },
  result(records, version) {
    const totals = new Map<string, number>();
    for (const row of records) {
      const at = row.lastIndexOf(',');
      const key = row.slice(1, at - 1).replaceAll('""', '"') + marks(version);
      totals.set(key, (totals.get(key) ?? 0) + Number(row.slice(at + 1)));
    }
    return `key,value\n${table(totals)}`;
  },
  poison: undefined,
  tolerated: () => 0,
  badRecordsMax: 0,
};

/** In byte order of their first characters, equal ones in the order of the input. */
export const SORTED: Workload = {
  name: 'sorted',
  divisible: true,
  job: (version, options) =>
    defineJob({
      ...options,
      name: 'sorted',
      input: lines(),
      params: marked(version),
      *map(line, { params }) {
        check(line);
        yield line + params.mark + mark(version) + mark(version);
        if (line.includes('b')) yield `${initial(line)} again`;
      },
      sortBy: initial,
      output: textLines(),
    }),
  object: textObject,
  records: linesOf,
  result: (records, version) =>
    records
      .flatMap((line) => [line + marks(version), ...(line.includes('b') ? [`${initial(line)} again`] : [])])
      .sort((a, b) => Buffer.compare(Buffer.from(initial(a)), Buffer.from(initial(b))))
      .map((row) => `${row}\n`)
      .join(''),
  poison: POISON,
  tolerated: () => 0,
  badRecordsMax: 0,
};

export const WORKLOADS: readonly Workload[] = [count, tolerant, inOrder, mostUsed, copy, events, ledger];

/** The last two are in another order by UTF-16 than by bytes. */
const WORDS = ['a', 'b', 'be', 'not', 'or', 'to', 'é', 'zz', '日本', 'question', 'aa', '\uffee', '😀'];

/** Lines of words; some empty, some long, the last with or without an end. */
function textObject(random: Random): Buffer {
  const all = Array.from({ length: random.below(14) }, () => {
    const length = random.chance(0.05) ? random.between(20, 60) : random.below(6);
    return Array.from({ length }, () => random.pick(WORDS)).join(' ');
  });
  const text = all.map((line) => line + (random.chance(0.1) ? '\r\n' : '\n')).join('');
  return Buffer.from(random.chance(0.3) ? text.trimEnd() : text);
}

/** Lines and where they start: byte by byte. */
function linesOf(bytes: Buffer): Found[] {
  const found: Found[] = [];
  let start = 0;
  for (let at = 0; at <= bytes.length; at++) {
    if (at < bytes.length ? bytes[at] !== 0x0a : at === start) continue;
    const end = at > start && at < bytes.length && bytes[at - 1] === 0x0d ? at - 1 : at;
    found.push({ offset: start, text: bytes.subarray(start, end).toString() });
    start = at + 1;
  }
  return found;
}

function byInitial(records: readonly string[], suffix: string): Map<string, string> {
  const groups = new Map<string, string[]>();
  for (const line of records) {
    const key = initial(line) + suffix;
    groups.set(key, [...(groups.get(key) ?? []), line]);
  }
  return new Map([...groups].map(([key, all]) => [key, all.join('|')]));
}

function counted(records: readonly string[], version: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of records.flatMap((record) => record.split(' ')).filter((found) => found !== '')) {
    counts.set(word + marks(version), (counts.get(word + marks(version)) ?? 0) + 1);
  }
  return counts;
}

const sorted = <V>(rows: ReadonlyMap<string, V>) =>
  [...rows].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

const table = (rows: ReadonlyMap<string, string | number>) =>
  sorted(rows)
    .map((row) => `${row.map((cell) => field(String(cell))).join(',')}\n`)
    .join('');

const field = (text: string) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
