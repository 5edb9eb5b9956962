/** `bisect`: a record that its chunk fails for is left out, counted and told, and all others are done. */

import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { RunRequest } from '../../functions/core/messages.ts';
import { csv, csvRows, defineJob, jsonl, lines, sum, textLines } from '../../functions/index.ts';
import type { Job } from '../../functions/job.ts';
import { split } from '../../functions/splitter/split.ts';
import { searchKillers } from '../../functions/worker/search-killers.ts';
import { MemoryPipeline, type PipelineOptions } from '../support/memory-pipeline.ts';

const map = (line: string) => {
  if (line.includes('poison')) throw new Error(`cannot digest ${line}`);
  return line;
};
const keyed = defineJob({
  name: 'keyed',
  input: lines(),
  *map(line) {
    yield ['all', 1];
    yield [map(line), 1]; // throws behind a pair that must not stay
  },
  combine: sum,
  output: csvRows(['key', 'value']),
});
const transform = defineJob({
  name: 'transform',
  input: lines(),
  *map(line) {
    yield 'before';
    yield map(line);
  },
  output: textLines(),
});
const strict = defineJob({
  name: 'strict',
  input: jsonl(),
  badRecordsMax: 3,
  *map(record) {
    yield [JSON.stringify(record), 1];
  },
  combine: sum,
  output: csvRows(['key', 'value']),
});

const request = (job: string, over: Partial<RunRequest> = {}): RunRequest => ({
  kind: 'run',
  run: `${job}-1`,
  job,
  inputs: [{ bucket: 'in', key: 'a' }],
  params: {},
  chunkBytes: 14,
  groupSize: 2,
  bisect: true,
  requestedAtMs: 1_700_000_000_000,
  ...over,
});

function pipeline(
  content: string | Uint8Array,
  jobs: readonly Job[] = [keyed, transform, strict],
  options: Partial<PipelineOptions> = {},
) {
  const made = new MemoryPipeline({ jobs, ...options });
  made.store.upload({ bucket: 'in', key: 'a' }, Buffer.from(content as string)); // either is what Buffer.from takes
  return made;
}
const rejectsOf = (made: MemoryPipeline, job: string) =>
  Buffer.from(made.store.contents('results').get(`${job}/${job}-1/rejects-00000.jsonl`) ?? [])
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

const text = 'one\ntwo\npoison 1\nthree\nfour\npoison 2\nfive\n';

