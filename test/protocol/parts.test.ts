/** A result in several parts: proven before any is begun, each written once, and the manifest when all are there. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aggregate } from '../../functions/aggregator/aggregate.ts';
import { partialKey, partReportKey, planKey, publicationKey } from '../../functions/core/keys.ts';
import type { NodeRequest, RunRequest } from '../../functions/core/messages.ts';
import type { Plan } from '../../functions/core/plan.ts';
import {
  count,
  csvRows,
  aggregate as declare,
  defineJob,
  lines,
  sum,
  textLines,
  words,
} from '../../functions/index.ts';
import type { ObjectStore } from '../../functions/ports/object-store.ts';
import { split } from '../../functions/splitter/split.ts';
import { bury } from '../../functions/watcher/bury.ts';
import { cancelRun } from '../../functions/watcher/early-ends.ts';
import { lookThrough } from '../../functions/watcher/mend.ts';
import { requeue } from '../../functions/watcher/requeue.ts';
import { watch } from '../../functions/watcher/watch.ts';
import { MemoryPipeline, type PipelineOptions } from '../support/memory-pipeline.ts';

const job = defineJob({
  name: 'job',
  input: lines(),
  tolerate: { chunks: 1 },
  *map(line) {
    if (line === 'poison') throw new Error('cannot digest this');
    yield [line, 1];
  },
  combine: sum,
  reduce: (key, value) => {
    if (key === 'last straw') throw new Error('cannot reduce this');
    return { key, value };
  },
  output: csvRows(['key', 'value']),
});
const finished = defineJob({
  name: 'finished',
  input: lines(),
  *map(line) {
    yield [line, 1];
  },
  combine: sum,
  reduce: (line) => line,
  finish: (rows) => rows,
  output: textLines(),
});
const T0 = 1_700_000_000_000;
const request: RunRequest = {
  kind: 'run',
  run: 'job-1',
  job: 'job',
  inputs: [{ bucket: 'in', key: 'a' }],
  params: {},
  chunkBytes: 4,
  groupSize: 3,
  partitions: 3,
  requestedAtMs: T0,
};
const TEXT = 'b\na\nd\nc\ne\nb\na\nf\nc\nd\n';
const EXPECTED = 'key,value\na,2\nb,2\nc,2\nd,2\ne,1\nf,1\n';

function pipeline(text = TEXT, options: Partial<PipelineOptions> = {}): MemoryPipeline {
  const made = new MemoryPipeline({ jobs: [job, finished], ...options });
  made.store.upload({ bucket: 'in', key: 'a' }, Buffer.from(text));
  return made;
}
const manifest = (made: MemoryPipeline) => made.manifest('job', 'job-1');
const result = (made: MemoryPipeline) => made.result('job', 'job-1').toString();
const parts = (made: MemoryPipeline) =>
  [...made.store.contents('results').keys()].filter((key) => key.includes('part-'));
const part = (n: number) => `job/job-1/part-${String(n).padStart(5, '0')}.csv`;
/** A pipeline in which messages of some kinds are kept back instead of delivered. */
function holding(kinds: readonly string[], text?: string) {
  const held: NodeRequest[] = [];
  const kept = new Set(kinds);
  const made = pipeline(text, {
    lose: (message) => {
      const keep = kept.has(message.kind);
      if (keep && message.kind !== 'run' && message.kind !== 'chunk') held.push(message);
      return keep;
    },
  });
  return { made, held, letGo: () => kept.clear() };
}

