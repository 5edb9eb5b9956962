/** Two at once, and the world changing between two calls: each case holds one protection. */
import { describe, expect, it } from 'vitest';
import { aggregate } from '../../functions/aggregator/aggregate.ts';
import { endingKey, planKey, planPageKey } from '../../functions/core/keys.ts';
import type { RunRequest } from '../../functions/core/messages.ts';
import { csvRows, defineJob, lines, sum } from '../../functions/index.ts';
import type { ObjectStore } from '../../functions/ports/object-store.ts';
import type { Services } from '../../functions/ports/services.ts';
import { split } from '../../functions/splitter/split.ts';
import { bury } from '../../functions/watcher/bury.ts';
import { cancelRun } from '../../functions/watcher/early-ends.ts';
import { work } from '../../functions/worker/work.ts';
import { Crash, MemoryPipeline } from '../support/memory-pipeline.ts';

const job = defineJob({
  name: 'job',
  input: lines(),
  *map(line) {
    if (line === 'poison') throw new Error('no');
    yield [line, 1];
  },
  combine: sum,
  output: csvRows(['key', 'value']),
});
const request: RunRequest = {
  kind: 'run',
  run: 'job-1',
  job: 'job',
  inputs: [{ bucket: 'in', key: 'a' }],
  params: {},
  chunkBytes: 2,
  groupSize: 2,
  requestedAtMs: 1_700_000_000_000,
};

function pipeline(text: string): MemoryPipeline {
  const made = new MemoryPipeline({ jobs: [job] });
  made.store.upload({ bucket: 'in', key: 'a' }, Buffer.from(text));
  return made;
}
const withStore = (made: MemoryPipeline, over: Partial<ObjectStore>): Services => ({
  ...made.services,
  store: { ...made.services.store, ...over },
});
const otherCode = (services: Services): Services => ({
  ...services,
  jobs: { names: ['job'], find: () => ({ job, digest: 'other' }) },
});
const written = (made: MemoryPipeline, part: string) =>
  [...made.store.contents('results').keys()].filter((key) => key.includes(part));
const manifest = (made: MemoryPipeline) => made.manifest('job', 'job-1');

describe('code that is deployed mid-run', () => {
  it('does not aggregate', async () => {
    const made = pipeline('a\nb\n');
    await split(request, made.services);
    for (const { message } of made.pending.splice(0)) if (message.kind === 'chunk') await work(message, made.services);
    const [publish] = made.pending.splice(0);
    if (publish?.message.kind !== 'publish') throw new Error('expected the publication');
    await aggregate(publish.message, otherCode(made.services));
    expect(manifest(made)).toMatchObject({ state: 'failed', reason: { code: 'FANFOLD_CODE_CHANGED' } });
  });

  it('does not go on with a plan that other code began', async () => {
    const made = pipeline('a\nb\n');
    const { putIfAbsent } = made.services.store;
    const dying = withStore(made, {
      putIfAbsent: (...args) => (args[0].key.includes('/plan/') ? Promise.reject(new Crash()) : putIfAbsent(...args)),
    });
    await expect(split(request, dying)).rejects.toThrow();
    await split(request, otherCode(made.services));
    expect(manifest(made)).toMatchObject({ state: 'failed', reason: { code: 'FANFOLD_CODE_CHANGED' } });
  });
});

describe('a notification that comes back', () => {
  it('after other code was deployed goes on with the run that it asked for first', async () => {
    const made = pipeline('a\nb\n');
    const first: RunRequest = { ...request, event: 'e' };
    const { putIfAbsent } = made.services.store;
    const dying = withStore(made, {
      putIfAbsent: (...args) =>
        args[0].key.endsWith('plan.json') ? Promise.reject(new Crash()) : putIfAbsent(...args),
    });
    await expect(split(first, dying)).rejects.toThrow();
    const again: RunRequest = { ...first, run: 'job-2' }; // its id has the code in it
    await split(again, otherCode(made.services));
    expect(manifest(made)).toMatchObject({ state: 'failed', reason: { code: 'FANFOLD_CODE_CHANGED' } });
    expect(written(made, 'job-2')).toEqual([]);
    await bury(again, 'it kept crashing', otherCode(made.services));
    expect(written(made, 'job-2')).toEqual([]);
  });
});

describe('a listing that stops early, as S3 may', () => {
  it('hides no member of a group', async () => {
    const made = pipeline('a\nb\nc\nd\ne\n');
    const services = withStore(made, {
      list: async (...args) => {
        const page = await made.store.list(...args);
        return { objects: page.objects.slice(0, 1), more: page.more || page.objects.length > 1 };
      },
    });
    await split(request, services);
    for (const { message } of made.pending.splice(0)) if (message.kind === 'chunk') await work(message, services);
    expect(made.pending.map(({ message }) => message.kind)).toEqual(['node', 'node', 'node']);
  });
});

