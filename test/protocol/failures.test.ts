/** What gives up has an answer: failure partials, tolerance, dead letters, changed inputs, changed code, cancel, deadline. */
import { describe, expect, it } from 'vitest';
import { aggregate } from '../../functions/aggregator/aggregate.ts';
import { partialKey } from '../../functions/core/keys.ts';
import type { RunRequest } from '../../functions/core/messages.ts';
import { csvRows, defineJob, jsonl, lines, sum } from '../../functions/index.ts';
import { split } from '../../functions/splitter/split.ts';
import { bury } from '../../functions/watcher/bury.ts';
import { cancelRun } from '../../functions/watcher/early-ends.ts';
import { watch } from '../../functions/watcher/watch.ts';
import { work } from '../../functions/worker/work.ts';
import { MemoryPipeline, type PipelineOptions } from '../support/memory-pipeline.ts';

const counting = (name: string, chunks: number) =>
  defineJob({
    name,
    input: lines(),
    tolerate: { chunks },
    *map(line) {
      if (line === 'poison') throw new Error('cannot digest this');
      yield [line, 1];
    },
    combine: sum,
    output: csvRows(['key', 'value']),
  });
const strict = counting('strict', 0);
const tolerant = counting('tolerant', 1);
const rejecting = defineJob({
  name: 'rejecting',
  input: jsonl(),
  badRecords: 'set-aside',
  badRecordsMax: 2,
  *map(record) {
    yield [JSON.stringify(record), 1];
  },
  combine: sum,
  output: csvRows(['key', 'value']),
});

const T0 = 1_700_000_000_000;
const request = (job: string, over: Partial<RunRequest> = {}): RunRequest => ({
  kind: 'run',
  run: `${job}-1`,
  job,
  inputs: [{ bucket: 'in', key: 'a' }],
  params: {},
  chunkBytes: 4,
  groupSize: 2,
  requestedAtMs: T0,
  ...over,
});

function pipeline(text: string, options: Partial<PipelineOptions> = {}): MemoryPipeline {
  const made = new MemoryPipeline({ jobs: [strict, tolerant, rejecting], ...options });
  made.store.upload({ bucket: 'in', key: 'a' }, Buffer.from(text));
  return made;
}

describe('a chunk that fails', () => {
  it('fails the run, with the place and the reason, and publishes nothing', async () => {
    const made = pipeline('one\ntwo\npoison\nsix\n');
    const manifest = await made.run(request('strict'));
    expect(manifest).toMatchObject({
      state: 'failed',
      results: [],
      reason: { code: 'FANFOLD_JOB_ERROR', message: expect.stringContaining('s3://in/a: record at byte 8') },
      failures: [{ code: 'FANFOLD_JOB_ERROR', source: 's3://in/a', offset: 8 }],
    });
    expect([...made.store.contents('results').keys()].filter((key) => key.includes('part-'))).toEqual([]);
  });

  it('is left out where the job tolerates it, and told', async () => {
    const made = pipeline('one\ntwo\npoison\nsix\n');
    const manifest = await made.run(request('tolerant'));
    expect(manifest).toMatchObject({ state: 'succeeded', chunks: { total: 5, succeeded: 4, failed: 1 } });
    expect(made.result('tolerant', 'tolerant-1').toString()).toBe('key,value\none,1\nsix,1\ntwo,1\n');
  });

  it('fails the run when more fail than are tolerated', async () => {
    const manifest = await pipeline('one\npoison\ntwo\npoison\n').run(request('tolerant'));
    expect(manifest).toMatchObject({
      state: 'failed',
      reason: { code: 'FANFOLD_TOLERANCE_EXCEEDED' },
      chunks: { total: 6, succeeded: 4, failed: 2 },
    });
  });

  it('that keeps killing its process ends as a failure partial', async () => {
    const made = pipeline('one\ntwo\n');
    await split(request('tolerant'), made.services);
    const dead = made.pending.splice(0, 1)[0]?.message;
    if (dead?.kind !== 'chunk') throw new Error('expected a chunk');
    await bury(dead, 'out of memory', made.services);
    await made.drain();
    expect(made.manifest('tolerant', 'tolerant-1')).toMatchObject({
      state: 'succeeded',
      chunks: { total: 2, succeeded: 1, failed: 1 },
      failures: [{ code: 'FANFOLD_RECEIVES_EXHAUSTED', message: expect.stringContaining('out of memory') }],
    });
  });

  it('does not replace a success that stands, nor end the run', async () => {
    const made = pipeline('one\ntwo\n');
    await split(request('strict'), made.services);
    const [first] = made.pending.splice(0, 1);
    if (first?.message.kind !== 'chunk') throw new Error('expected a chunk');
    await work(first.message, made.services);
    await bury(first.message, 'late', made.services);
    await made.drain();
    expect(made.manifest('strict', 'strict-1')).toMatchObject({ state: 'succeeded', chunks: { failed: 0 } });
  });
});

