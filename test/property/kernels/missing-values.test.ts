/** Values that may be missing, in a kernel and on the plain path, beside what JavaScript's own arithmetic makes of them. */
import { expect, it } from 'vitest';
import { aggregate, count, csv, csvRows, jsonl, jsonRows, max, min, sum } from '../../../functions/index.ts';
import { partialOf, rowsOf, sameMerged, samePartials, sameRows } from '../../support/both-ways.ts';
import { Random } from '../../support/random.ts';

const values = {
  all: count(),
  there: count('n'),
  rated: count('rate'),
  noted: count('note'),
  total: sum('n'),
  least: min('n'),
  most: max('n'),
} as const;
const cells = ['group', 'all', 'there', 'rated', 'noted', 'total', 'least', 'most'] as const;
const members = { group: 'text', n: 'integer?', rate: 'number?', note: 'text?' } as const;
const ofJson = aggregate({
  name: 'json',
  input: jsonl(members),
  groupBy: 'group',
  values,
  output: csvRows(cells),
});
const ofCsv = aggregate({
  name: 'csv',
  input: csv(members, { header: false }),
  groupBy: 'group',
  values,
  output: csvRows(cells),
});

/** The edges of what a kernel holds of one number, of the sum of several, and of two words. */
const NUMBERS = [
  0n,
  1n,
  -1n,
  10n ** 15n - 1n,
  10n ** 18n - 1n,
  -(10n ** 18n) + 1n,
  10n ** 18n,
  2n ** 63n - 1n,
  -(2n ** 63n),
  -(2n ** 63n) + 1n,
  2n ** 64n,
  -(2n ** 111n),
  10n ** 40n,
];

interface Row {
  readonly group: string;
  readonly n: bigint | null;
  readonly rate: number | null;
  readonly note: string | null;
}

function someRows(random: Random): Row[] {
  const groups = random.pick([1, 3, 40, 4_000]);
  const missing = random.pick([2, 4, 100]);
  const large = random.pick([3, 50, 1_000_000]);
  return random.several(0, 3_000, () => ({
    group: `g${random.below(groups)}`,
    n: random.oneIn(missing) ? null : random.oneIn(large) ? random.pick(NUMBERS) : BigInt(random.below(2_000) - 1_000),
    rate: random.oneIn(missing) ? null : random.below(100) / 4,
    note: random.oneIn(missing) ? null : random.pick(['', 'x', 'a longer note', 'null']),
  }));
}

/** @param isNote whether a text that is there is one: an empty field of CSV is not */
function expected(rows: readonly Row[], isNote: (note: string) => boolean): string {
  const groups = new Map<string, Row[]>();
  for (const row of rows) groups.set(row.group, [...(groups.get(row.group) ?? []), row]);
  const lines = Array.from(groups, ([group, all]) => {
    const there = all.flatMap(({ n }) => (n === null ? [] : [n])).sort((a, b) => (a < b ? -1 : Number(a > b)));
    const rated = all.filter(({ rate }) => rate !== null).length;
    const noted = all.filter(({ note }) => note !== null && isNote(note)).length;
    const total = there.length === 0 ? '' : there.reduce((a, b) => a + b);
    return `${group},${all.length},${there.length},${rated},${noted},${total},${there[0] ?? ''},${there.at(-1) ?? ''}\n`;
  });
  return `${cells.join()}\n${lines.sort((a, b) => (a.split(',', 1).join() < b.split(',', 1).join() ? -1 : 1)).join('')}`;
}

it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])('count for nothing, seed %i', async (seed) => {
  const random = new Random(seed);
  const rows = someRows(random);
  const json = rows.map(({ group, n, rate, note }) => {
    const given = [`"group":"${group}"`];
    if (n !== null || random.oneIn(2)) given.push(`"n":${n}`);
    if (random.oneIn(30)) given.splice(1, 0, '"n":7'); // of several the last one counts, also if it is null
    if (n === null && given.includes('"n":7')) given.push('"n":null');
    if (rate !== null || random.oneIn(2)) given.push(`"rate":${rate}`);
    if (note !== null || random.oneIn(2)) given.push(`"note":${JSON.stringify(note)}`);
    return `{${given.join()}}\n`;
  });
  const cell = (value: unknown) => (value === null ? random.pick(['', '', '""']) : String(value));
  const lines = rows.map(({ group, n, rate, note }) => `${[group, cell(n), cell(rate), cell(note)].join()}\n`);
  for (const [job, texts] of [
    [ofJson, json],
    [ofCsv, lines],
  ] as const) {
    const object = Buffer.from(texts.join(''));
    const cut = texts.slice(0, random.below(texts.length + 1)).join('').length;
    const spans = job === ofCsv ? [0, object.length] : [0, cut, object.length];
    const chunks = spans.slice(1).map((end, i) => ({ start: spans[i] ?? 0, end }));
    const filled = chunks.filter(({ start, end }) => start < end);
    for (const tableBytesMax of [undefined, 1]) {
      const partials = await samePartials(job, object, filled, random.pick([100, 65_536]), { tableBytesMax });
      if (filled.length > 0) await sameMerged(job, partials);
      if (filled.length > 0)
        expect(await sameRows(job, partials)).toBe(expected(rows, (note) => job === ofJson || note !== ''));
    }
  }
});

it.each([
  ['a count', count('n'), ['1', '0', '2'], [1, 0, 2]],
  ['a sum', sum('n'), ['5', '', '1'], [5, null, 1]],
  ['the least', min('n'), ['5', '', '-2'], [5, null, -2]],
  ['the greatest', max('n'), ['5', '', '3'], [5, null, 3]],
])('are told as they are where %s is all that is asked for', async (_, value, cellsOf, membersOf) => {
  const input = csv({ group: 'text', n: 'integer?' }, { header: false });
  const asked = { name: 'only', input, groupBy: 'group', values: { v: value } } as const;
  const object = Buffer.from('a,5\nb,\na,\nc,3\nc,-2\nb,""\n');
  const whole = [{ start: 0, end: object.length }];
  const bare = aggregate({ ...asked, output: csvRows(['v']) });
  const partials = await samePartials(bare, object, whole);
  expect(await sameRows(bare, partials)).toBe(`v\n${cellsOf.map((cell) => `${cell === '' ? '""' : cell}\n`).join('')}`);
  const both = aggregate({ ...asked, output: csvRows(['v', 'group']) });
  expect(await sameRows(both, partials)).toBe(`v,group\n${cellsOf.map((cell, i) => `${cell},${'abc'[i]}\n`).join('')}`);
  const json = aggregate({ ...asked, output: jsonRows() });
  expect(await rowsOf(json, [await partialOf(json, object, { start: 0, end: object.length })])).toBe(
    membersOf.map((v, i) => `{"group":"${'abc'[i]}","v":${v}}\n`).join(''),
  );
});

it('a sum whose lower half is that of none is there', async () => {
  const lines = [...Array.from({ length: 10 }, () => '922337203685477580'), '8', '', '5'].map((n) => `a,${n},,\n`);
  for (const [count, total, least] of [
    [12, 2n ** 63n, 8],
    [13, 2n ** 63n + 5n, 5],
  ] as const) {
    const object = Buffer.from(lines.slice(0, count).join(''));
    const partials = await samePartials(ofCsv, object, [{ start: 0, end: object.length }]);
    expect(await sameRows(ofCsv, partials)).toBe(
      `${cells.join()}\na,${count},${count - 1},0,0,${total},${least},922337203685477580\n`,
    );
  }
});