describe('a run that has ended', () => {
  it('is not aggregated any more', async () => {
    const made = pipeline('a\nb\nc\nd\ne\n');
    await split(request, made.services);
    for (const { message } of made.pending.splice(0)) if (message.kind === 'chunk') await work(message, made.services);
    await cancelRun('job-1', 'job', made.services);
    await made.drain();
    expect(written(made, '/partials/1/')).toEqual([]);
  });

  it('is worked on no more, once an environment has looked', async () => {
    const made = pipeline('a\nb\nc\nd\ne\n');
    await split(request, made.services);
    const chunks = made.pending.splice(0).map(({ message }) => message);
    const workNext = async () => {
      const message = chunks.pop();
      if (message?.kind === 'chunk') await work(message, made.services);
      return written(made, '/partials/0/').length;
    };
    expect(await workNext()).toBe(1);
    await cancelRun('job-1', 'job', made.services);
    expect(await workNext()).toBe(2); // it has not looked yet
    made.clock.now += 60_000;
    expect(await workNext()).toBe(2);
    made.clock.now += 1_000;
    expect(await workNext()).toBe(2);
  });

  it('by cancel during its publication leaves no part behind', async () => {
    const made = pipeline('a\nb\n');
    await split(request, made.services);
    for (const { message } of made.pending.splice(0)) if (message.kind === 'chunk') await work(message, made.services);
    const { open } = made.services.store;
    const services = withStore(made, {
      open: async (name) => {
        if (name.key.includes('/partials/')) await cancelRun('job-1', 'job', made.services);
        return open(name);
      },
    });
    await aggregate({ kind: 'publish', run: 'job-1', job: 'job' }, services);
    expect(manifest(made)).toMatchObject({ state: 'cancelled' });
    expect(written(made, 'part-')).toEqual([]);
  });

  it('is queued no further', async () => {
    const made = pipeline('x'.repeat(25_000));
    const services: Services = {
      ...made.services,
      chunks: {
        send: async (messages) => {
          await made.services.chunks.send(messages);
          await cancelRun('job-1', 'job', made.services);
        },
      },
    };
    await split({ ...request, chunkBytes: 1 }, services);
    expect(made.pending.length).toBe(10_000);
  });
});

describe('two splitters', () => {
  it('of which one comes late and finds the input gone do not fail the run', async () => {
    const made = pipeline('a\nb\n');
    let first = true;
    const services = withStore(made, {
      head: async (name) => {
        if (name.bucket === 'in' && first) {
          first = false;
          await split(request, made.services); // the other one, meanwhile
          made.store.remove({ bucket: 'in', key: 'a' });
        }
        return made.store.head(name);
      },
    });
    const late = { ...request, inputs: [...request.inputs] };
    await split(late, services);
    expect(manifest(made)).toBeUndefined();
    made.store.upload({ bucket: 'in', key: 'a' }, Buffer.from('a\nb\n'));
    await made.drain();
    expect(manifest(made)).toMatchObject({ state: 'succeeded' });
  });

  it('do not cut one object in two versions', async () => {
    const made = pipeline('x'.repeat(25_000));
    const small = { ...request, chunkBytes: 1 };
    const { putIfAbsent } = made.services.store;
    const dying = withStore(made, {
      putIfAbsent: (...args) =>
        args[0].key === planPageKey('job-1', 10_000) ? Promise.reject(new Crash()) : putIfAbsent(...args),
    });
    await expect(split(small, dying)).rejects.toThrow();
    made.store.upload({ bucket: 'in', key: 'a' }, Buffer.from('y'.repeat(25_000)));
    await split(small, made.services);
    expect(manifest(made)).toMatchObject({ state: 'failed', reason: { code: 'FANFOLD_INPUT_CHANGED' } });
    expect(written(made, planKey('job-1'))).toEqual([]);
  });
});

describe('many failures at once', () => {
  it('leave the counting and the end to one of them', async () => {
    const made = pipeline('poison\n'.repeat(20));
    await split({ ...request, chunkBytes: 7 }, made.services);
    const messages = made.pending.splice(0).map(({ message }) => message);
    let manifests = 0;
    const { putIfAbsent } = made.services.store;
    const counting = withStore(made, {
      putIfAbsent: (...args) => {
        if (args[0].key.endsWith('manifest.json')) manifests += 1;
        return putIfAbsent(...args);
      },
    });
    await Promise.all(messages.map((message) => (message.kind === 'chunk' ? work(message, counting) : undefined)));
    expect(manifests).toBe(1);
    expect(written(made, endingKey('job-1')).length).toBe(1);
    expect(manifest(made)).toMatchObject({ state: 'failed', reason: { code: 'FANFOLD_JOB_ERROR' } });
  });

  it.each([
    ['a chunk', false],
    ['the publication', true],
  ])('have the reason of the first in the order of the plan, also if %s ends the run', async (_, published) => {
    const made = pipeline('poison\n'.repeat(2));
    await split({ ...request, chunkBytes: 7 }, made.services);
    const [first, second] = made.pending.splice(0).map(({ message }) => message);
    if (first?.kind !== 'chunk' || second?.kind !== 'chunk') throw new Error('expected chunks');
    const { putIfAbsent } = made.services.store;
    const dying = withStore(made, {
      putIfAbsent: (...args) =>
        args[0].key === endingKey('job-1') ? Promise.reject(new Crash()) : putIfAbsent(...args),
    });
    await expect(work(first, dying)).rejects.toThrow();
    if (published) await expect(work(second, dying)).rejects.toThrow();
    else await work(second, made.services);
    await made.drain();
    expect(manifest(made)).toMatchObject({
      state: 'failed',
      reason: { code: 'FANFOLD_JOB_ERROR', message: expect.stringContaining('record at byte 0') },
      chunks: { failed: 2 },
    });
  });
});
