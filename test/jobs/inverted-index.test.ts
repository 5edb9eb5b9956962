import { describe, expect, it } from 'vitest';
import { documentCorpora } from '../support/corpora/documents.ts';
import { file } from '../support/corpus.ts';
import { equalsOracle } from '../support/equals-oracle.ts';
import { runOver } from '../support/run-over.ts';

describe('inverted-index', () => {
  equalsOracle('inverted-index', documentCorpora, [1, 2, 3]);

  it('keeps ids in the order of the input, each once, whatever lies between', async () => {
    const text = (id: string) => `{"id":${id},"text":"Term term"}\n`;
    const ids = ['"b"', '2', '"2"', '"a"', '2.0', '9007199254740993', '9007199254740992', '"b"'];
    const { bytes } = await runOver('inverted-index', [
      file('1', ids.map(text).join('')),
      file('0', text('1') + text('2')),
    ]);
    expect(bytes.toString()).toBe(
      '{"term":"term","documents":7,"ids":["b",2,"2","a",9007199254740993,9007199254740992,1]}\n',
    );
  });

  it.each([1, 1_000])('keeps ids apart that are no proper text, in chunks of %i', async (chunkBytes) => {
    const ids = ['"\\udcc3\\udca9"', '"é"', '"\\ud800"'];
    const { bytes } = await runOver(
      'inverted-index',
      [file('1', ids.map((id) => `{"id":${id},"text":"t"}\n`).join(''))],
      {
        chunkBytes,
        workers: 1,
      },
    );
    expect(bytes.toString()).toBe('{"term":"t","documents":3,"ids":["\\udcc3\\udca9","é","\\ud800"]}\n');
  });

  it.each([
    ['no id', '{"text":"a"}'],
    ['null for an id', '{"id":null,"text":"a"}'],
    ['true for an id', '{"id":true,"text":"a"}'],
    ['an id beyond all numbers', '{"id":1e999,"text":"a"}'],
    ['no text', '{"id":1}'],
    ['a text that is none', '{"id":1,"text":["a"]}'],
  ])('fails at a document with %s, and tells where it stands', async (_, bad) => {
    const before = '{"id":1,"text":"é"}\r\n';
    const { manifest, paths } = await runOver('inverted-index', [file('1', `${before}${bad}`)]);
    expect(manifest.state).toBe('failed');
    expect(manifest.failures[0]).toMatchObject({
      code: 'FANFOLD_RECORD_INVALID',
      source: paths[0],
      offset: Buffer.byteLength(before),
    });
  });
});