describe('records that the job throws for', () => {
  it('fail the run without it', async () => {
    const { bisect: _, ...without } = request('keyed');
    expect(await pipeline(text).run(without)).toMatchObject({ state: 'failed', reason: { code: 'FANFOLD_JOB_ERROR' } });
  });

  it.each([7, 14, 1000])(
    'are told with place, length and first bytes, and nothing of them stays: chunks of %d bytes',
    async (chunkBytes) => {
      const made = pipeline(text);
      const manifest = await made.run(request('keyed', { chunkBytes }));
      expect(manifest).toMatchObject({ state: 'succeeded', chunks: { failed: 0 }, records: { read: 7, rejected: 2 } });
      expect(made.result('keyed', 'keyed-1').toString()).toBe(
        'key,value\nall,5\nfive,1\nfour,1\none,1\nthree,1\ntwo,1\n',
      );
      expect(manifest?.failures).toMatchObject([
        { code: 'FANFOLD_JOB_ERROR', source: 's3://in/a', offset: 8, record: { bytes: 8, preview: 'poison 1' } },
        { code: 'FANFOLD_JOB_ERROR', source: 's3://in/a', offset: 28, record: { bytes: 8, preview: 'poison 2' } },
      ]);
      expect(rejectsOf(made, 'keyed')).toMatchObject([
        { offset: 8, bytes: 8, preview: 'poison 1', reason: 'the job threw Error: cannot digest poison 1' },
        { offset: 28, bytes: 8, preview: 'poison 2' },
      ]);
    },
  );

  it('leave a transform in its order', async () => {
    const made = pipeline(text);
    await made.run(request('transform'));
    const rows = ['one', 'two', 'three', 'four', 'five'].map((line) => `before\n${line}\n`);
    expect(made.result('transform', 'transform-1').toString()).toBe(rows.join(''));
  });

  it('are those that bring a sum beyond all numbers, alone of all that are added', async () => {
    const adding = defineJob({
      name: 'adding',
      input: lines(),
      *map(line) {
        yield ['all', Number(line)];
      },
      combine: sum,
      output: csvRows(['key', 'value']),
    });
    const made = pipeline('1e308\n1e308\n2\n', [adding]);
    expect(await made.run(request('adding', { chunkBytes: 1000 }))).toMatchObject({
      state: 'succeeded',
      records: { read: 3, rejected: 1 },
      failures: [{ code: 'FANFOLD_VALUE_INVALID', offset: 6, record: { bytes: 5, preview: '1e308' } }],
    });
    expect(made.result('adding', 'adding-1').toString()).toBe('key,value\nall,1e+308\n');
  });

  it('are told of the decompressed text', async () => {
    const manifest = await pipeline(gzipSync(text)).run(request('keyed'));
    expect(manifest).toMatchObject({
      state: 'succeeded',
      failures: [{ offset: 8, record: { preview: 'poison 1' } }, { offset: 28 }],
    });
  });

  it('are found in CSV that may begin within quotes, whatever the cuts', async () => {
    const texts = defineJob({
      name: 'texts',
      input: csv({ text: 'text' }),
      *map({ text: field }) {
        yield map(field);
      },
      output: textLines(),
    });
    const records = Array.from({ length: 40 }, (_, i) =>
      i % 9 === 4 ? '"a\npoison"' : i % 4 === 1 ? `"a, ""b""\n${i}"` : `plain${i}`,
    );
    const content = `text\n${records.map((record) => `${record}\n`).join('')}`;
    const whole = pipeline(content, [texts]);
    const expected = await whole.run(request('texts', { chunkBytes: 1_000_000 }));
    expect(expected).toMatchObject({ state: 'succeeded', chunks: { total: 1 }, records: { read: 40, rejected: 4 } });
    for (const chunkBytes of [7, 12, 30, 100]) {
      const made = pipeline(content, [texts]);
      const manifest = await made.run(request('texts', { chunkBytes }));
      expect(manifest?.records, `${chunkBytes}`).toEqual(expected?.records);
      expect(manifest?.failures.map(({ offset }) => offset)).toEqual(expected?.failures.map(({ offset }) => offset));
      expect(made.result('texts', 'texts-1')).toEqual(whole.result('texts', 'texts-1'));
    }
  });
});

describe('records that cannot be read', () => {
  it('are left out in the same way, though the job says fail', async () => {
    const made = pipeline('{"a":1}\nnonsense\n{"a":1}\n');
    const manifest = await made.run(request('strict'));
    expect(manifest).toMatchObject({
      state: 'succeeded',
      records: { read: 3, rejected: 1 },
      failures: [{ code: 'FANFOLD_RECORD_INVALID', offset: 8, record: { bytes: 8, preview: 'nonsense' } }],
    });
    expect(rejectsOf(made, 'strict')).toMatchObject([
      { offset: 8, preview: 'nonsense', reason: expect.stringMatching(/^(?!.*(byte|s3:))/) },
    ]);
  });

  it('fail the run beyond the limit of the job, in one chunk or in all together', async () => {
    for (const [chunkBytes, code] of [
      [1000, 'FANFOLD_RECORD_INVALID'],
      [5, 'FANFOLD_TOO_MANY_BAD_RECORDS'],
    ] as const) {
      const manifest = await pipeline('bad1\nbad2\nbad3\nbad4\n').run(request('strict', { chunkBytes }));
      expect(manifest).toMatchObject({ state: 'failed', reason: { code } });
    }
  });
});

it('what no record alone is the reason of fails the chunk as ever', async () => {
  const never = defineJob({
    name: 'never',
    input: lines(),
    *map(line) {
      yield [line, line];
    },
    combine: () => {
      throw new Error('never joins');
    },
    reduce: () => {
      throw new Error('never reduces');
    },
    output: csvRows(['key', 'value']),
  });
  const made = pipeline('a\nb\n', [never]);
  expect(await made.run(request('never'))).toMatchObject({ state: 'failed', reason: { code: 'FANFOLD_JOB_ERROR' } });
});