describe('a result in several parts', () => {
  it('is the one in a single part, cut', async () => {
    const made = pipeline();
    expect(await made.run(request)).toMatchObject({
      state: 'succeeded',
      results: [
        { path: 'part-00000.csv', rows: 2, bytes: 'key,value\na,2\nb,2\n'.length },
        { path: 'part-00001.csv', rows: 2, bytes: 8 },
        { path: 'part-00002.csv', rows: 2, bytes: 8 },
      ],
    });
    expect(result(made)).toBe(EXPECTED);
  });

  it.each([
    ['no keys at all', '', 'key,value\n', 1],
    ['one key', 'x\nx\nx\nx\nx\n', 'key,value\nx,5\n', 1],
    ['two keys', 'x\nx\ny\nx\nx\n', 'key,value\nx,4\ny,1\n', 2],
  ])('of %s has no empty parts, but for one that holds the header', async (_, text, expected, count) => {
    const made = pipeline(text);
    expect((await made.run(request))?.results.map(({ path }) => `job/job-1/${path}`)).toEqual(parts(made));
    expect(parts(made)).toHaveLength(count);
    expect(result(made)).toBe(expected);
  });

  it('says in the plan how many there are, and why', async () => {
    const because = async (over: Partial<RunRequest>) => {
      const made = pipeline();
      await split({ ...request, ...over }, made.services);
      const plan = made.store.contents('results').get(planKey(over.run ?? 'job-1'));
      return (JSON.parse(Buffer.from(plan ?? []).toString()) as Plan).partitions.because;
    };
    const { partitions: _, ...unasked } = request;
    expect(await because({})).toMatch(/^3, as the request says: a sample of 20 bytes has 6 keys/);
    expect(await because({ partitions: 8 })).toMatch(/^6, as the request says: .* and 8 would need more keys/);
    expect(await because({ partitions: 1 })).toBe('1: as the request says');
    const made = pipeline();
    await split(unasked, made.services);
    expect(Buffer.from(made.store.contents('results').get(planKey('job-1')) ?? []).toString()).toContain(
      '"1: the input is 20 bytes',
    );
    const manifestOf = async (over: Partial<RunRequest>) => pipeline().run({ ...request, ...over });
    expect(await manifestOf({ partitions: 1_000 })).toMatchObject({ reason: { code: 'FANFOLD_REQUEST_INVALID' } });
    expect(await manifestOf({ run: 'finished-1', job: 'finished' })).toMatchObject({
      reason: { code: 'FANFOLD_REQUEST_INVALID', message: expect.stringContaining('in one piece') },
    });
  });

  it('is the same whatever the boundaries are', async () => {
    const lettersOf = fc.array(fc.constantFrom('a', 'b', 'é', '\u{1f600}', 'z', 'aa', 'ab', ''), { maxLength: 12 });
    const boundary = fc.uint8Array({ minLength: 1, maxLength: 3 });
    const chance = fc.constantFrom('a', 'ab', 'b', 'z').map((text) => new Uint8Array(Buffer.from(text)));
    await fc.assert(
      fc.asyncProperty(lettersOf, fc.array(fc.oneof(boundary, chance), { maxLength: 5 }), async (keys, given) => {
        const text = keys.map((key) => `${key}\n`).join('');
        const whole = pipeline(text);
        await whole.run({ ...request, partitions: 1 });
        const cut = pipeline(text);
        await split(request, cut.services);
        const boundaries = given
          .map((key) => Buffer.from(key))
          .sort(Buffer.compare)
          .map((key) => key.toString('base64'));
        misplan(cut, boundaries);
        await cut.drain();
        expect(manifest(cut)).toMatchObject({ state: 'succeeded' });
        expect(result(cut)).toBe(result(whole));
      }),
      { numRuns: 60 },
    );
  });
});

