/**
 * Joins orders to customers: CSV of both in one run, CSV of customers out.
 *
 * Reads `customers*.csv` with the columns `id` and `name` (of an id that comes twice, the first name), and `orders*.csv`
 * with `customer` and `amount` (up to two decimals, of any size). Others are ignored.
 * Writes `customer,name,orders,total,state` in byte order of the customer; the state is `matched`, `no orders`, or
 * `unknown customer` for orders whose customer is in no file.
 */
import { csv, csvRows, decimal, defineJob, tagged } from 'fanfold';

interface Total {
  readonly name: string | null;
  readonly orders: number;
  readonly cents: bigint;
}

const NOTHING: Total = { name: null, orders: 0, cents: 0n };

export default defineJob({
  name: 'orders-by-customer',
  input: tagged({
    customers: { from: 'customers*.csv', read: csv({ id: 'text', name: 'text' }) },
    orders: { from: 'orders*.csv', read: csv({ customer: 'text', amount: 'decimal(2)' }) },
  }),
  *map({ input, record }): Iterable<[string, Total]> {
    if (input === 'customers') yield [record.id, { ...NOTHING, name: record.name }];
    else yield [record.customer, { ...NOTHING, orders: 1, cents: record.amount }];
  },
  combine: (a, b) => ({ name: a.name ?? b.name, orders: a.orders + b.orders, cents: a.cents + b.cents }),
  reduce: (customer, { name, orders, cents }) => ({
    customer,
    name,
    orders,
    total: decimal(cents, 2),
    state: name === null ? 'unknown customer' : orders === 0 ? 'no orders' : 'matched',
  }),
  output: csvRows(['customer', 'name', 'orders', 'total', 'state']),
});
