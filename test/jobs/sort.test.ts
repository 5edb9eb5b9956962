import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { lineCorpora } from '../support/corpora/lines.ts';
import { file } from '../support/corpus.ts';
import { equalsOracle } from '../support/equals-oracle.ts';
import { runOver } from '../support/run-over.ts';

describe('sort', () => {
  equalsOracle('sort', lineCorpora, [1, 2, 3]);

  it('gives every line its end, and keeps equal ones', async () => {
    const files = [file('1', 'b\r\na\n\nb'), file('2', 'a'), file('3', '\r\n\r')];
    for (const chunkBytes of [1, 2, 7, 64 * 1024]) {
      const { bytes, manifest } = await runOver('sort', files, { chunkBytes, workers: 1, groupSize: 2 });
      expect(bytes.toString()).toBe('\n\n\r\na\na\nb\nb\n');
      expect(manifest).toMatchObject({ records: { read: 7, rejected: 0 }, results: [{ rows: 7 }] });
    }
  });

  it('makes the file that sort(1) makes, where lines end with LF', async () => {
    const [nasty] = lineCorpora(7).filter(({ name }) => name === 'many files');
    const bytes = Buffer.concat((nasty?.files ?? []).map((one) => one.bytes))
      .toString('latin1')
      .replaceAll('\r', '');
    const input = Buffer.from(bytes, 'latin1');
    const result = await runOver('sort', [file('1', input)], { chunkBytes: 10_000, workers: 2 });
    const sorted = execFileSync('sort', { input, env: { ...process.env, LC_ALL: 'C' }, maxBuffer: 2 ** 26 });
    expect(result.bytes.equals(sorted)).toBe(true);
  });
});
