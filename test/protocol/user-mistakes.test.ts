/** What a job may do wrong must end in an error, never in a wrong result, and never depend on where chunks were cut. */
import { describe, expect, it } from 'vitest';
import type { RunRequest } from '../../functions/core/messages.ts';
import { csvRows, defineJob, type Job, lines, max, sum, textLines } from '../../functions/index.ts';
import { MemoryPipeline } from '../support/memory-pipeline.ts';

async function runOver(text: string, job: Job, chunkBytes = 3) {
  const made = new MemoryPipeline({ jobs: [job] });
  made.store.upload({ bucket: 'in', key: 'a' }, Buffer.from(text));
  const request: RunRequest = {
    kind: 'run',
    run: 'r-1',
    job: job.name,
    inputs: [{ bucket: 'in', key: 'a' }],
    params: {},
    chunkBytes,
    groupSize: 2,
    requestedAtMs: 1_700_000_000_000,
  };
  const manifest = await made.run(request);
  return { manifest, text: made.result(job.name, 'r-1').toString(), made };
}

/** As a job file without types would write it. */
const untyped = (options: object) => defineJob(options as Parameters<typeof defineJob>[0]);
const counting = { name: 'j', input: lines(), combine: sum, output: csvRows(['key', 'value']) };

describe('map', () => {
  it('that returns a string does not give a row for each character', async () => {
    const job = defineJob({ name: 'j', input: lines(), map: (line) => line.toUpperCase(), output: textLines() });
    const { manifest } = await runOver('ab\n', job);
    expect(manifest).toMatchObject({ state: 'failed', reason: { code: 'FANFOLD_VALUE_INVALID' } });
  });

  it.each<[string, unknown]>([
    ['strings for pairs', ['ab']],
    ['a number as key', [[1, 1]]],
    ['three instead of two', [['a', 1, 2]]],
    ['undefined as value', [['a', undefined]]],
    ['nothing to go through', undefined],
    ['a promise', Promise.resolve([])],
  ])('that gives %s fails the run', async (_, given) => {
    const { manifest } = await runOver('a\n', untyped({ ...counting, map: () => given }));
    expect(manifest).toMatchObject({ state: 'failed', chunks: { failed: 1 } });
  });

  it.each([1, 1_000])(
    'that yields what cannot be stored fails whatever it is combined with, chunks of %i',
    async (n) => {
      const job = defineJob({
        ...counting,
        *map(line) {
          yield ['k', line === 'b' ? Number.NaN : 5];
        },
        combine: max,
      });
      const { manifest } = await runOver('a\nb\na\n', job, n);
      expect(manifest).toMatchObject({ state: 'failed', reason: { code: 'FANFOLD_VALUE_INVALID' } });
    },
  );
});

describe('finish', () => {
  const finishing = (finish: (rows: AsyncIterable<{ key: string; value: number }>) => AsyncIterable<unknown>) =>
    untyped({
      ...counting,
      *map(line: string) {
        yield [line, 1];
      },
      reduce: (key: string, value: number) => {
        if (key === 'poison') throw new Error('reduce cannot');
        return { key, value };
      },
      finish,
    });
  const many = Array.from({ length: 5_000 }, (_, i) => `${String(i).padStart(4, '0')}\n`).join('');

  it('may stop before it has seen all rows', async () => {
    const job = finishing(async function* (rows) {
      for await (const row of rows) {
        yield row;
        return;
      }
    });
    const { manifest, text } = await runOver(many, job, 4_000);
    expect(manifest).toMatchObject({ state: 'succeeded', results: [{ rows: 1 }] });
    expect(text).toBe('key,value\n0000,1\n');
  });

  it('that swallows an error does not publish what is left', async () => {
    const job = finishing(async function* (rows) {
      try {
        for await (const row of rows) yield row;
      } catch {}
    });
    const { manifest } = await runOver('a\npoison\nz\n', job);
    expect(manifest).toMatchObject({ state: 'failed', reason: { code: 'FANFOLD_JOB_ERROR' }, results: [] });
  });

  it('that gives nothing fails the run', async () => {
    const job = untyped({ ...counting, map: () => [['a', 1]], reduce: () => ({}), finish: () => undefined });
    expect((await runOver('a\n', job)).manifest).toMatchObject({
      state: 'failed',
      reason: { code: 'FANFOLD_JOB_ERROR' },
    });
  });
});
