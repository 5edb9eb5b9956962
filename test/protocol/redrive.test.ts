/** A redrive takes over what an earlier run has done, and nothing else: of the same work and code, free of failures. */
import { beforeAll, describe, expect, it } from 'vitest';
import { partialKey, planKey } from '../../functions/core/keys.ts';
import type { ChunkMessage, NodeRequest, RunRequest } from '../../functions/core/messages.ts';
import { emptyPartial } from '../../functions/core/partial-writer.ts';
import { failedChunk } from '../../functions/core/summary.ts';
import { FanfoldError } from '../../functions/errors.ts';
import { csv, csvRows, defineJob, lines, sum, textLines } from '../../functions/index.ts';
import { split } from '../../functions/splitter/split.ts';
import { bury } from '../../functions/watcher/bury.ts';
import { cancelRun } from '../../functions/watcher/early-ends.ts';
import { watch } from '../../functions/watcher/watch.ts';
import { work } from '../../functions/worker/work.ts';
import { MemoryPipeline, type PipelineOptions } from '../support/memory-pipeline.ts';

let mapped: string[] = [];
const count = defineJob({
  name: 'count',
  input: lines(),
  params: { add: { type: 'number', default: 1 } },
  *map(line, { params }) {
    mapped.push(line);
    yield [line, params.add];
  },
  combine: sum,
  output: csvRows(['key', 'value']),
});
const copy = defineJob({
  name: 'copy',
  input: lines(),
  *map(line, { offset }) {
    mapped.push(line);
    yield `${offset}:${line}`;
  },
  output: textLines(),
});

const T0 = 1_700_000_000_000;
const text = 'a\nb\nc\nd\ne\nf\ng\na\nb\nc\n';
const expected: { [job: string]: string } = {
  count: 'key,value\na,2\nb,2\nc,2\nd,1\ne,1\nf,1\ng,1\n',
  copy: '0:a\n2:b\n4:c\n6:d\n8:e\n10:f\n12:g\n14:a\n16:b\n18:c\n',
};
const request = (job: string, over: Partial<RunRequest> = {}): RunRequest => ({
  kind: 'run',
  run: `${job}-1`,
  job,
  inputs: [{ bucket: 'in', key: 'a' }],
  params: {},
  chunkBytes: 2,
  groupSize: 2,
  requestedAtMs: T0,
  ...over,
});
const redrive = (job: string, nth = 2, over: Partial<RunRequest> = {}): RunRequest => ({
  kind: 'run',
  run: `${job}-${nth}`,
  job,
  inputs: [],
  params: {},
  redrive: { run: `${job}-${nth - 1}` },
  requestedAtMs: T0 + nth * 1000,
  ...over,
});

function pipeline(options: Partial<PipelineOptions> = {}, like?: MemoryPipeline): MemoryPipeline {
  const made = new MemoryPipeline({ jobs: [count, copy], ...options });
  for (const bucket of ['in', 'results']) {
    for (const [key, bytes] of like?.store.contents(bucket) ?? []) made.store.upload({ bucket, key }, bytes);
  }
  if (like === undefined) made.store.upload({ bucket: 'in', key: 'a' }, Buffer.from(text));
  return made;
}

/** A run whose chunks 3, 4 and 8 died: it failed, and the seven others may be done or not. */
async function failedRun(job: string, options: Partial<PipelineOptions> = {}): Promise<MemoryPipeline> {
  const made = pipeline(options);
  await split(request(job), made.services);
  const died = made.pending.filter(({ message }) => message.kind === 'chunk' && [3, 4, 8].includes(message.chunk));
  for (const entry of died) made.pending.splice(made.pending.indexOf(entry), 1);
  await made.drain();
  for (const { message } of died) await bury(message, 'out of memory', made.services);
  await made.drain();
  // The first ended the run; the others' failures came at the same time.
  for (const { message } of died) {
    if (message.kind !== 'chunk') throw new Error('expected a chunk');
    const exhausted = failedChunk(
      message,
      new FanfoldError('FANFOLD_RECEIVES_EXHAUSTED', 'out of memory', { fix: '' }),
    );
    const key = partialKey(message.run, 0, message.chunk, message.groupSize);
    made.store.upload({ bucket: 'results', key }, emptyPartial(exhausted));
  }
  expect(made.manifest(job, `${job}-1`)).toMatchObject({ state: 'failed', chunks: { succeeded: 7 } });
  mapped = [];
  return made;
}