describe('a group that is not full', () => {
  it('is never aggregated nor published, whoever asks', async () => {
    const made = pipeline('one\ntwo\nsix\n');
    await split(request('strict'), made.services);
    made.pending.splice(1, 1);
    await made.drain();
    const { run, job } = request('strict');
    for (const asked of [
      { kind: 'publish', run, job } as const,
      { kind: 'node', run, job, level: 1, index: 0 } as const,
    ]) {
      await expect(aggregate(asked, made.services)).rejects.toMatchObject({ retry: 'safe' });
    }
    const written = [...made.store.contents('results').keys()];
    expect(written.filter((key) => key.startsWith('strict/') || key.endsWith('/partials/1/00000000/00000000'))).toEqual(
      [],
    );
  });
});

describe('bad records', () => {
  it('are set aside with their place, within the limit', async () => {
    const made = pipeline('{"a":1}\nnonsense\n{"a":1}\n');
    const manifest = await made.run(request('rejecting'));
    expect(manifest).toMatchObject({
      state: 'succeeded',
      records: { read: 3, rejected: 1 },
      rejects: { recordBytes: 8 },
    });
    const rejects = made.store.contents('results').get('rejecting/rejecting-1/rejects-00000.jsonl');
    expect(JSON.parse(Buffer.from(rejects ?? []).toString())).toMatchObject({
      source: 's3://in/a',
      offset: 8,
      bytes: 8,
      preview: 'nonsense',
    });
  });

  it('fail the run beyond the limit, though no chunk alone has that many', async () => {
    const made = pipeline('bad1\nbad2\nbad3\nbad4\n');
    const manifest = await made.run(request('rejecting'));
    const rejects = made.store.contents('results').get('rejecting/rejecting-1/rejects-00000.jsonl') ?? [];
    expect(manifest).toMatchObject({
      state: 'failed',
      reason: {
        code: 'FANFOLD_TOO_MANY_BAD_RECORDS',
        message: expect.stringMatching(/^4 bad records, the first in s3:\/\/in\/a at byte 0: (?!.*byte 0)/),
      },
      results: [],
      rejects: { path: 'rejects-00000.jsonl', bytes: Buffer.from(rejects).length, recordBytes: 12 },
    });
    const told = Buffer.from(rejects).toString().trim().split('\n');
    expect(told.map((line) => JSON.parse(line).offset)).toEqual([0, 5, 10]); // as many as are allowed, and one
  });
});

