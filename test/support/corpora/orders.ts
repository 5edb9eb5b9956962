import { type Corpus, file } from '../corpus.ts';
import { Random } from '../random.ts';
import { amount, csvFile, NASTY_TEXTS } from './nasty.ts';

/** Inputs of orders-by-customer. */
export function orderCorpora(seed: number): Corpus[] {
  const random = new Random(seed);
  const id = (many: number) => (random.oneIn(3) ? `c-${random.below(many)}` : random.pick(NASTY_TEXTS));
  const customers = (rows: number, many = 9) =>
    csvFile(
      [['name', 'x', 'id'], ...random.several(rows, rows, () => [random.pick(NASTY_TEXTS), '', id(many)])],
      random,
    );
  const orders = (rows: number, many = 9) =>
    csvFile([['customer', 'amount'], ...random.several(rows, rows, () => [id(many), amount(random)])], random);
  return [
    {
      name: 'nothing',
      small: true,
      files: [file('customers-0.csv', ''), file('customers.csv', 'id,name'), file('orders.csv', '')],
    },
    {
      name: 'customers first, last and between',
      small: true,
      seeded: true,
      files: [
        file('1/customers.csv', customers(4)),
        file('2/orders.csv', orders(6)),
        file('3/customers-2.csv', customers(4)),
        file('4/orders.csv', orders(0)),
        file('5/orders.1.csv', orders(6)),
      ],
    },
    { name: 'orders alone', small: true, files: [file('orders.csv', orders(6))] },
    { name: 'customers alone', small: true, files: [file('customers.csv', customers(6))] },
    {
      name: 'many of both',
      small: false,
      files: [
        file('customers.csv', customers(3_000, 4_000)),
        file('orders-1.csv', orders(3_000, 4_000)),
        file('orders-2.csv', orders(3_000, 4_000), 'gzip'),
        file('x/customers.csv', customers(100), 'zstd'),
      ],
    },
  ];
}