describe.each(['count', 'copy'])('%s', (job) => {
  let earlier: MemoryPipeline;
  beforeAll(async () => {
    earlier = await failedRun(job);
  });
  const adopted = [{ run: `${job}-1`, digest: 'digest', chunks: 7 }];

  it('adopts what succeeded, does the rest, and says so', async () => {
    mapped = [];
    const made = pipeline({}, earlier);
    const manifest = await made.run(redrive(job));
    expect(manifest).toMatchObject({ state: 'succeeded', chunks: { total: 10, succeeded: 10, failed: 0 }, adopted });
    expect(made.result(job, `${job}-2`).toString()).toBe(expected[job]);
    expect(mapped.sort()).toEqual(['b', 'd', 'e']);
  });

  it('costs a lookup in two requests, a copy and a listing a chunk', async () => {
    const made = pipeline({}, earlier);
    await split(redrive(job), made.services);
    const [chunk] = made.pending.splice(0);
    const before = made.calls;
    if (chunk?.message.kind === 'chunk') await work(chunk.message, made.services);
    expect(made.calls - before).toBe(4);
  });

  it('comes out the same however messages are ordered and repeated, and at the same time', async () => {
    for (let seed = 1; seed <= 60; seed++) {
      const made = pipeline({ seed, duplicates: 0.4, together: seed % 2 === 0 ? 6 : 1 }, earlier);
      made.pending.push({ message: redrive(job), receives: 0 }); // a second splitter
      const manifest = await made.run(redrive(job));
      expect(manifest, `seed ${seed}`).toMatchObject({ state: 'succeeded', chunks: { failed: 0 }, adopted });
      expect(made.result(job, `${job}-2`).toString(), `seed ${seed}`).toBe(expected[job]);
    }
  });

  it('survives a crash at every call', async () => {
    const calm = pipeline({}, earlier);
    await calm.run(redrive(job));
    expect(calm.calls).toBeGreaterThan(100);
    for (let call = 1; call <= calm.calls; call++) {
      for (const when of ['before', 'after'] as const) {
        const made = pipeline({ seed: call, crash: { call, when } }, earlier);
        const manifest = await made.run(redrive(job));
        const where = `crash ${when} call ${call}`;
        expect(made.events, where).toContain('crash');
        expect(manifest, where).toMatchObject({ state: 'succeeded', chunks: { failed: 0 }, adopted });
        expect(made.result(job, `${job}-2`).toString(), where).toBe(expected[job]);
      }
    }
  });
});

describe('ranges of CSV that may begin within quotes', () => {
  const texts = defineJob({
    name: 'texts',
    input: csv({ text: 'text' }),
    *map({ text: field }) {
      yield field;
    },
    output: textLines(),
  });
  const records = Array.from({ length: 30 }, (_, i) => (i % 4 === 1 ? `"a, ""b""\n${i}"` : `plain${i}`));
  const content = `text\n${records.map((record) => `${record}\n`).join('')}`;
  const csvRun = (digest: string, like?: MemoryPipeline) => {
    const made = new MemoryPipeline({ jobs: [texts], digest });
    for (const bucket of ['in', 'results']) {
      for (const [key, bytes] of like?.store.contents(bucket) ?? []) made.store.upload({ bucket, key }, bytes);
    }
    made.store.upload({ bucket: 'in', key: 'a' }, Buffer.from(content));
    return made;
  };

  it('are adopted also where one of the two beginnings comes to an error: by the same code it would again', async () => {
    const earlier = csvRun('digest');
    await split(request('texts', { chunkBytes: 12 }), earlier.services);
    const [lost] = earlier.pending.splice(5, 1);
    await earlier.drain();
    await bury(lost?.message ?? request('texts'), 'out of memory', earlier.services);
    const total = earlier.manifest('texts', 'texts-1')?.chunks.total ?? 0;
    expect(total).toBeGreaterThan(20);
    const again = csvRun('digest', earlier);
    const manifest = await again.run(redrive('texts'));
    expect(manifest).toMatchObject({ state: 'succeeded', adopted: [{ run: 'texts-1', chunks: total - 1 }] });
    const whole = csvRun('digest');
    await whole.run(request('texts', { chunkBytes: 1_000_000 }));
    expect(again.result('texts', 'texts-2')).toEqual(whole.result('texts', 'texts-1'));
    const other = csvRun('other', earlier);
    const accepted = await other.run(redrive('texts', 2, { redrive: { run: 'texts-1', acceptCode: true } }));
    expect(accepted?.state).toBe('succeeded');
    expect(accepted?.adopted?.[0]?.chunks).toBeLessThan(total - 1);
    expect(other.result('texts', 'texts-2')).toEqual(whole.result('texts', 'texts-1'));
  });
});

