import { describe, expect, it } from 'vitest';
import { wordCorpora } from '../support/corpora/words.ts';
import { file } from '../support/corpus.ts';
import { equalsOracle } from '../support/equals-oracle.ts';
import { runOver } from '../support/run-over.ts';

describe('word-count', () => {
  equalsOracle('word-count', wordCorpora, [1, 2, 3]);

  it('keeps bytes that are not UTF-8, and orders words by byte', async () => {
    const words = ['ff', 'f0908080', 'ee8080', 'c3', 'ff', 'c2a0c3a9'].map((hex) => Buffer.from(hex, 'hex'));
    const bytes = Buffer.concat(words.flatMap((word) => [word, Buffer.from(' ')]));
    for (const chunkBytes of [1, 3, 100]) {
      const result = await runOver('word-count', [file('1', bytes)], { chunkBytes, workers: 1 });
      expect(result.bytes.toString('latin1')).toBe(
        'word,count\n\xc2\xa0\xc3\xa9,1\n\xc3,1\n\xee\x80\x80,1\n\xf0\x90\x80\x80,1\n\xff,2\n',
      );
    }
  });

  it('says what was read, in how many chunks, and what was written', async () => {
    const files = [file('1', 'one two three four\n'), file('2', ''), file('3', 'one')]; // 19 bytes: three chunks of 7
    const { manifest, bytes } = await runOver('word-count', files);
    expect(bytes.toString()).toBe('word,count\nfour,1\none,2\nthree,1\ntwo,1\n');
    expect(manifest).toMatchObject({
      job: 'word-count',
      state: 'succeeded',
      inputs: { objects: 3, bytes: 22 },
      chunks: { total: 4, succeeded: 4, failed: 0 },
      records: { read: 5, rejected: 0 },
      results: [{ path: 'part-00000.csv', bytes: bytes.length, rows: 4 }],
      failures: [],
    });
  });
});
