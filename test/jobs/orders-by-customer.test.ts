import { describe, expect, it } from 'vitest';
import { orderCorpora } from '../support/corpora/orders.ts';
import { file } from '../support/corpus.ts';
import { equalsOracle } from '../support/equals-oracle.ts';
import { runOver } from '../support/run-over.ts';

const customers = file('customers.csv', 'id,name\na,Ann\nb,Bob\n');
const orders = file('orders.csv', 'customer,amount\na,1.50\nz,-2\na,0.25\n');

describe('orders-by-customer', () => {
  equalsOracle('orders-by-customer', orderCorpora, [1, 2, 3]);

  it('tells customers without orders, and orders without a customer', async () => {
    const { bytes, manifest } = await runOver('orders-by-customer', [customers, orders]);
    expect(bytes.toString()).toBe(
      'customer,name,orders,total,state\na,Ann,2,1.75,matched\nb,Bob,0,0.00,no orders\nz,,1,-2.00,unknown customer\n',
    );
    expect(manifest).toMatchObject({ inputs: { objects: 2 }, records: { read: 5, rejected: 0 } });
  });

  it('does not begin with a file that is neither', async () => {
    const { manifest, paths } = await runOver('orders-by-customer', [customers, orders, file('returns.csv', '')]);
    expect(manifest).toMatchObject({
      state: 'failed',
      chunks: { total: 0 },
      reason: {
        code: 'FANFOLD_INPUT_UNMATCHED',
        message: `The object ${paths[2]} matches none of the job's inputs customers, orders`,
      },
    });
  });

  it('tells which input a bad record is of by its file', async () => {
    const { manifest, paths } = await runOver('orders-by-customer', [
      customers,
      file('orders.csv', 'customer,amount\na,x\n'),
    ]);
    expect(manifest.failures[0]).toMatchObject({ code: 'FANFOLD_RECORD_INVALID', source: paths[1], offset: 16 });
  });
});
