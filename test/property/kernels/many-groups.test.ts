/** So many groups that offers wait for each other in a kernel (assembly/offers.ts): the same partials as on the plain path. */
import { describe, expect, it } from 'vitest';
import { aggregate, count, csv, csvRows, jsonl, lines, max, sum } from '../../../functions/index.ts';
import type { Job } from '../../../functions/job.ts';
import { rowsOf, samePartials } from '../../support/both-ways.ts';
import { Random } from '../../support/random.ts';
import { wordCounts } from '../../support/word-counts.ts';

/** Offers wait where there are more than 16,384 groups, up to 4,096 for each of 64 partitions. */
const GROUPS = 40_000;

const ledger = aggregate({
  name: 'ledger',
  input: csv({ account: 'text', amount: 'decimal(2)' }),
  groupBy: 'account',
  values: { balance: sum('amount'), most: max('amount'), entries: count() },
  output: csvRows(['account', 'balance', 'most', 'entries']),
});

/** Keys of 1 to 18 bytes, about as many below the longest short one as above it; zeroes at the ends of some. */
function keyed(n: number): string {
  const digits = String(n);
  return n % 5 === 0 ? digits + '\0'.repeat(n % 3) : digits.padStart(10 + (n % 9), 'k');
}

const wordText = (random: Random) =>
  Array.from({ length: 600_000 }, () => keyed(random.oneIn(3) ? random.below(50) : random.below(GROUPS))).join(' ');

function ledgerText(random: Random): string {
  const row = () => `${keyed(random.below(GROUPS))},${random.below(2_000) - 1_000}.5`;
  return `account,amount\n${Array.from({ length: 250_000 }, row).join('\n')}\n`;
}

const corpora: readonly (readonly [string, Job, (random: Random) => string])[] = [
  ['words', wordCounts, wordText],
  ['accounts', ledger, ledgerText],
];

describe.each(corpora)('many %s in a kernel', (_, job, text) => {
  const object = Buffer.from(text(new Random(1)));
  const whole = [{ start: 0, end: object.length }];

  it('come to the same', async () => {
    const [partial] = await samePartials(job, object, whole, 300_000);
    expect(partial?.length).toBeGreaterThan(100_000);
  });

  it('come to the same where they spill while offers wait', async () => {
    await samePartials(job, object, whole, 300_000, { tableBytesMax: 6 * 2 ** 20 });
  });
});

const counted = { name: 'counted', values: { n: count() }, output: csvRows(['key', 'n']) } as const;
const csvKeys = csv({ key: 'text', x: 'text' }, { header: false });

it.each([
  ['lines', aggregate({ ...counted, input: lines(), groupBy: { key: 'line' } }), (key: string) => `${key}\n`],
  ['CSV', aggregate({ ...counted, input: csvKeys, groupBy: 'key' }), (key: string) => `${key},\n`],
  [
    'JSON',
    aggregate({ ...counted, input: jsonl({ tags: ['text'] }), groupBy: { key: 'tags' } }),
    (key: string) => `{"tags":["${key}"]}\n`,
  ],
])('the empty key of %s counts, also where many came before it', async (_, job, record) => {
  // its first slots may be taken by others: with none of so many groups is it sure to be free
  for (const groups of [9_000, 12_000, 17_000, 25_000, GROUPS]) {
    const keys = Array.from({ length: groups }, (_, i) => `k${i}`);
    const object = Buffer.from([...keys, ...Array.from({ length: 100 }, () => ''), ...keys, ''].map(record).join(''));
    const partials = await samePartials(job, object, [{ start: 0, end: object.length }], 300_000);
    const rows = (await rowsOf(job, partials)).split('\n');
    expect(rows.slice(0, 3)).toEqual(['key,n', ',101', 'k0,2']);
    expect(rows.length).toBe(groups + 3);
  }
});
