import { describe, expect, it } from 'vitest';
import { jsonRows, lines, sorted, textLines, words } from '../../functions/index.ts';
import { MemoryPipeline } from '../support/memory-pipeline.ts';

const good = { name: 'good', input: lines(), output: textLines() };
/** As a job file without types would call it. */
const define = (options: object) => () => sorted(options as typeof good);

describe('sorted', () => {
  it.each<[object, string]>([
    [{ name: 'Bad Name' }, '`name` must be'],
    [{ map: () => [], params: {} }, '`map` is for defineJob; `params` is for defineJob'],
    [{ sortBy: () => '' }, '`sortBy` is for defineJob'],
    [{ by: 'line' }, 'there is no option `by`'],
    [{ input: undefined }, '`input` must be a format'],
  ])('refuses %o', (over, message) => {
    expect(define({ ...good, ...over })).toThrow(message);
    expect(define({ ...good, ...over })).toThrow(expect.objectContaining({ fix: 'Correct the options of sorted.' }));
  });

  it('sorts what is no line, and is not written as one, all the same', async () => {
    const job = sorted({ name: 'words', input: words(), output: jsonRows() });
    const made = new MemoryPipeline({ jobs: [job] });
    made.store.upload({ bucket: 'in', key: 'a' }, Buffer.from('to be\nor not  to be "\r'));
    const inputs = [{ bucket: 'in', key: 'a' }];
    await made.run({ kind: 'run', run: 'r', job: job.name, inputs, params: {}, requestedAtMs: 0, chunkBytes: 4 });
    expect(made.result(job.name, 'r').toString()).toBe('"\\""\n"be"\n"be"\n"not"\n"or"\n"to"\n"to"\n');
  });
});