describe('what is not adopted', () => {
  const partial = (made: MemoryPipeline, run: string, chunk: number) =>
    made.store.contents('results').get(partialKey(run, 0, chunk, 2)) ?? Buffer.alloc(0);

  it('what other code has made, unless that is accepted: then the manifest tells whose it is', async () => {
    const earlier = await failedRun('count');
    const refused = pipeline({ digest: 'other' }, earlier);
    expect(await refused.run(redrive('count'))).toMatchObject({
      state: 'failed',
      reason: { code: 'FANFOLD_CODE_CHANGED', fix: expect.stringContaining('--accept-code') },
    });
    expect(mapped).toEqual([]);
    const accepted = pipeline({ digest: 'other' }, earlier);
    const again = redrive('count', 2, { redrive: { run: 'count-1', acceptCode: true } });
    expect(await accepted.run(again)).toMatchObject({
      state: 'succeeded',
      digest: 'other',
      adopted: [{ run: 'count-1', digest: 'digest', chunks: 7 }],
    });
    expect(accepted.result('count', 'count-2').toString()).toBe(expected['count']);
  });

  it('what was accepted once is not accepted for the next redrive', async () => {
    const other = pipeline({ digest: 'other' }, await failedRun('count'));
    await other.run(redrive('count', 2, { redrive: { run: 'count-1', acceptCode: true } }));
    mapped = [];
    const again = pipeline({ digest: 'other' }, other);
    const manifest = await again.run(redrive('count', 3));
    expect(manifest).toMatchObject({ state: 'succeeded', adopted: [{ run: 'count-2', digest: 'other', chunks: 3 }] });
    expect(mapped).toHaveLength(7);
  });

  it('what is of other work: other ranges, other versions, other parameters', async () => {
    const earlier = await failedRun('count');
    const elsewhere = await pipelineOf(text.replace('a', 'x'), {});
    const otherwise = await pipelineOf(text, { params: { add: 5 } });
    for (const [what, bytes] of [
      ['another chunk', partial(earlier, 'count-1', 1)],
      ['another version', partial(elsewhere, 'count-1', 0)],
      ['other parameters', partial(otherwise, 'count-1', 0)],
    ] as const) {
      const made = pipeline({}, earlier);
      made.store.upload({ bucket: 'results', key: partialKey('count-1', 0, 0, 2) }, bytes);
      const manifest = await made.run(redrive('count'));
      expect(manifest, what).toMatchObject({ state: 'succeeded', adopted: [{ chunks: 6 }] });
      expect(made.result('count', 'count-2').toString(), what).toBe(expected['count']);
    }
  });

  it('what is damaged, or gone', async () => {
    const earlier = await failedRun('count');
    earlier.store.upload({ bucket: 'results', key: partialKey('count-1', 0, 0, 2) }, Buffer.from('garbage'));
    earlier.store.remove({ bucket: 'results', key: partialKey('count-1', 0, 1, 2) });
    const made = pipeline({}, earlier);
    expect(await made.run(redrive('count'))).toMatchObject({ state: 'succeeded', adopted: [{ chunks: 5 }] });
    expect(made.result('count', 'count-2').toString()).toBe(expected['count']);
  });

  it('an input that was overwritten since fails the redrive, unless all of it is done', async () => {
    const made = pipeline({}, await failedRun('count'));
    made.store.upload({ bucket: 'in', key: 'a' }, Buffer.from(text.replace('a', 'x')));
    expect(await made.run(redrive('count'))).toMatchObject({
      state: 'failed',
      reason: {
        code: 'FANFOLD_INPUT_CHANGED',
        message: 's3://in/a was changed since the run count-1 read it',
        fix: expect.stringContaining('Start the run anew'),
      },
    });
  });

  it('an input that was deleted since is told in the same way', async () => {
    const made = pipeline({}, await failedRun('count'));
    made.store.remove({ bucket: 'in', key: 'a' });
    expect(await made.run(redrive('count'))).toMatchObject({
      state: 'failed',
      reason: { code: 'FANFOLD_INPUT_GONE', message: 's3://in/a is gone since the run count-1 read it' },
    });
  });

  it('a run without a plan, or of another job', async () => {
    const earlier = await failedRun('count');
    const wrong = { state: 'failed', reason: { code: 'FANFOLD_REQUEST_INVALID' } };
    const nothing = { redrive: { run: 'count-0' } };
    expect(await pipeline({}, earlier).run(redrive('count', 2, nothing))).toMatchObject(wrong);
    const others = { redrive: { run: 'count-1' } };
    expect(await pipeline({}, earlier).run(redrive('copy', 2, others))).toMatchObject(wrong);
  });

  async function pipelineOf(content: string, over: Partial<RunRequest>): Promise<MemoryPipeline> {
    const made = pipeline();
    made.store.upload({ bucket: 'in', key: 'a' }, Buffer.from(content));
    await made.run(request('count', over));
    return made;
  }
});