describe('the world changes mid-run', () => {
  it.each<[string, (made: MemoryPipeline) => void, string]>([
    [
      'overwritten',
      (made) => made.store.upload({ bucket: 'in', key: 'a' }, Buffer.from('x\ny\n')),
      'FANFOLD_INPUT_CHANGED',
    ],
    ['deleted', (made) => made.store.remove({ bucket: 'in', key: 'a' }), 'FANFOLD_INPUT_GONE'],
  ])('an input %s fails the run, tolerance or not', async (_, change, code) => {
    const made = pipeline('one\ntwo\nsix\n');
    await split(request('tolerant'), made.services);
    change(made);
    await made.drain();
    expect(made.manifest('tolerant', 'tolerant-1')).toMatchObject({ state: 'failed', reason: { code }, results: [] });
  });

  it('other code deployed fails the run', async () => {
    const made = pipeline('one\ntwo\n');
    await split(request('tolerant'), made.services);
    const after = new MemoryPipeline({ jobs: [tolerant], digest: 'other' });
    const services = { ...made.services, jobs: after.services.jobs };
    const message = made.pending[0]?.message;
    if (message?.kind !== 'chunk') throw new Error('expected a chunk');
    await work(message, services);
    await made.drain();
    expect(made.manifest('tolerant', 'tolerant-1')).toMatchObject({ reason: { code: 'FANFOLD_CODE_CHANGED' } });
  });

  it('a job that is not deployed fails the run by name', async () => {
    const manifest = await pipeline('').run(request('nothing'));
    expect(manifest).toMatchObject({ state: 'failed', reason: { code: 'FANFOLD_JOB_UNKNOWN' } });
  });

  it('a missing input fails the run', async () => {
    const manifest = await pipeline('').run(request('strict', { inputs: [{ bucket: 'in', key: 'nowhere' }] }));
    expect(manifest).toMatchObject({ state: 'failed', reason: { code: 'FANFOLD_INPUT_GONE' } });
  });

  it('an unknown parameter fails the run', async () => {
    const manifest = await pipeline('').run(request('strict', { params: { typo: '1' } }));
    expect(manifest).toMatchObject({ state: 'failed', reason: { code: 'FANFOLD_PARAM_INVALID' } });
  });
});

describe('ends that nobody works for', () => {
  it('cancel is an end, and nothing is published after it', async () => {
    const made = pipeline('one\ntwo\n');
    await split(request('strict'), made.services);
    expect(await cancelRun('strict-1', 'strict', made.services)).toMatchObject({ state: 'cancelled' });
    await made.drain();
    expect(made.manifest('strict', 'strict-1')).toMatchObject({ state: 'cancelled', results: [] });
  });

  it('cancelling after the end changes nothing', async () => {
    const made = pipeline('one\n');
    await made.run(request('strict'));
    expect(await cancelRun('strict-1', 'strict', made.services)).toMatchObject({ state: 'succeeded' });
  });

  it('the watcher ends a run at its deadline', async () => {
    const made = pipeline('one\ntwo\n');
    await split(request('strict'), made.services);
    made.pending.length = 0; // every message is lost
    made.clock.now = T0 + 6 * 3_600_000 - 1;
    await watch(made.services);
    expect(made.manifest('strict', 'strict-1')).toBeUndefined();
    made.clock.now += 1;
    await watch(made.services);
    expect(made.manifest('strict', 'strict-1')).toMatchObject({
      state: 'failed',
      reason: { code: 'FANFOLD_DEADLINE' },
    });
  });
});

describe('the watcher mends what was lost', () => {
  const tickUntilEnd = async (made: MemoryPipeline, ticks: number) => {
    for (let tick = 0; tick < ticks; tick++) {
      made.clock.now += 60_000;
      await watch(made.services);
      await made.drain();
      if (made.manifest('strict', 'strict-1') !== undefined) return tick + 1;
    }
    return undefined;
  };

  it.each(['publish', 'node'])('a lost call of the aggregator: %s', async (kind) => {
    let lost = 0;
    const made = pipeline('a\nb\nc\nd\ne\n', { lose: (message) => message.kind === kind && lost++ < 1 });
    await made.run(request('strict', { chunkBytes: 2 }));
    expect(lost).toBeGreaterThan(0);
    expect(made.manifest('strict', 'strict-1')).toBeUndefined();
    expect(await tickUntilEnd(made, 5)).toBeDefined();
    expect(made.result('strict', 'strict-1').toString()).toBe('key,value\na,1\nb,1\nc,1\nd,1\ne,1\n');
  });

  it('a lost chunk, once most are done, and not before a minute', async () => {
    const made = pipeline('a\nb\nc\nd\ne\n');
    await split(request('strict', { chunkBytes: 2 }), made.services);
    made.pending.splice(2, 1);
    await made.drain();
    expect(made.manifest('strict', 'strict-1')).toBeUndefined();
    made.clock.now += 59_999;
    await watch(made.services);
    expect(made.pending).toEqual([]);
    expect(await tickUntilEnd(made, 5)).toBe(1);
    expect(made.manifest('strict', 'strict-1')).toMatchObject({
      state: 'succeeded',
      chunks: { total: 5, succeeded: 5 },
    });
  });

  it('resends a chunk at most twice', async () => {
    const made = pipeline('a\nb\nc\nd\ne\n');
    await split(request('strict', { chunkBytes: 2 }), made.services);
    made.pending.splice(2, 1);
    await made.drain();
    let resent = 0;
    for (let tick = 0; tick < 60; tick++) {
      made.clock.now += 60_000;
      await watch(made.services);
      resent += made.pending.length;
      made.pending.length = 0; // lost again
    }
    expect(resent).toBe(2);
  });

  it('a splitter that died for good before the plan, and after it', async () => {
    const made = pipeline('a\nb\n');
    const put = made.services.store.putIfAbsent;
    const dying = {
      ...made.services,
      store: {
        ...made.services.store,
        putIfAbsent: (...args: Parameters<typeof put>) =>
          args[0].key.endsWith('survey.json') ? Promise.reject(new Error('killed')) : put(...args),
      },
    };
    await expect(split(request('strict'), dying)).rejects.toThrow('killed');
    expect(await tickUntilEnd(made, 10)).toBeDefined();
    expect(made.manifest('strict', 'strict-1')).toMatchObject({ state: 'succeeded' });
  });
});

