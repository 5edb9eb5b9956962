/** Chunks that come to more than their memory: the same partials, and nothing left behind. */
import { describe, expect, it } from 'vitest';
import { MemoryScratch } from '../../functions/adapters/simulated/memory-scratch.ts';
import { concat, defineJob, jsonRows, lines, textLines } from '../../functions/index.ts';
import { ROWS_HELD_BYTES_MAX } from '../../functions/limits.ts';
import { MemoryPipeline, type PipelineOptions } from '../support/memory-pipeline.ts';
import { Random } from '../support/random.ts';

const index = defineJob({
  name: 'index',
  input: lines(),
  *map(line, { offset }) {
    for (const word of line.split(' ')) yield [word, [offset]];
  },
  combine: concat,
  output: jsonRows(),
});
const copy = defineJob({
  name: 'copy',
  input: lines(),
  *map(line) {
    if (line === 'poison') throw new Error('no');
    yield line;
  },
  output: textLines(),
});

const random = new Random(1);
const text = random.several(5_000, 5_000, (n) => `${n % 7} ${n % 100} ${random.digits(30)}`).join('\n');
const SMALL = { tableBytesMax: 100_000, mergeBytesMax: 1 };
const SMALLEST = { tableBytesMax: 1 };

async function run(job: 'index' | 'copy', options: Partial<PipelineOptions>, input = text, chunkBytes = 100_000) {
  const made = new MemoryPipeline({ jobs: [index, copy], ...options });
  made.store.upload({ bucket: 'in', key: 'a' }, Buffer.from(input));
  const request = { kind: 'run', run: 'r', job, params: {}, requestedAtMs: 0, chunkBytes } as const;
  await made.run({ ...request, inputs: [{ bucket: 'in', key: 'a' }] });
  const stored = [...made.store.contents('results')].filter(([key]) => /partials|part-/.test(key));
  return { made, stored, manifest: made.manifest(job, 'r') };
}

it('rows beyond 16 MiB wait on scratch, however much memory there is', async () => {
  const line = 'x'.repeat(1_000);
  const linesOf = (bytes: number) => `${line}\n`.repeat(bytes / 1_001);
  for (const bytes of [ROWS_HELD_BYTES_MAX - 100_000, ROWS_HELD_BYTES_MAX + 100_000]) {
    const { made, manifest } = await run('copy', { memory: { tableBytesMax: 2 ** 30 } }, linesOf(bytes), 2 ** 30);
    expect(made.scratch.bytesWritten > 0).toBe(bytes > ROWS_HELD_BYTES_MAX);
    expect(manifest?.results[0]?.rows).toBe(Math.floor(bytes / 1_001));
  }
});

describe.each(['index', 'copy'] as const)('the job %s with next to no memory', (job) => {
  it('makes the same partials and the same result, through scratch', async () => {
    const whole = await run(job, {});
    expect(whole.made.scratch.bytesWritten).toBe(0);
    const small = await run(job, { memory: job === 'index' ? SMALL : SMALLEST });
    expect(small.made.scratch.bytesWritten).toBeGreaterThan(10_000);
    expect(small.stored.map(([key, bytes]) => [key, Buffer.from(bytes).toString('hex')])).toEqual(
      whole.stored.map(([key, bytes]) => [key, Buffer.from(bytes).toString('hex')]),
    );
    expect(small.manifest?.state).toBe('succeeded');
  });

  it.each(['before', 'after'] as const)('leaves no scratch behind, also when it crashes %s any call', async (when) => {
    for (let call = 1; ; call++) {
      const { made } = await run(job, { memory: SMALL, crash: { call, when } }, text.slice(0, 70_000));
      expect([made.scratch.filesOpen, made.scratch.bytes]).toEqual([0, 0]);
      if (made.calls < call) break;
    }
  });

  it('fails with what to do when the scratch disk is full', async () => {
    const scratch = new MemoryScratch(10_000);
    const { manifest } = await run(job, { memory: job === 'index' ? SMALL : SMALLEST, scratch });
    expect(manifest).toMatchObject({ state: 'failed', failures: [{ code: 'FANFOLD_SCRATCH_FULL' }] });
    expect(scratch.filesOpen).toBe(0);
  });
});

describe('a job that throws', () => {
  it('leaves no scratch behind', async () => {
    const { made, manifest } = await run('copy', { memory: SMALLEST }, `${text.slice(0, 90_000)}\npoison`);
    expect(manifest?.state).toBe('failed');
    expect(made.scratch.bytesWritten).toBeGreaterThan(0);
    expect([made.scratch.filesOpen, made.scratch.bytes]).toEqual([0, 0]);
  });

  it('is refused a row that is larger than the memory at hand allows', async () => {
    const { manifest } = await run('copy', { memory: { valueBytesMax: 1_000 } }, 'x'.repeat(1_000));
    expect(manifest).toMatchObject({
      state: 'failed',
      failures: [{ code: 'FANFOLD_VALUE_TOO_LARGE', message: expect.stringContaining('A row takes 1001 bytes') }],
    });
  });
});