describe('a redrive of a redrive', () => {
  it('adopts from both, each where it is', async () => {
    const second = pipeline({}, await failedRun('count'));
    await split(redrive('count'), second.services);
    const chunks = second.pending.splice(0);
    second.pending.push(...chunks.filter(({ message }) => message.kind === 'chunk' && message.chunk > 2)); // 3 are lost
    await second.drain();
    await cancelRun('count-2', 'count', second.services);
    mapped = [];
    const third = pipeline({}, second);
    expect(await third.run(redrive('count', 3))).toMatchObject({
      state: 'succeeded',
      chunks: { succeeded: 10 },
      adopted: [
        { run: 'count-1', digest: 'digest', chunks: 7 },
        { run: 'count-2', digest: 'digest', chunks: 3 },
      ],
    });
    expect(mapped).toEqual([]);
    expect(third.result('count', 'count-3').toString()).toBe(expected['count']);
  });

  it('looks into the last sixteen runs, and no further', async () => {
    const made = pipeline({}, await failedRun('count'));
    for (let nth = 2; nth <= 20; nth++) {
      await split(redrive('count', nth), made.services);
      made.pending.length = 0;
      await cancelRun(`count-${nth}`, 'count', made.services);
    }
    const plan = JSON.parse(Buffer.from(made.store.contents('results').get(planKey('count-20')) ?? []).toString());
    expect(plan.adopts).toHaveLength(16);
    expect(plan.adopts[0].run).toBe('count-19');
  });
});

describe('the proof', () => {
  it('takes nobody else for its own: what lies under its names and is of another run publishes nothing', async () => {
    const earlier = await failedRun('count');
    const made = pipeline({}, earlier);
    const foreign = pipeline();
    await foreign.run(request('count', { run: 'count-9' }));
    const bytes = foreign.store.contents('results').get(partialKey('count-9', 0, 0, 2)) ?? Buffer.alloc(0);
    made.store.upload({ bucket: 'results', key: partialKey('count-2', 0, 0, 2) }, bytes);
    expect(await made.run(redrive('count'))).toMatchObject({ state: 'failed', results: [] });
  });
});

describe('the watcher', () => {
  it('starts again what a redrive has lost, and that is adopted too', async () => {
    const made = pipeline({}, await failedRun('count'));
    await split(redrive('count'), made.services);
    made.pending.splice(4, 1);
    await made.drain();
    for (let tick = 0; tick < 5 && made.manifest('count', 'count-2') === undefined; tick++) {
      made.clock.now += 60_000;
      await watch(made.services);
      await made.drain();
    }
    expect(made.manifest('count', 'count-2')).toMatchObject({ state: 'succeeded', adopted: [{ chunks: 7 }] });
  });
});

