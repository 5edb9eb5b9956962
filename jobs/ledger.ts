/**
 * Balances accounts to the cent: CSV of transactions in, CSV of balances out.
 *
 * Reads CSV with the columns `account_id` and `amount` (up to two decimals, of any size); others are ignored.
 * Writes `account,balance,transactions` in byte order of the account.
 */
import { csv, csvRows, decimal, defineJob } from 'fanfold';

export default defineJob({
  name: 'ledger',
  input: csv({ account_id: 'text', amount: 'decimal(2)' }),
  *map({ account_id, amount }) {
    yield [account_id, { cents: amount, entries: 1 }];
  },
  combine: (a, b) => ({ cents: a.cents + b.cents, entries: a.entries + b.entries }),
  reduce: (account, { cents, entries }) => ({ account, balance: decimal(cents, 2), transactions: entries }),
  output: csvRows(['account', 'balance', 'transactions']),
});