describe('trouble that is stored', () => {
  it('a partial that cannot be read keeps nobody from cancelling, nor the deadline', async () => {
    for (const end of ['cancel', 'deadline']) {
      const made = pipeline('one\ntwo\n');
      await split(request('strict'), made.services);
      made.store.upload({ bucket: 'results', key: partialKey('strict-1', 0, 0, 2) }, Buffer.from('garbage'));
      made.clock.now = T0 + 7 * 3_600_000;
      if (end === 'cancel') await cancelRun('strict-1', 'strict', made.services);
      else await watch(made.services);
      expect(made.manifest('strict', 'strict-1')).toMatchObject({ state: end === 'cancel' ? 'cancelled' : 'failed' });
    }
  });

  it('a part that stands with other bytes fails the run', async () => {
    const made = pipeline('one\n');
    made.store.upload({ bucket: 'results', key: 'strict/strict-1/part-00000.csv' }, Buffer.from('other'));
    expect(await made.run(request('strict'))).toMatchObject({ reason: { code: 'FANFOLD_NONDETERMINISTIC' } });
  });

  it('cancelling under the name of another job touches nothing', async () => {
    const made = pipeline('one\n');
    await split(request('strict'), made.services);
    await expect(cancelRun('strict-1', 'tolerant', made.services)).rejects.toThrow('one of the job strict');
    expect(made.manifest('tolerant', 'strict-1')).toBeUndefined();
  });
});