describe('where order does not matter', () => {
  const anyhow = defineJob({
    name: 'anyhow',
    input: lines(),
    order: 'any',
    *map(line) {
      if (line !== '') yield [line, 1];
    },
    combine: sum,
    reduce: (key, value) => {
      if (key === 'last straw') throw new Error('cannot reduce this');
      return { key, value };
    },
    output: csvRows(['key', 'value']),
  });
  const asked = { ...request, run: 'anyhow-1', job: 'anyhow' };
  const made = async (text: string, over: Partial<RunRequest> = {}) => {
    const all = pipeline(text, { jobs: [anyhow] });
    const ended = (await all.run({ ...asked, ...over })) ?? expect.unreachable();
    const texts = ended.results.map(({ path }) =>
      Buffer.from(all.store.contents('results').get(`anyhow/anyhow-1/${path}`) ?? []).toString(),
    );
    return { ended, texts };
  };
  const sorted = (text: string) => text.split('\n').sort().join('\n');

  it('parts are even by a hash of the keys, each in order, and together the rows of a single part', async () => {
    const keys = Array.from({ length: 1_000 }, (_, i) => `same beginning ${i % 700} é\udc80`);
    const text = keys.map((key) => `${key}\n`).join('');
    const whole = await made(text, { chunkBytes: 3_000, partitions: 1 });
    expect(whole.texts).toHaveLength(1);
    const { ended, texts } = await made(text, { chunkBytes: 3_000, partitions: 7 });
    expect(ended.results).toHaveLength(7);
    for (const { rows } of ended.results) expect(Math.abs(rows - 100)).toBeLessThan(30);
    expect(sorted(texts.join(''))).toBe(sorted(whole.texts.join('')));
    const [header = '', ...rows] = (texts[0] ?? '').trimEnd().split('\n');
    expect(header).toBe('key,value');
    const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
    expect(rows).not.toEqual([...rows].sort(byBytes)); // by their hash, and by key within one
    const again = await made(text, { chunkBytes: 777, groupSize: 2, partitions: 7 });
    expect(again.texts).toEqual(texts);
  });

  it('the same holds of what kernels would group', async () => {
    const counted = declare({
      name: 'anyhow',
      input: words(),
      groupBy: 'word',
      values: { n: count() },
      order: 'any',
      output: csvRows(['word', 'n']),
    });
    const text = Array.from({ length: 300 }, (_, i) => `w${i % 130}\n`).join('');
    const all = pipeline(text, { jobs: [counted] });
    expect((await all.run({ ...asked, chunkBytes: 100, partitions: 5 }))?.results).toHaveLength(5);
    const rows = all.result('anyhow', 'anyhow-1').toString().trimEnd().split('\n').slice(1);
    const expected = Array.from({ length: 130 }, (_, i) => `w${i},${i < 40 ? 3 : 2}`);
    expect(rows.sort()).toEqual(expected.sort());
  });

  it('errors name the key as it is', async () => {
    const { ended } = await made('a\nlast straw\n');
    expect(ended).toMatchObject({ reason: { message: expect.stringContaining('reducing the key "last straw"') } });
  });

  it('is said of grouped jobs without an end of their own', () => {
    const { shape: _, ...options } = { ...anyhow, name: 'x' };
    const wrong = (over: object) => () => defineJob({ ...options, ...over } as never);
    expect(wrong({ order: 'none' })).toThrow("`order` must be 'key' or 'any'");
    expect(wrong({ finish: (rows: unknown) => rows })).toThrow('`order` needs `combine`, and no `finish`');
    expect(wrong({ combine: undefined, reduce: undefined })).toThrow('`order` needs `combine`, and no `finish`');
  });
});

describe('skew', () => {
  const same = async (text: string, over: Partial<RunRequest> = {}) => {
    const whole = pipeline(text);
    await whole.run({ ...request, partitions: 1, ...over });
    const made = pipeline(text);
    const { results } = (await made.run({ ...request, ...over })) ?? expect.unreachable();
    expect(result(made) === result(whole)).toBe(true);
    return results.map(({ rows }) => rows);
  };

  it('of one key that takes nearly all leaves it a part with few others', async () => {
    const text = Array.from({ length: 600 }, (_, i) => (i % 20 === 0 ? `${i}\n` : 'most\n')).join('');
    expect(await same(text, { chunkBytes: 200 })).toEqual([11, 10, 10]);
  });

  it('of a sample that knows nothing of most keys leaves them all to one part', async () => {
    const made = pipeline();
    await split(request, made.services);
    misplan(
      made,
      ['0', '1'].map((key) => Buffer.from(key).toString('base64')),
    );
    await made.drain();
    expect(manifest(made)?.results.map(({ rows }) => rows)).toEqual([6]);
    expect(result(made)).toBe(EXPECTED);
  });

  it('of keys as long as a MiB, alike but for their ends, has one part; others several', async () => {
    const long = 'x'.repeat(2 ** 20);
    const chunkBytes = 2 ** 21;
    expect(await same(['b', 'a', 'c', 'a'].map((end) => `${long}${end}\n`).join(''), { chunkBytes })).toEqual([3]);
    expect(await same(['x', 'b', 'a', 'c', 'a'].map((start) => `${start}${long}\n`).join(''), { chunkBytes })).toEqual([
      1, 1, 2,
    ]);
  });
});

/** Plans other boundaries than those of the sample, before anything is worked on. */
function misplan(made: MemoryPipeline, boundaries: readonly string[]): void {
  const stored = made.store.contents('results').get(planKey('job-1')) ?? Buffer.alloc(0);
  const plan = JSON.parse(Buffer.from(stored).toString()) as Plan;
  const other = { ...plan, partitions: { ...plan.partitions, boundaries } };
  made.store.upload({ bucket: 'results', key: planKey('job-1') }, Buffer.from(JSON.stringify(other)));
  for (const entry of made.pending)
    if (entry.message.kind === 'chunk') entry.message = { ...entry.message, boundaries };
}