describe('the memory lane', () => {
  const lane = { redrive: { run: 'count-1', memoryLane: true } };
  /** Chunks that need more memory than a worker has. */
  const hungry = (heavy: readonly number[]) => ({
    kills: (message: RunRequest | ChunkMessage | NodeRequest) =>
      message.kind === 'chunk' && message.memoryLane !== 'taken' && heavy.includes(message.chunk),
  });
  const laneOf = (made: MemoryPipeline) => made.events.filter((event) => event === 'to the memory lane').length;

  it('takes the chunks whose failure says memory or time, and only those', async () => {
    const made = pipeline({}, await failedRun('count'));
    expect(await made.run(redrive('count', 2, lane))).toMatchObject({
      state: 'succeeded',
      adopted: [{ run: 'count-1', chunks: 7 }],
    });
    expect(laneOf(made)).toBe(3);
    expect(made.result('count', 'count-2').toString()).toBe(expected['count']);
  });

  it('takes chunks at once that had died in the earlier run, and others when they die now', async () => {
    const earlier = await failedRun('count');
    const without = pipeline(hungry([3, 4, 8]), earlier);
    expect(await without.run(redrive('count'))).toMatchObject({
      state: 'failed',
      reason: { code: 'FANFOLD_RECEIVES_EXHAUSTED' },
    });
    expect(laneOf(without)).toBe(0);
    earlier.store.remove({ bucket: 'results', key: partialKey('count-1', 0, 6, 2) }); // had not been done
    const made = pipeline(hungry([6]), earlier);
    expect(await made.run(redrive('count', 2, lane))).toMatchObject({ state: 'succeeded', chunks: { failed: 0 } });
    expect(laneOf(made)).toBe(4);
    expect(made.result('count', 'count-2').toString()).toBe(expected['count']);
  });

  it('ends, too: a chunk that dies there is a failure', async () => {
    const dies = (message: RunRequest | ChunkMessage | NodeRequest) => message.kind === 'chunk' && message.chunk === 3;
    const made = pipeline({ kills: dies }, await failedRun('count'));
    expect(await made.run(redrive('count', 2, lane))).toMatchObject({
      state: 'failed',
      failures: [{ first: 3, end: 4, code: 'FANFOLD_RECEIVES_EXHAUSTED' }],
    });
  });

  it('is not for chunks that failed for another reason', async () => {
    const made = pipeline({}, await failedRun('count'));
    const error = new FanfoldError('FANFOLD_JOB_ERROR', 'it threw', { fix: '' });
    const chunk = {
      kind: 'chunk',
      run: 'count-1',
      job: 'count',
      digest: 'digest',
      params: {},
      chunk: 3,
      chunks: 10,
    } as const;
    const failure = emptyPartial(failedChunk({ ...chunk, groupSize: 2, segments: [] }, error));
    made.store.upload({ bucket: 'results', key: partialKey('count-1', 0, 3, 2) }, failure);
    expect(await made.run(redrive('count', 2, lane))).toMatchObject({ state: 'succeeded' });
    expect(laneOf(made)).toBe(2);
  });

  it('is refused where there is none', async () => {
    const made = pipeline({ memoryLane: false }, await failedRun('count'));
    expect(await made.run(redrive('count', 2, lane))).toMatchObject({
      state: 'failed',
      reason: { code: 'FANFOLD_REQUEST_INVALID', message: 'There is no memory lane here' },
    });
  });

  it('survives a crash at every call', async () => {
    const earlier = await failedRun('count');
    earlier.store.remove({ bucket: 'results', key: partialKey('count-1', 0, 6, 2) });
    const calm = pipeline(hungry([6]), earlier);
    await calm.run(redrive('count', 2, lane));
    for (let call = 1; call <= calm.calls; call++) {
      for (const when of ['before', 'after'] as const) {
        const made = pipeline({ ...hungry([6]), seed: call, crash: { call, when } }, earlier);
        const manifest = await made.run(redrive('count', 2, lane));
        const where = `crash ${when} call ${call}`;
        expect(manifest, where).toMatchObject({ state: 'succeeded', chunks: { failed: 0 }, adopted: [{ chunks: 6 }] });
        expect(made.result('count', 'count-2').toString(), where).toBe(expected['count']);
      }
    }
  });
});
