/** Rows of CSV in a kernel and on the plain path: the same partials at every cut. */
import { describe, expect, it } from 'vitest';
import { aggregate, count, csv, csvRows, each, filled, jsonRows, max, min, sum } from '../../../functions/index.ts';
import { BULK_RECORD_BYTES_MAX } from '../../../functions/limits.ts';
import { needsPlainPath, partialOf, plainly, rowsOf, sameMerged, samePartials } from '../../support/both-ways.ts';
import { amount, NASTY_TEXTS } from '../../support/corpora/nasty.ts';
import { cutAtRandom, damaged } from '../../support/cut-at-random.ts';
import { Random } from '../../support/random.ts';
import { sequences } from '../../unit/formats/read-span.ts';

const patient = { badRecords: 'set-aside', badRecordsMax: 10_000 } as const;
const ledger = aggregate({
  ...patient,
  name: 'ledger',
  input: csv({ account: 'text', amount: 'decimal(2)', n: 'integer', rate: 'number' }),
  groupBy: 'account',
  values: { balance: sum('amount'), least: min('amount'), most: max('n'), entries: count() },
  output: csvRows(['entries', 'account', 'balance', 'least', 'most']),
});
const dialect = aggregate({
  ...patient,
  name: 'dialect',
  input: csv({ a: 'text', b: 'decimal(0)' }, { delimiter: ';', quote: "'", header: false }),
  groupBy: 'a',
  values: { b: sum('b') },
  output: jsonRows(),
});
const small = aggregate({
  ...patient,
  name: 'small',
  input: csv({ a: 'text', b: 'text' }, { header: false }),
  groupBy: 'b',
  values: { n: count() },
  output: csvRows(['b', 'n']),
});

const sparse = aggregate({
  ...patient,
  name: 'sparse',
  input: csv({ account: 'text', memo: 'text?', amount: 'decimal(2)?', n: 'integer?', rate: 'number?' }),
  groupBy: 'account',
  values: { balance: sum('amount'), least: min('amount'), most: max('n'), entries: count(), amounts: count('amount') },
  output: csvRows(['entries', 'account', 'balance', 'least', 'most', 'amounts']),
});
const memos = aggregate({
  ...patient,
  name: 'memos',
  input: csv({ memo: 'text?', account: 'text' }),
  groupBy: each('account', filled('memo')),
  values: { memos: count('memo') },
  output: jsonRows(),
});