describe('nothing of a result stands', () => {
  it('before the proof is sealed', async () => {
    const made = pipeline('poison\na\npoison\nb\n');
    expect(await made.run(request)).toMatchObject({ state: 'failed', reason: { code: 'FANFOLD_TOLERANCE_EXCEEDED' } });
    expect(parts(made)).toEqual([]);
    expect([...made.store.contents('results').keys()]).not.toContain(publicationKey('job-1'));
  });

  it('of a group that lacks a partial', async () => {
    const { made, held } = holding(['publish']);
    await made.run(request);
    made.store.remove({ bucket: 'results', key: partialKey('job-1', 1, 1, 3) });
    await expect(aggregate(held[0] ?? expect.unreachable(), made.services)).rejects.toMatchObject({ retry: 'safe' });
    expect(parts(made)).toEqual([]);
  });

  it('that was cancelled before its parts were written, while they were, or after the last', async () => {
    const put = (made: MemoryPipeline, when: string): Partial<ObjectStore> => {
      const { read, putIfAbsent } = made.services.store;
      const cancel = () => cancelRun('job-1', 'job', made.services);
      if (when === 'while') {
        return {
          async *read(...range) {
            await cancel();
            yield* read(...range);
          },
        };
      }
      return {
        putIfAbsent: async (...args) => {
          const written = await putIfAbsent(...args);
          if (when === 'after' && args[0].key === partReportKey('job-1', 2)) await cancel();
          return written;
        },
      };
    };
    for (const when of ['before', 'while', 'after']) {
      const { made, held, letGo } = holding(['part']);
      await made.run(request);
      expect(held).toHaveLength(3);
      letGo();
      if (when === 'before') await cancelRun('job-1', 'job', made.services);
      const services = { ...made.services, store: { ...made.services.store, ...put(made, when) } };
      for (const one of held) await aggregate(one, services);
      await made.drain();
      expect(manifest(made)).toMatchObject({ state: 'cancelled', results: [] });
      expect(parts(made)).toHaveLength(when === 'after' ? 3 : 0);
    }
  });

  it('when one of its parts cannot be made', async () => {
    const made = pipeline(`${TEXT}last straw\n`);
    expect(await made.run(request)).toMatchObject({
      state: 'failed',
      results: [],
      reason: { code: 'FANFOLD_JOB_ERROR', message: expect.stringContaining('reducing the key "last straw"') },
    });
  });

  it('when a part stands with other bytes', async () => {
    const made = pipeline();
    made.store.upload({ bucket: 'results', key: part(1) }, Buffer.from('other'));
    expect(await made.run(request)).toMatchObject({ state: 'failed', reason: { code: 'FANFOLD_NONDETERMINISTIC' } });
  });

  it('when a part is made by other code', async () => {
    const { made, held } = holding(['part']);
    await made.run(request);
    const services = { ...made.services, jobs: { names: ['job'], find: () => ({ job, digest: 'other' }) } };
    await aggregate(held[0] ?? expect.unreachable(), services);
    expect(manifest(made)).toMatchObject({ state: 'failed', reason: { code: 'FANFOLD_CODE_CHANGED' } });
  });
});

