import { describe, expect, it } from 'vitest';
import { tableCorpora } from '../support/corpora/tables.ts';
import { file } from '../support/corpus.ts';
import { equalsOracle } from '../support/equals-oracle.ts';
import { runOver } from '../support/run-over.ts';

describe('csv-to-jsonl', () => {
  equalsOracle('csv-to-jsonl', tableCorpora, [1, 2, 3]);

  it('keeps columns in the order of each header, whatever they are called', async () => {
    const files = [file('1', '2,1,__proto__\nx,y,z\n'), file('2', 'constructor,10,9\r\n"",a,b')];
    const { bytes, manifest } = await runOver('csv-to-jsonl', files);
    expect(bytes.toString()).toBe('{"2":"x","1":"y","__proto__":"z"}\n{"constructor":"","10":"a","9":"b"}\n');
    expect(manifest.results).toEqual([{ path: 'part-00000.jsonl', bytes: bytes.length, rows: 2 }]);
  });

  it.each([
    ['a column that is there twice', 'a,b,a\n1,2,3\n', 0, '"a"'],
    ['a row that is too short', 'a,b\n1,2\n3\n', 8, '1'],
    ['a row that is too long', 'a,b\n1,2,3\n', 4, '3'],
    ['a quote within a field', 'a,b\nx"y,1\n', 4, 'quote'],
    ['text behind a quote', 'a,b\n"x"y,1\n', 4, 'quote'],
    ['a quote that is never closed', 'a,b\n1,2\n"x,1\n', 8, 'quote'],
  ])('fails at %s, and tells where it stands', async (_, text, offset, told) => {
    const { manifest, paths } = await runOver('csv-to-jsonl', [file('1', 'a\n1\n'), file('2', text)]);
    expect(manifest.state).toBe('failed');
    expect(manifest.failures[0]).toMatchObject({ source: paths[1], offset, message: expect.stringContaining(told) });
  });
});
