import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Job } from '../../functions/job.ts';
import { emptyFiles, writeCorpus } from '../support/corpus.ts';
import { runJob, temporaryDirectory } from '../support/job-run.ts';
import { MemoryPipeline } from '../support/memory-pipeline.ts';

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
] as const)('%s', (name, header) => {
  const nothing = (objects: number) => ({
    state: 'succeeded',
    inputs: { objects, bytes: 0 },
    records: { read: 0, rejected: 0 },
    results: [{ bytes: header.length, rows: 0 }],
  });

  it('makes a result without rows of a directory of empty files', async () => {
    const { manifest, bytes } = await runJob(name, [join(directory, 'plain')], { chunkBytes: 7, workers: 2 });
    expect(bytes.toString()).toBe(header);
    expect(manifest).toMatchObject(nothing(700));
    expect(manifest.chunks.succeeded).toBeGreaterThan(0);
  });

  it('takes a directory without files for a mistake', async () => {
    const run = runJob(name, [join(directory, 'nothing')], { chunkBytes: 7, workers: 2 });
    await expect(run).rejects.toMatchObject({ code: 'FANFOLD_USAGE', message: expect.stringContaining('no file') });
  });

  it('makes a result without rows of a prefix below which there is no object', async () => {
    const { default: job }: { readonly default: Job } = await import(`../../jobs/${name}.ts`);
    const made = new MemoryPipeline({ jobs: [job] });
    const inputs = [{ bucket: 'in', prefix: 'nothing/' }];
    const request = { kind: 'run', run: 'r', job: name, inputs, params: {}, requestedAtMs: made.clock.now } as const;
    expect(await made.run(request)).toMatchObject({ ...nothing(0), chunks: { total: 1, succeeded: 1 } });
    expect(made.result(name, 'r').toString()).toBe(header);
  });
});
