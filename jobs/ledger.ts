/**
 * Balances accounts to the cent: CSV of transactions in, CSV of balances out.
 *
 * Reads CSV with the columns `account_id` and `amount` (up to two decimals, of any size); others are ignored.
 * Writes `account,balance,transactions` in byte order of the account.
 */
import { aggregate, count, csv, csvRows, sum } from 'fanfold';

export default aggregate({
  name: 'ledger',
  input: csv({ account_id: 'text', amount: 'decimal(2)' }),
  groupBy: { account: 'account_id' },
  values: { balance: sum('amount'), transactions: count() },
  output: csvRows(['account', 'balance', 'transactions']),
});
