/**
 * Every small file of CSV, every set of up to three cuts, every way to join neighbours: what one pass reads. Longer files
 * with `CSV_CUTS_LENGTH=8 npx vitest run test/property/formats/csv-cuts.test.ts`.
 */
import { describe, expect, test } from 'vitest';
import { atStart, join, type TwoState } from '../../../functions/core/two-state.ts';
import { csv } from '../../../functions/formats/csv.ts';
import type { Span } from '../../../functions/formats/format.ts';
import { onePassCsv } from '../../support/one-pass-csv.ts';
import {
  readTwoState,
  record,
  refused,
  type SpanRead,
  told,
  tooLong,
  untilEnd,
} from '../../support/two-state-spans.ts';
import { allCuts, sequences } from '../../unit/formats/read-span.ts';

const LENGTH = Number(process.env['CSV_CUTS_LENGTH'] ?? 6);
const ALPHABET = ['a', ',', '"', '\n', '\r'];
const cutsOf = Array.from({ length: 16 }, (_, size) => [...allCuts(size)]);

class Case {
  readonly #columns: number;
  readonly #recordBytesMax: number;
  readonly #format: ReturnType<typeof csv<{ readonly [name: string]: 'text' }>>;

  constructor(columns: number, recordBytesMax: number) {
    this.#columns = columns;
    this.#recordBytesMax = recordBytesMax;
    const names = Object.fromEntries(Array.from({ length: columns }, (_, i) => [`c${i}`, 'text' as const]));
    this.#format = csv(names, { header: false, recordBytesMax });
  }

  expected(file: string): string {
    const all: string[] = [];
    for (const { at, bytes, fields, fault } of onePassCsv(file)) {
      if (bytes > this.#recordBytesMax) {
        all.push(tooLong(at));
        break;
      }
      const width =
        fields.length === this.#columns
          ? undefined
          : `${fields.length} ${fields.length === 1 ? 'column' : 'columns'} instead of ${this.#columns}`;
      const why = fault ?? width;
      all.push(why === undefined ? record(at, bytes, fields) : refused(at, bytes, why));
    }
    return untilEnd(all.join('|'));
  }

  /** Reads every range of a file once, and joins them at every set of cuts; how many answers were compared. */
  check(file: string, blockBytes: number): number {
    const object = Buffer.from(file, 'latin1');
    const expected = this.expected(file);
    const seen = new Map<number, SpanRead>();
    const read = ({ start, end }: Span): SpanRead => {
      const known = seen.get(start * 16 + end);
      if (known !== undefined) return known;
      const range = readTwoState(this.#format, object, { start, end }, blockBytes);
      const farthest = Math.max(end, 4) + this.#recordBytesMax + 2 + blockBytes;
      if (range.readTo > farthest) expect.fail(`${JSON.stringify(file)}, ${start}-${end}: read up to ${range.readTo}`);
      seen.set(start * 16 + end, range);
      return range;
    };
    let compared = 0;
    for (const spans of cutsOf[object.length] ?? []) {
      const ranges = spans.map(read);
      const where = `${JSON.stringify(file)} at ${JSON.stringify(spans)}, blocks of ${blockBytes}`;
      for (const all of joinedInAllWays(ranges)) {
        compared += 1;
        const actual = untilEnd(atStart(all, told));
        if (actual !== expected) expect.fail(`${where}: ${actual} instead of ${expected}`);
      }
      if (expected.includes('too long')) continue;
      const bounds = ranges.flatMap((range) => range.bounds ?? []);
      const meet = bounds.every(({ head }, i) => head === (bounds[i - 1]?.tail ?? 0));
      if (!meet || bounds.at(-1)?.tail !== object.length) expect.fail(`${where}: bounds ${JSON.stringify(bounds)}`);
    }
    return compared;
  }
}

/** From the left, from the right, and in halves. */
function joinedInAllWays(ranges: readonly SpanRead[]): TwoState<string>[] {
  const all: TwoState<string>[] = [...ranges];
  const together = (some: readonly TwoState<string>[]) => some.reduce((a, b) => join(a, b, told));
  if (ranges.length < 3) return [together(ranges)];
  const right = all.reduceRight((b, a) => join(a, b, told));
  const halves = together([together(ranges.slice(0, 2)), together(ranges.slice(2))]);
  return ranges.length === 3 ? [halves, right] : [together(ranges), right, halves];
}

describe(`every cut of every file of up to ${LENGTH} bytes`, () => {
  test.each([
    [1, 100, [1, 100]],
    [2, 100, [2]],
    [1, 2, [1]],
  ])('%i columns, records of up to %i bytes', (columns, recordBytesMax, blocks) => {
    const each = new Case(columns, recordBytesMax);
    let compared = 0;
    for (const letters of sequences(ALPHABET, LENGTH)) {
      if (letters.length === 0) continue;
      for (const blockBytes of blocks) compared += each.check(letters.join(''), blockBytes);
    }
    expect(compared).toBeGreaterThan(blocks.length * 5 ** LENGTH);
  });

  test('a byte order mark, whole or in part, in front', () => {
    const each = new Case(1, 100);
    for (const letters of sequences(['a', '"', '\n'], LENGTH - 2)) {
      for (const mark of ['\xef', '\xef\xbb', '\xef\xbb\xbf']) each.check(mark + letters.join(''), 2);
    }
  });
});