describe('what is buried', () => {
  it('an aggregation leaves the failure of its whole group', async () => {
    const made = pipeline('a\nb\nc\nd\ne\n', { lose: ({ kind }) => kind === 'node' });
    await made.run(request('tolerant', { chunkBytes: 2 }));
    await bury(
      { kind: 'node', run: 'tolerant-1', job: 'tolerant', level: 1, index: 0 },
      'out of memory',
      made.services,
    );
    await bury(
      { kind: 'node', run: 'tolerant-1', job: 'tolerant', level: 1, index: 1 },
      'out of memory',
      made.services,
    );
    await bury(
      { kind: 'node', run: 'tolerant-1', job: 'tolerant', level: 1, index: 2 },
      'out of memory',
      made.services,
    );
    await bury(
      { kind: 'node', run: 'tolerant-1', job: 'tolerant', level: 2, index: 0 },
      'out of memory',
      made.services,
    );
    await bury(
      { kind: 'node', run: 'tolerant-1', job: 'tolerant', level: 2, index: 1 },
      'out of memory',
      made.services,
    );
    await made.drain();
    expect(made.manifest('tolerant', 'tolerant-1')).toMatchObject({
      state: 'failed',
      reason: { code: 'FANFOLD_TOLERANCE_EXCEEDED' },
      chunks: { total: 5, succeeded: 0, failed: 5 },
    });
  });

  it('a publication ends the run, with what its partials came to', async () => {
    const made = pipeline('a\nb\n', { lose: ({ kind }) => kind === 'publish' });
    await made.run(request('strict', { chunkBytes: 2 }));
    await bury({ kind: 'publish', run: 'strict-1', job: 'strict' }, 'out of time', made.services);
    expect(made.manifest('strict', 'strict-1')).toMatchObject({
      state: 'failed',
      reason: { code: 'FANFOLD_AGGREGATION_FAILED', message: expect.stringContaining('out of time') },
      chunks: { total: 2, succeeded: 2, failed: 0 },
    });
  });

  it('a request is carried out if its plan stands, and ends the run if not', async () => {
    const made = pipeline('a\n');
    await split(request('strict'), {
      ...made.services,
      chunks: { send: async () => Promise.reject(new Error('no')) },
    }).catch(() => {});
    await bury(request('strict'), 'kept crashing', made.services);
    await made.drain();
    expect(made.manifest('strict', 'strict-1')).toMatchObject({ state: 'succeeded' });
    const without = pipeline('a\n');
    await bury(request('strict'), 'kept crashing', without.services);
    expect(without.manifest('strict', 'strict-1')).toMatchObject({ reason: { code: 'FANFOLD_RECEIVES_EXHAUSTED' } });
  });

  it('after the end of its run nothing is queued any more', async () => {
    const made = pipeline('a\n');
    await split(request('strict'), {
      ...made.services,
      chunks: { send: async () => Promise.reject(new Error('no')) },
    }).catch(() => {});
    await cancelRun('strict-1', 'strict', made.services);
    await bury(request('strict'), 'kept crashing', made.services);
    expect(made.pending).toEqual([]);
  });
});

describe('the watcher, where time is odd', () => {
  it('ends a run whose deadline is a day and a day boundary away', async () => {
    const made = pipeline('a\n');
    const late = Date.UTC(2024, 0, 1, 23, 59, 30);
    await split(request('strict', { requestedAtMs: late }), made.services);
    made.pending.length = 0;
    made.clock.now = late + 24 * 3_600_000 + 40_000;
    await watch(made.services);
    expect(made.manifest('strict', 'strict-1')).toMatchObject({ reason: { code: 'FANFOLD_DEADLINE' } });
  });

  it('sends the only chunk of a run again, after a standstill that no function outlives', async () => {
    const made = pipeline('a\n');
    await split(request('strict'), made.services);
    made.pending.length = 0;
    made.clock.now += 15 * 60_000;
    await watch(made.services);
    expect(made.pending.length).toBe(0);
    made.clock.now += 60_000;
    await watch(made.services);
    await made.drain();
    expect(made.manifest('strict', 'strict-1')).toMatchObject({ state: 'succeeded' });
  });

  it('waits three medians of what chunks take', async () => {
    const made = pipeline('a\nb\nc\nd\ne\n');
    await split(request('strict', { chunkBytes: 2 }), made.services);
    made.pending.splice(2, 1);
    const { store } = made.services;
    const slow = { ...made.services, store: { ...store, putIfAbsent: store.putIfAbsent } };
    for (const { message } of made.pending.splice(0)) {
      if (message.kind !== 'chunk') continue;
      let calls = 0;
      const clock = { nowMs: () => made.clock.now + (calls++ < 2 ? 0 : 50_000) }; // fifty seconds of work
      await work(message, { ...slow, clock });
    }
    await made.drain();
    made.clock.now += 149_999;
    await watch(made.services);
    expect(made.pending.length).toBe(0);
    made.clock.now += 1;
    await watch(made.services);
    expect(made.pending.length).toBe(1);
  });

  it('tries again what it could not start', async () => {
    const made = pipeline('a\nb\nc\nd\ne\n');
    await split(request('strict', { chunkBytes: 2 }), made.services);
    made.pending.splice(2, 1);
    await made.drain();
    made.clock.now += 60_000;
    await watch({ ...made.services, chunks: { send: async () => Promise.reject(new Error('throttled')) } });
    await watch(made.services);
    expect(made.pending.length).toBe(1);
  });
});
