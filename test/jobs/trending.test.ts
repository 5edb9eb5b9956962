import { describe, expect, it } from 'vitest';
import { postCorpora } from '../support/corpora/posts.ts';
import { file } from '../support/corpus.ts';
import { equalsOracle } from '../support/equals-oracle.ts';
import { runOver } from '../support/run-over.ts';

const tags = (...names: string[]) => `${JSON.stringify({ tags: names })}\n`;

describe('trending', () => {
  equalsOracle('trending', postCorpora, [1, 2, 3]);

  it('counts every use, also within a post, and keeps case', async () => {
    const { bytes } = await runOver('trending', [file('1', tags('a', 'A', 'a')), file('2', tags('b', 'b'))]);
    expect(bytes.toString()).toBe('tag,uses\na,2\nb,2\nA,1\n');
  });

  it('ends at the hundredth tag, and at the one that a parameter asks for', async () => {
    const names = Array.from({ length: 150 }, (_, i) => `tag${1000 + i}`);
    const files = [file('1', names.map((name) => tags(name)).join('') + tags('tag1149'))];
    const shape = { chunkBytes: 1000, workers: 2 };
    const lines = async (params?: { top: string }) =>
      (await runOver('trending', files, shape, params)).bytes.toString();
    expect(await lines()).toBe(
      `tag,uses\ntag1149,2\n${names
        .slice(0, 99)
        .map((name) => `${name},1\n`)
        .join('')}`,
    );
    expect(await lines({ top: '2' })).toBe('tag,uses\ntag1149,2\ntag1000,1\n');
    expect((await lines({ top: '1000' })).split('\n')).toHaveLength(152);
  });

  it.each(['0', '1.5', '-1', 'many', ''])('refuses to run with top=%j', async (top) => {
    await expect(runOver('trending', [file('1', '')], undefined, { top })).rejects.toMatchObject({
      code: 'FANFOLD_PARAM_INVALID',
      message: expect.stringContaining('top'),
    });
  });

  it.each([
    ['no tags', '{"id":1}'],
    ['tags that are no list', '{"tags":"a"}'],
    ['a tag that is no text', '{"tags":["a",1]}'],
    ['null for tags', '{"tags":null}'],
    ['a list for the post', '[]'],
    ['what is no JSON', '{"tags":["a"],}'],
    ['half a post', '{"tags":["a"]'],
    ['NaN', '{"tags":[],"id":NaN}'],
    ['a line feed within a text', '{"tags":["a\n"]}'],
  ])('fails at a post with %s, and tells where it stands', async (_, bad) => {
    const before = `${tags('x')}\n${tags('y')}`;
    const { manifest, paths } = await runOver('trending', [
      file('1', tags('z')),
      file('2', `${before}${bad}\n${tags('w')}`),
    ]);
    expect(manifest.state).toBe('failed');
    expect(manifest.failures[0]).toMatchObject({
      code: 'FANFOLD_RECORD_INVALID',
      source: paths[1],
      offset: before.length,
    });
  });
});
