import { type Corpus, compressed, emptyFiles, file } from '../corpus.ts';
import { Random } from '../random.ts';
import { amount, csvFile, NASTY_TEXTS } from './nasty.ts';

const HEADER = ['account_id', 'ts', 'amount', 'type', 'memo'];

/** Inputs of ledger. */
export function ledgerCorpora(seed: number): Corpus[] {
  const random = new Random(seed);
  const some = (rows: number) => csvFile([HEADER, ...random.several(rows, rows, () => transaction(random))], random);
  const long = transaction(random).with(4, 'a "long"\nmemo, '.repeat(20_000));
  return [
    { name: 'nothing', small: true, files: [file('empty.csv', ''), file('header.csv', `${HEADER}\n`)] },
    {
      name: 'nasty accounts and amounts',
      small: true,
      seeded: true,
      files: [
        file('1.csv', some(8)),
        file('2.csv', ''),
        file('3.csv', some(0)),
        file('4.csv', otherColumns(8, random)),
      ],
    },
    {
      name: 'opposites',
      small: true,
      files: [file('zero.csv', 'amount,account_id\n-0.00,a\n-0,b\n0.05,c\n-0.05,c\n')],
    },
    {
      name: 'records longer than a chunk',
      small: false,
      files: [
        file('long.csv', csvFile([HEADER, transaction(random), long, transaction(random), long], random)),
        file('short.csv', some(50)),
      ],
    },
    {
      name: 'many accounts',
      small: false,
      files: [file('1.csv', some(4_000)), file('2.csv', some(4_000)), ...emptyFiles(300)],
    },
    compressed(() => some(400)),
  ];
}

/** The columns that the job needs, in another order and among strangers, one of them a nasty name. */
function otherColumns(rows: number, random: Random): string {
  const header = ['constructor', 'amount', '', '__proto__', 'account_id'];
  return csvFile(
    [header, ...random.several(rows, rows, () => ['x', amount(random), '"', '', account(random)])],
    random,
  );
}

function transaction(random: Random): string[] {
  return [
    account(random),
    '2024-02-30T25:61',
    amount(random),
    random.pick(['debit', 'credit', '']),
    random.pick(NASTY_TEXTS),
  ];
}

const account = (random: Random) => (random.oneIn(3) ? `acc-${random.below(2_000)}` : random.pick(NASTY_TEXTS));
