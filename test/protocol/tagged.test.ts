/** Several inputs in one run: each object is read by its own format, cut or whole, wherever its chunk is. */
import { describe, expect, it } from 'vitest';
import type { RunRequest } from '../../functions/core/messages.ts';
import { concat, csv, defineJob, jsonRows, lines, tagged } from '../../functions/index.ts';
import { MemoryPipeline } from '../support/memory-pipeline.ts';

const job = defineJob({
  name: 'tagged',
  input: tagged({
    texts: { from: '*.txt', read: lines() },
    tables: { from: 'tables/**', read: csv({ text: 'text' }) },
  }),
  *map(from, { source, offset }) {
    const text = from.input === 'texts' ? from.record : from.record.text;
    yield [text, [`${from.input} ${source.slice('s3://in/'.length)} ${offset}`]];
  },
  combine: concat,
  output: jsonRows(),
});

const TEXT = 'a\nb\nc\nbb\na\n';
const TABLE = 'n,text\n1,a\n2,"b"\n';

async function run(inputs: RunRequest['inputs'], chunkBytes: number, document?: object) {
  const made = new MemoryPipeline({ jobs: [job], seed: chunkBytes, duplicates: 0.3 });
  const upload = (key: string, text: string) => made.store.upload({ bucket: 'in', key }, Buffer.from(text));
  upload('1.txt', TEXT);
  upload('tables/1', TABLE);
  upload('x/2.txt', TEXT);
  upload('no-pattern', TABLE);
  upload('tables/2.txt', TABLE);
  if (document !== undefined) upload('now.run.json', JSON.stringify(document));
  const manifest = await made.run({
    kind: 'run',
    run: 'tagged-1',
    job: 'tagged',
    inputs,
    params: {},
    chunkBytes,
    groupSize: 2,
    requestedAtMs: 0,
  });
  return { manifest, result: made.result('tagged', 'tagged-1').toString() };
}

const keys = (...names: string[]) => names.map((key) => ({ bucket: 'in', key }));
const row = (key: string, ...value: string[]) => `${JSON.stringify({ key, value })}\n`;
const inTexts = (name: string) => ({
  a: [`texts ${name} 0`, `texts ${name} 9`],
  b: [`texts ${name} 2`],
  c: [`texts ${name} 4`],
  bb: [`texts ${name} 6`],
});

describe('tagged inputs', () => {
  const first = inTexts('1.txt');
  const second = inTexts('x/2.txt');
  const expected =
    row('a', ...first.a, 'tables tables/1 7', ...second.a) +
    row('b', ...first.b, 'tables tables/1 11', ...second.b) +
    row('bb', ...first.bb, ...second.bb) +
    row('c', ...first.c, ...second.c);

  it.each([1, 2, 3, 5, 12, 20, 1000])('are told apart by their keys, in chunks of %i bytes', async (chunkBytes) => {
    const { manifest, result } = await run(keys('1.txt', 'tables/1', 'x/2.txt'), chunkBytes);
    expect(manifest).toMatchObject({ state: 'succeeded', records: { read: 12 } });
    expect(result).toBe(expected);
  });

  it.each([1, 4, 1000])('are what a .run.json says, in chunks of %i bytes', async (chunkBytes) => {
    const document = {
      objects: ['1.txt'],
      inputs: { tables: { objects: ['no-pattern'] }, texts: { prefixes: ['tables/2'] } },
    };
    const { manifest, result } = await run([{ bucket: 'in', document: 'now.run.json' }], chunkBytes, document);
    expect(manifest).toMatchObject({ state: 'succeeded', inputs: { objects: 3 }, records: { read: 10 } });
    expect(result).toContain(row('1,a', 'texts tables/2.txt 7'));
    expect(result).toContain(row('a', ...first.a, 'tables no-pattern 7'));
  });

  it.each<[string, RunRequest['inputs'], string]>([
    ['of none', keys('1.txt', 'no-pattern'), 'The object no-pattern matches none of the job'],
    ['of several', [{ bucket: 'in', prefix: 'tables/' }], 'The object tables/2.txt matches several'],
    ['of one that is not', [{ bucket: 'in', prefix: '1', tag: 'nope' }], 'The object 1.txt is named as an input nope'],
  ])('begin nothing with an object %s', async (_, inputs, message) => {
    const { manifest } = await run(inputs, 3);
    expect(manifest).toMatchObject({
      state: 'failed',
      reason: { code: 'FANFOLD_INPUT_UNMATCHED', message: expect.stringContaining(message) },
    });
  });
});