it('a job that fails for another record each time fails its chunk, after eight readings', async () => {
  let readings = 0;
  const moody = defineJob({
    name: 'moody',
    input: lines(),
    *map(line) {
      if (line === 'first') readings += 1;
      if (line === String(readings)) throw new Error(`not ${line} today`);
      yield line;
    },
    output: textLines(),
  });
  const content = `first\n${Array.from({ length: 20 }, (_, i) => `${i}\n`).join('')}`;
  const manifest = await pipeline(content, [moody]).run(request('moody', { chunkBytes: 1000 }));
  expect(manifest).toMatchObject({ state: 'failed', reason: { code: 'FANFOLD_JOB_ERROR' } });
  expect(readings).toBe(8);
});

describe('a redrive', () => {
  const redrive = (over: Partial<RunRequest>): RunRequest => ({
    ...request('keyed'),
    run: 'keyed-2',
    inputs: [],
    redrive: { run: 'keyed-1' },
    ...over,
  });
  const fill = (made: MemoryPipeline, like: MemoryPipeline) => {
    for (const [key, bytes] of like.store.contents('results')) made.store.upload({ bucket: 'results', key }, bytes);
    return made;
  };

  it('with it adopts what succeeded without it, and leaves out what did not', async () => {
    const { bisect: _, ...without } = request('keyed');
    const earlier = pipeline(text);
    await earlier.run(without);
    const made = fill(pipeline(text), earlier);
    const manifest = await made.run(redrive({}));
    expect(manifest).toMatchObject({ state: 'succeeded', records: { rejected: 2 } });
    expect(manifest?.adopted?.[0]?.chunks).toBeGreaterThan(0);
    expect(made.result('keyed', 'keyed-2').toString()).toBe(
      'key,value\nall,5\nfive,1\nfour,1\none,1\nthree,1\ntwo,1\n',
    );
  });

  it('without it adopts nothing that lacks a record', async () => {
    const earlier = pipeline(text);
    const { chunks } = (await earlier.run(request('keyed'))) ?? { chunks: { total: 0 } };
    const made = fill(pipeline(text), earlier);
    const { bisect: _, ...without } = redrive({});
    const manifest = await made.run(without);
    expect(manifest).toMatchObject({ state: 'failed', reason: { code: 'FANFOLD_JOB_ERROR' } });
    expect(manifest?.adopted?.[0]?.chunks ?? 0).toBeLessThanOrEqual(chunks.total - 2);
  });
});

