import { describe, expect, it } from 'vitest';
import { ledgerCorpora } from '../support/corpora/ledger.ts';
import { file } from '../support/corpus.ts';
import { equalsOracle } from '../support/equals-oracle.ts';
import { runOver } from '../support/run-over.ts';

const HEADER = 'account_id,ts,amount,type,memo\n';
const good = file('1.csv', `${HEADER}a,,1,,\n`);

describe('ledger', () => {
  equalsOracle('ledger', ledgerCorpora, [1, 2, 3]);

  it.each([
    ['an exponent', '1e3'],
    ['a thousands separator', '"1,000"'],
    ['three decimals', '1.001'],
    ['a third decimal that is 0', '1.000'],
    ['nothing', ''],
    ['white space', '"1 "'],
    ['a word', 'NaN'],
    ['two signs', '--1'],
    ['digits that are not ASCII', '١'],
  ])('fails at an amount with %s, and tells where it stands', async (_, amount) => {
    const rows = 'a,,1.00,,\nb,,2.00,,"x\ny"\n';
    const { manifest, bytes, paths } = await runOver('ledger', [
      good,
      file('2.csv', `${HEADER}${rows}c,,${amount},,\n`),
    ]);
    expect(manifest).toMatchObject({
      state: 'failed',
      results: [],
      reason: { code: expect.stringMatching(/^FANFOLD_/) },
    });
    expect(manifest.failures[0]).toMatchObject({
      code: 'FANFOLD_RECORD_INVALID',
      source: paths[1],
      offset: HEADER.length + rows.length,
      message: expect.stringContaining('amount'),
    });
    expect(bytes.length).toBe(0);
  });

  it.each([
    ['a column that is missing', 'account_id,ts\na,1\n', 'amount'],
    ['a column that is there twice', 'account_id,amount,amount\na,1,2\n', 'amount'],
    ['a row of another width', `${HEADER}a,,1\n`, '3'],
    ['a quote that is never closed', `${HEADER}a,,1,,"x\n`, 'quote'],
  ])('fails at %s', async (_, text, told) => {
    const { manifest, paths } = await runOver('ledger', [good, file('2.csv', text)]);
    expect(manifest.state).toBe('failed');
    expect(manifest.failures[0]).toMatchObject({ source: paths[1], message: expect.stringContaining(told) });
  });

  it('says what was read and written', async () => {
    const { manifest, bytes } = await runOver('ledger', [good, file('2.csv', `${HEADER}b,,-0.00,,\na,,0.5,,\n`)]);
    expect(bytes.toString()).toBe('account,balance,transactions\na,1.50,2\nb,0.00,1\n');
    expect(manifest).toMatchObject({
      inputs: { objects: 2, bytes: 89 },
      records: { read: 3, rejected: 0 },
      results: [{ path: 'part-00000.csv', bytes: bytes.length, rows: 2 }],
    });
  });
});