/** A field as CSV writes it, mostly. */
function field(text: string, random: Random): string {
  if (random.oneIn(20)) return text;
  return /[",\r\n]/.test(text) || random.oneIn(5) ? `"${text.replaceAll('"', '""')}"` : text;
}

function row(random: Random): string {
  const fields = [
    random.oneIn(4) ? random.pick(NASTY_TEXTS) : `acct-${random.below(200)}`,
    random.oneIn(8) ? random.pick(['', '.', '-', '1e3', '1.234', '--1', '0x1', ' 1']) : amount(random),
    `memo ${random.pick(NASTY_TEXTS)}`,
    random.pick(['0', '-0', '007', '+5', '1.0', '', String(random.below(1e9)), '9'.repeat(18), '9'.repeat(19)]),
    random.pick(['0', '1.5', '.5', '5.', '1e5', '-2', 'NaN', '1e999', '1234567890.123456789']),
  ];
  if (random.oneIn(30)) fields.pop();
  return fields.map((text) => field(text, random)).join(',');
}

describe('CSV in a kernel', () => {
  it('is taken by it, where nothing is odd, in ranges and in whole objects', async () => {
    const header = 'account,ts,amount,n,rate\r\n';
    const object = Buffer.from(header + 'a-1,"quoted ""text"",\n\nin it",-12.50,7,0.5\r\n"b",,3,12,1\n'.repeat(1_000));
    const reached = (start: number, end: number, bytes = object, job = ledger) =>
      needsPlainPath(job, bytes, { start, end });
    expect(await reached(0, object.length)).toBe(false);
    expect(await reached(0, 1_000)).toBe(false);
    const plain = Buffer.from(header + 'a-1,,-12.50,7,0.5\n'.repeat(1_000));
    expect(await reached(500, 5_000, plain)).toBe(false); // and no quote tells how it begins
    expect(await reached(0, object.length - 1, object.subarray(0, -1))).toBe(true); // a last row without its end
    const sparsely = Buffer.from(`account,memo,amount,n,rate\n${'a,,1.5,7,0.5\na,"",,"",\n'.repeat(1_000)}`);
    expect(await reached(0, sparsely.length, sparsely, sparse)).toBe(false);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('comes to the same, seed %i', async (seed) => {
    const random = new Random(seed);
    const end = random.pick(['\n', '\n', '\r\n']);
    const rows = random.several(0, seed < 6 ? 200 : 5_000, () => damaged(row(random), random));
    const text = ['account,amount,memo,n,rate', ...rows].join(end) + random.pick(['', end]);
    const object = Buffer.from((random.oneIn(3) ? '\ufeff' : '') + text);
    const blockBytes = random.pick([17, 1_000, 65_536, 400_000]);
    await samePartials(ledger, object, cutAtRandom(object.length, random), blockBytes);
    await sameMerged(ledger, await samePartials(ledger, object, [{ start: 0, end: object.length }], blockBytes));
  });

  it.each([1, 2, 3, 4, 5, 6])('comes to the same where values are missing, seed %i', async (seed) => {
    const random = new Random(seed);
    const sometimes = (text: string) => (random.oneIn(seed < 4 ? 3 : 200) ? '' : text);
    const rows = random.several(0, seed < 4 ? 300 : 5_000, () => {
      const [account = '', ...others] = row(random).split(',');
      return [account, ...others.map(sometimes)].join(',');
    });
    const object = Buffer.from(['account,amount,memo,n,rate', ...rows, ''].join('\n'));
    const whole = { start: 0, end: object.length };
    const blockBytes = random.pick([17, 1_000, 65_536]);
    await samePartials(sparse, object, cutAtRandom(object.length, random), blockBytes);
    await sameMerged(sparse, await samePartials(sparse, object, [whole], blockBytes));
    const [ours, plain] = await Promise.all(
      [memos, plainly(memos)].map(async (job) => rowsOf(job, [await partialOf(job, object, whole, blockBytes)])),
    );
    expect(ours).toBe(plain);
  });

  it('comes to the same in other dialects', async () => {
    const random = new Random(1);
    const cell = () => random.pick(["'a;b'", "'it''s'", 'a', "'two\nlines'", '"', '', "x'"]);
    const number = () => random.pick(['1', '-2', '1.', '1.0', "'3'", "'4''4'", '', '12345678901234567890']);
    const object = Buffer.from(random.several(3_000, 3_000, () => `${cell()};${number()}\n`).join(''));
    await samePartials(dialect, object, cutAtRandom(object.length, random), 1_000);
  });

  it('comes to the same for every small file', async () => {
    let files = 0;
    for (const letters of sequences(['a', ',', '"', '\n'], 6)) {
      const object = Buffer.from(letters.join(''));
      await samePartials(small, object, [{ start: 0, end: object.length }], object.length + 1);
      files += 1;
    }
    expect(files).toBeGreaterThan(5_000);
  });
});

it('many odd rows in blocks that are longer than what a kernel reads at once come to the same', async () => {
  const random = new Random(1);
  const row = (n: number) => (random.oneIn(3) ? `"a""b",${n}\n` : `key ${random.below(1_000)},${n}\n`);
  const object = Buffer.from(`a,b\n${Array.from({ length: 60_000 }, (_, n) => row(n)).join('')}`);
  const job = aggregate({
    name: 'odd',
    input: csv({ a: 'text', b: 'integer' }),
    groupBy: { a: 'a' },
    values: { b: sum('b'), n: count() },
    output: csvRows(['a', 'b', 'n']),
    badRecords: 'set-aside',
    badRecordsMax: 10_000,
  });
  expect(object.length).toBeGreaterThan(2.5 * BULK_RECORD_BYTES_MAX);
  await samePartials(job, object, [{ start: 0, end: object.length }], 2 ** 20);
});
