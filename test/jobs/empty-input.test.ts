import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyFiles, writeCorpus } from '../support/corpus.ts';
import { runJob, temporaryDirectory } from '../support/job-run.ts';

let directory: string;
beforeAll(() => {
  directory = temporaryDirectory();
  mkdirSync(join(directory, 'nothing'));
  writeCorpus(directory, { name: 'empty files', small: true, files: emptyFiles(700) });
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

describe.each([
  ['word-count', 'word,count\n'],
  ['ledger', 'account,balance,transactions\n'],
  ['trending', 'tag,uses\n'],
  ['inverted-index', ''],
  ['sort', ''],
  ['csv-to-jsonl', ''],
  ['access-log', 'group,value,requests,bytes\n'],
] as const)('%s', (job, header) => {
  it.each([
    ['a directory without files', 'nothing', 0],
    ['a directory of empty files', 'plain', 700],
  ])('makes a result without rows of %s', async (_, name, objects) => {
    const { manifest, bytes } = await runJob(job, [join(directory, name)], { chunkBytes: 7, workers: 2 });
    expect(bytes.toString()).toBe(header);
    expect(manifest).toMatchObject({
      state: 'succeeded',
      inputs: { objects, bytes: 0 },
      records: { read: 0, rejected: 0 },
      results: [{ bytes: header.length, rows: 0 }],
    });
    expect(manifest.chunks.succeeded).toBeGreaterThan(0);
  });
});