describe('parts', () => {
  it('are asked for once, however often the publication is', async () => {
    const { made, held } = holding(['publish']);
    await made.run(request);
    const [publish = expect.unreachable()] = held;
    for (let i = 0; i < 3; i++) await aggregate(publish, made.services);
    expect(made.pending.map(({ message }) => message.kind)).toEqual(['part', 'part', 'part']);
  });

  it('that have a report are not asked for again by a publication that died before', async () => {
    const { made, held, letGo } = holding(['publish', 'part']);
    await made.run(request);
    const [publish = expect.unreachable()] = held;
    const { putIfAbsent } = made.services.store;
    const dying: Partial<ObjectStore> = {
      putIfAbsent: (...args) =>
        args[0].key.endsWith('started') ? Promise.reject(new Error('killed')) : putIfAbsent(...args),
    };
    const services = { ...made.services, store: { ...made.services.store, ...dying } };
    await expect(aggregate(publish, services)).rejects.toThrow('killed');
    await aggregate(held.find((one) => one.kind === 'part' && one.part === 1) ?? expect.unreachable(), made.services);
    letGo();
    await aggregate(publish, made.services);
    expect(made.pending.map(({ message }) => (message.kind === 'part' ? message.part : -1))).toEqual([0, 2]);
    await made.drain();
    expect(result(made)).toBe(EXPECTED);
  });

  it('may be made twice, also at once and also late', async () => {
    const { made, held, letGo } = holding(['part']);
    await made.run(request);
    letGo();
    await Promise.all([...held, ...held].map((one) => aggregate(one, made.services)));
    await made.drain();
    for (const one of held) await aggregate(one, made.services);
    expect(manifest(made)).toMatchObject({ state: 'succeeded' });
    expect(result(made)).toBe(EXPECTED);
  });

  it('that used up their tries fail the run, unless somebody has made them', async () => {
    const { made, held } = holding(['part', 'publish']);
    await made.run(request);
    await aggregate(held[0] ?? expect.unreachable(), made.services);
    const [, first = expect.unreachable(), second = expect.unreachable()] = held;
    await aggregate(first, made.services);
    await bury(first, 'late', made.services);
    expect(manifest(made)).toBeUndefined();
    await bury(second, 'out of memory', made.services);
    expect(manifest(made)).toMatchObject({
      state: 'failed',
      reason: { code: 'FANFOLD_AGGREGATION_FAILED', message: expect.stringContaining('part 1 of the result') },
      chunks: { succeeded: 5 },
    });
  });

  it('of which one has failed come to no success, though its failure could not be told', async () => {
    const { made, held, letGo } = holding(['part']);
    await made.run(request);
    letGo();
    const [first = expect.unreachable(), ...others] = held;
    const { putIfAbsent } = made.services.store;
    const dying: Partial<ObjectStore> = {
      putIfAbsent: (...args) =>
        args[0].key.endsWith('manifest.json') ? Promise.reject(new Error('killed')) : putIfAbsent(...args),
    };
    await expect(
      bury(first, 'out of memory', { ...made.services, store: { ...made.services.store, ...dying } }),
    ).rejects.toThrow('killed');
    for (const one of others) await aggregate(one, made.services);
    await made.drain();
    expect(manifest(made)).toMatchObject({
      state: 'failed',
      reason: { message: expect.stringContaining('out of memory') },
    });
  });
});

describe('the watcher', () => {
  const tick = async (made: MemoryPipeline, ms: number) => {
    made.clock.now += ms;
    await watch(made.services);
  };

  it('starts a lost part again, and only that, after five minutes without one', async () => {
    const { made, held, letGo } = holding(['part']);
    await made.run(request);
    letGo();
    for (const one of held.slice(1)) await aggregate(one, made.services);
    await tick(made, 299_999);
    expect(made.pending).toEqual([]);
    await tick(made, 1);
    expect(made.pending.map(({ message }) => message)).toEqual(held.slice(0, 1));
    made.pending.length = 0;
    await tick(made, 599_999);
    expect(made.pending).toEqual([]);
    await tick(made, 1);
    await made.drain();
    expect(result(made)).toBe(EXPECTED);
  });

  it('of a queue that was lost with its process asks for what is missing at once', async () => {
    const { made, held, letGo } = holding(['part']);
    await made.run(request);
    letGo();
    await aggregate(held[1] ?? expect.unreachable(), made.services);
    const plan = JSON.parse(Buffer.from(made.store.contents('results').get(planKey('job-1')) ?? []).toString()) as Plan;
    await requeue(made.services, plan, await lookThrough(made.services, plan, Number.POSITIVE_INFINITY));
    expect(made.pending.map(({ message }) => (message.kind === 'part' ? message.part : -1))).toEqual([0, 2]);
    await made.drain();
    expect(result(made)).toBe(EXPECTED);
  });

  it.each(['first', 'last'])('asks again for a publication whose %s call was lost', async (which) => {
    let publications = 0;
    const lost = which === 'first' ? 1 : 2;
    const made = pipeline(TEXT, { lose: ({ kind }) => kind === 'publish' && ++publications === lost });
    await made.run(request);
    expect(manifest(made)).toBeUndefined();
    await tick(made, 60_000);
    await made.drain();
    expect(result(made)).toBe(EXPECTED);
  });
});