describe('records that end the process which works them', () => {
  let made: MemoryPipeline;
  const deadly = defineJob({
    name: 'deadly',
    input: lines(),
    *map(line) {
      yield ['all', 1];
      if (line.startsWith('deadly')) made.kill();
      yield [map(line), 1];
    },
    combine: sum,
    output: csvRows(['key', 'value']),
  });
  const joined = defineJob({
    name: 'joined',
    input: lines(),
    *map(line) {
      yield ['all', line];
    },
    combine: (a, b) => (b === 'deadly' ? made.kill() : `${a}${b}`),
    output: csvRows(['key', 'value']),
  });
  const run = (content: string, over: Partial<RunRequest> = {}, options: Partial<PipelineOptions> = {}) => {
    made = pipeline(content, [deadly, joined], options);
    return made.run(request('deadly', over));
  };
  const deaths = () => made.events.filter((event) => event === 'crash').length;
  const numbered = (count: number, ...killers: readonly number[]) =>
    Array.from({ length: count }, (_, i) =>
      killers.includes(i) ? `deadly ${i}\n` : `${String(i).padStart(6, '0')}\n`,
    );

  it('fail the run without it', async () => {
    const failed = await run('one\ndeadly\ntwo\n', { bisect: false });
    expect(failed).toMatchObject({ state: 'failed', reason: { code: 'FANFOLD_RECEIVES_EXHAUSTED' } });
  });

  it('are found, told and left out, several of one chunk, beside those that throw', async () => {
    const content = 'one\ndeadly 1\npoison\ntwo\ndeadly 2\nthree\n';
    const manifest = await run(content, { chunkBytes: 1000 });
    expect(manifest).toMatchObject({ state: 'succeeded', chunks: { failed: 0 }, records: { read: 6, rejected: 3 } });
    expect(made.result('deadly', 'deadly-1').toString()).toBe('key,value\nall,3\none,1\nthree,1\ntwo,1\n');
    const told = manifest?.failures.map(({ offset, record, message }) => [offset, record?.preview, message]);
    expect(told).toEqual([
      [4, 'deadly 1', expect.stringContaining('the process ended each time')],
      [13, 'poison', expect.stringContaining('cannot digest poison')],
      [24, 'deadly 2', expect.stringContaining('the process ended each time')],
    ]);
  });

  it.each([
    [1, 0],
    [64, 63],
    [65, 64],
    [5000, 0],
    [5000, 2500],
    [5000, 4999],
  ])('are found among %d in a few deaths: at %d', async (count, killer) => {
    const records = numbered(count, killer);
    const manifest = await run(records.join(''), { chunkBytes: 1_000_000 });
    expect(manifest).toMatchObject({ state: 'succeeded', records: { read: count, rejected: 1 } });
    expect(manifest?.failures).toMatchObject([{ offset: killer * 7, record: { preview: `deadly ${killer}` } }]);
    expect(deaths()).toBeLessThanOrEqual(2 + Math.ceil(Math.log(count + 1) / Math.log(64)));
  });

  it('fail their chunk where there are too many of them', async () => {
    const many = Array.from({ length: 60 }, (_, i) => i);
    const manifest = await run(numbered(60, ...many).join(''), { chunkBytes: 1_000_000 });
    expect(manifest).toMatchObject({ state: 'failed', reason: { code: 'FANFOLD_RECEIVES_EXHAUSTED' } });
    const anew = [...made.store.contents('results').keys()].filter((key) => key.includes('/anew/'));
    expect(anew).toHaveLength(16);
  });

  it('are not accused when the process ends for another reason: at every call', async () => {
    const content = numbered(200, 77).join('');
    await run(content, { chunkBytes: 1_000_000 });
    const { calls } = made;
    expect(calls).toBeGreaterThan(20);
    for (let call = 1; call <= calls; call++) {
      for (const when of ['before', 'after'] as const) {
        const manifest = await run(content, { chunkBytes: 1_000_000 }, { seed: call, crash: { call, when } });
        const where = `crash ${when} call ${call}`;
        expect(manifest, where).toMatchObject({ state: 'succeeded', records: { read: 200, rejected: 1 } });
        expect(manifest?.failures, where).toMatchObject([{ offset: 77 * 7 }]);
      }
    }
  });

  it('are not accused where it takes two of them', async () => {
    made = pipeline('one\ndeadly\ntwo\n', [deadly, joined]);
    const manifest = await made.run(request('joined', { chunkBytes: 1000 }));
    expect(manifest).toMatchObject({ state: 'failed', reason: { code: 'FANFOLD_RECEIVES_EXHAUSTED' } });
    expect(deaths()).toBeLessThanOrEqual(5);
  });

  it('are not accused of being late', async () => {
    made = pipeline(numbered(10, 5).join(''), [deadly, joined]);
    await split(request('deadly', { chunkBytes: 1_000_000 }), made.services);
    const [chunk] = made.pending.splice(0);
    if (chunk?.message.kind !== 'chunk') throw new Error('expected a chunk');
    let now = 0;
    const clock = { nowMs: () => (now += 1000) }; // each look a second later, of two
    const services = { ...made.services, clock };
    const tried = searchKillers(services, chunk.message, deadly, { receives: 2, timeLeftMs: 1000 });
    expect(await tried).toEqual([]);
    const steps = [...made.store.contents('results').keys()].filter((key) => key.includes('/bisect/'));
    expect(steps.map((key) => key.slice(key.indexOf('/bisect/')))).toEqual(['/bisect/00000000/0/over']);
  });

  it('are left to the memory lane first, where that is open', async () => {
    const records = numbered(50, 20);
    await run(records.join(''), { chunkBytes: 70, bisect: false });
    const earlier = made.store.contents('results');
    for (const known of [true, false]) {
      made = pipeline(records.join(''), [deadly, joined]);
      for (const [key, bytes] of earlier) {
        const failure = key.startsWith('runs/deadly-1/partials/0/') && bytes.length < 1000 && key.endsWith('2');
        if (known || !failure) made.store.upload({ bucket: 'results', key }, bytes);
      }
      const redrive = { run: 'deadly-1', memoryLane: true };
      const manifest = await made.run({ ...request('deadly'), run: 'deadly-2', inputs: [], redrive });
      expect(manifest).toMatchObject({ state: 'succeeded', records: { rejected: 1 } });
      const [lane, death] = ['to the memory lane', 'crash'].map((event) => made.events.indexOf(event));
      expect(lane).toBeGreaterThan(known ? -1 : (death ?? -1));
    }
  });
});
