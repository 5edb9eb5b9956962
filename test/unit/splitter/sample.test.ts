/** Samples of inputs, and the plans that are made of them. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { planKey, sampleKey } from '../../../functions/core/keys.ts';
import type { RunRequest } from '../../../functions/core/messages.ts';
import { boundaryKeys } from '../../../functions/core/partitions.ts';
import type { Plan } from '../../../functions/core/plan.ts';
import { csv, csvRows, defineJob, type Job, lines, sorted, textLines } from '../../../functions/index.ts';
import * as limits from '../../../functions/limits.ts';
import type { ObjectName } from '../../../functions/ports/object-store.ts';
import { takeSample } from '../../../functions/splitter/sample.ts';
import { split } from '../../../functions/splitter/split.ts';
import { MemoryPipeline } from '../../support/memory-pipeline.ts';

const reduce = (key: string, value: string | number) => ({ key, value });
const shared = {
  name: 'counting',
  combine: (a: number, b: number) => a + b,
  reduce,
  output: csvRows(['key', 'value']),
};
function* counted(line: string): Generator<[string, number]> {
  yield [line, 1];
}
const counting = defineJob({ ...shared, input: lines(), map: counted });
const request = (over: Partial<RunRequest> = {}): RunRequest => ({
  kind: 'run',
  run: 'r-1',
  job: 'counting',
  inputs: [{ bucket: 'in', prefix: '' }],
  params: {},
  chunkBytes: 64 * 1024,
  partitions: 4,
  requestedAtMs: 0,
  ...over,
});

function pipeline(objects: { readonly [key: string]: string | Buffer }, job: Job = counting): MemoryPipeline {
  const made = new MemoryPipeline({ jobs: [job] });
  for (const [key, text] of Object.entries(objects)) made.store.upload({ bucket: 'in', key }, Buffer.from(text));
  return made;
}

async function planned(made: MemoryPipeline, over: Partial<RunRequest> = {}): Promise<Plan> {
  await split(request(over), made.services);
  const stored = made.store.contents('results').get(planKey('r-1'));
  return JSON.parse(Buffer.from(stored ?? []).toString()) as Plan;
}

/** The sample of the run that `planned` planned, and how many bytes of input were read for it. */
async function sampled(made: MemoryPipeline, job: Job = counting) {
  const plan = await planned(made);
  let pulled = 0;
  const { store } = made.services;
  const counted = {
    ...store,
    async *read(...range: Parameters<typeof store.read>) {
      for await (const block of store.read(...range)) {
        pulled += block.length;
        yield block;
      }
    },
  };
  const sample = await takeSample({ ...made.services, store: counted }, job, plan);
  return { ...sample, pairs: sample.pairs(), pulled };
}

const ordered = (lineCount: number) =>
  Array.from({ length: lineCount }, (_, i) => `${String(i).padStart(9, '0')}\n`).join('');

describe('a sample', () => {
  it('is little of a large input, and from everywhere in it', async () => {
    const made = pipeline({ a: ordered(400_000), b: ordered(400_000).replaceAll(/^0/gm, 'x') });
    const { bytes, halfBytes, halfResultBytes, pairs, pulled } = await sampled(made);
    const most = limits.SAMPLE_STRETCHES * limits.SAMPLE_STRETCH_BYTES_MIN;
    expect(bytes).toBeLessThanOrEqual(most); // a stretch at the end of a chunk is shorter
    expect(bytes).toBeGreaterThan(most * 0.9);
    expect(halfBytes / bytes).toBeCloseTo(0.5, 1);
    expect(pulled).toBeLessThan(
      limits.SAMPLE_STRETCHES * (limits.SAMPLE_STRETCH_BYTES_MIN + 2 * limits.READ_AHEAD_BYTES),
    );
    const resultBytes = pairs.reduce((sum, pair) => sum + pair.bytes, 0);
    expect(halfResultBytes / resultBytes).toBeCloseTo(0.5, 1);
    const { partitions } = await planned(made);
    const [first = '', second = '', third = ''] = boundaryKeys(partitions.boundaries).map(String);
    expect(Number(first.padEnd(9, '0'))).toBeGreaterThan(180_000);
    expect(Number(first.padEnd(9, '0'))).toBeLessThan(220_000);
    expect(second).toBe('x');
    expect(Number(third.replace('x', '0').padEnd(9, '0'))).toBeGreaterThan(180_000);
    expect(Number(third.replace('x', '0').padEnd(9, '0'))).toBeLessThan(220_000);
  });

  it('tells the size of the result of a large input, whether keys are new or known', async () => {
    for (const keys of [100, 1_000_000]) {
      const text = Array.from({ length: 600_000 }, (_, i) => `${(i * 7919) % keys}\n`).join('');
      const { partitions } = await planned(pipeline({ a: text }));
      const truth = Math.min(keys, 600_000) * 7;
      const [, told = ''] = /a result of about (\d+) bytes/.exec(partitions.because) ?? [];
      expect(Number(told)).toBeGreaterThan(truth * 0.4);
      expect(Number(told)).toBeLessThan(truth * 1.6);
    }
  });

  it('tells the size of rows that are sorted, however often they are there', async () => {
    const job = sorted({ name: 'counting', input: lines(), output: textLines() });
    for (const keys of [1, 100, 1_000_000]) {
      const text = Array.from({ length: 600_000 }, (_, i) => `${(i * 7919) % keys}\n`).join('');
      const { partitions } = await planned(pipeline({ a: text }, job));
      const [, told = ''] = /a result of about (\d+) bytes/.exec(partitions.because) ?? [];
      expect(Number(told) / text.length).toBeCloseTo(1, 1);
    }
  });

  it('is the beginning of an object that is not cut, also of a compressed one', async () => {
    const made = pipeline({ a: gzipSync(ordered(200_000)) });
    const { pairs, bytes } = await sampled(made);
    expect(pairs.length).toBeGreaterThan(1_000);
    expect(pairs.length).toBeLessThan(60_000);
    expect(bytes).toBeLessThan(gzipSync(ordered(200_000)).length);
  });

  it('finds records that are longer than what is read of each place, every one once, and within bounds', async () => {
    const text = Array.from({ length: 60 }, (_, i) => `${String(i).padStart(2, '0')}${'x'.repeat(300_000)}\n`).join('');
    const { pairs, bytes, pulled } = await sampled(pipeline({ a: text }));
    expect(pairs.length).toBeGreaterThan(25);
    expect(bytes).toBeLessThanOrEqual(text.length);
    expect(bytes / pairs.length / 300_000).toBeCloseTo(1, 0);
    expect(pulled).toBeLessThan(limits.SAMPLE_BYTES_MAX);
    const endless = await sampled(pipeline({ a: 'x'.repeat(12 * 2 ** 20) }));
    expect(endless.pulled).toBeLessThan(1.2 * limits.SAMPLE_BYTES_MAX); // a read at a time beyond it
    expect(endless.pairs).toEqual([]);
  });

  it('of CSV takes ranges to begin outside of quotes', async () => {
    const table = defineJob({
      ...shared,
      input: csv({ id: 'text' }),
      *map({ id }) {
        yield [id, 1];
      },
    });
    const rows = `id\n${ordered(200_000)}`;
    const { bytes, pairs } = await sampled(pipeline({ a: rows }, table), table);
    expect(bytes / (limits.SAMPLE_STRETCHES * limits.SAMPLE_STRETCH_BYTES_MIN)).toBeCloseTo(1, 1);
    expect(pairs.length / bytes).toBeCloseTo(0.1, 3);
  });

  it('is all of a small input, in the order of the input', async () => {
    const first = defineJob({
      ...shared,
      input: lines(),
      *map(line) {
        yield ['key', line];
      },
      combine: (a: string, b: string) => a + b,
    });
    const made = pipeline({ a: 'x\ny\n', b: 'z', c: '' }, first);
    const { bytes, pairs } = await sampled(made, first);
    expect(bytes).toBe(5);
    expect(pairs.map(({ bytes: each }) => each)).toEqual(['key'.length + '..xyz'.length]);
  });

  it('passes over what the job throws or yields and cannot be stored, and ends where it is enough', async () => {
    const wrong = defineJob({
      ...shared,
      input: lines(),
      *map(line) {
        if (line === 'poison') throw new Error('no');
        if (line === 'endless') for (let i = 0; ; i++) yield [String(i), 1];
        yield [line, line === 'nothing' ? Number.NaN : 1];
      },
    });
    const text = 'poison\na\nnothing\nb\n';
    expect((await sampled(pipeline({ a: text }, wrong), wrong)).pairs.map(({ key }) => String(key))).toEqual([
      'a',
      'b',
    ]);
    expect((await sampled(pipeline({ a: 'endless\n' }, wrong), wrong)).pairs.length).toBe(limits.SAMPLE_PAIRS_MAX);
  });

  it('that was begun twice and not finished is not taken', async () => {
    const made = pipeline({ a: ordered(100) });
    for (let tries = 0; tries < limits.SAMPLE_TRIES_MAX; tries++) {
      expect((await planned(made)).partitions.boundaries).toHaveLength(3);
      made.store.remove({ bucket: 'results', key: planKey('r-1') });
    }
    expect([...made.store.contents('results').keys()]).toContain(sampleKey('r-1', limits.SAMPLE_TRIES_MAX - 1));
    expect((await planned(made)).partitions).toEqual({
      by: 'key',
      boundaries: [],
      because: '1: taking a sample was tried and not finished',
    });
  });

  it('is retried where the store cannot answer, and not where the input is wrong', async () => {
    const made = pipeline({ a: ordered(100) });
    const { store } = made.services;
    const read: typeof store.read = () => {
      throw new Error('503');
    };
    const failing = { ...made.services, store: { ...store, read } };
    await expect(split(request(), failing)).rejects.toThrow('503');
    expect((await planned(pipeline({ a: Buffer.from([0x1f, 0x8b, 8, 9, 9]) }))).partitions.boundaries).toEqual([]);
  });
});

describe('a plan of 50 GiB', () => {
  /** An object that is not there: lines of sixteen bytes, made when they are read. */
  const planOf = async (lineOf: (n: number) => string, over: Partial<RunRequest> = {}) => {
    const made = pipeline({});
    const { store } = made.services;
    const head = { size: 200 * limits.CHUNK_BYTES_MAX, etag: '"e"', modifiedAtMs: 0 };
    const services = {
      ...made.services,
      store: {
        ...store,
        head: async (name: ObjectName) => (name.bucket === 'in' ? head : store.head(name)),
        async *read(_: ObjectName, start: number, end: number) {
          for (let at = start; at < end; ) {
            const line = Buffer.from(`${lineOf(Math.floor(at / 16)).padStart(15, '0')}\n`);
            yield line.subarray(at % 16, Math.min(16, (at % 16) + end - at));
            at += 16 - (at % 16);
          }
        },
      },
    };
    const { chunkBytes: _, partitions: __, ...rest } = request({ inputs: [{ bucket: 'in', key: 'a' }], ...over });
    await split(rest, services);
    return JSON.parse(Buffer.from(made.store.contents('results').get(planKey('r-1')) ?? []).toString()) as Plan;
  };
  const scattered = (n: number) => String((n * 7_919_777) % 1_000_000_007);

  it('has as many parts as its result is large, even ones, and a fan-in without a pass between', async () => {
    const { geometry, partitions, totals } = await planOf(scattered);
    expect(totals.chunks).toBe(200);
    const parts = partitions.boundaries.length + 1;
    expect(parts).toBeGreaterThan(200); // key and value take 17 bytes of 16
    expect(parts).toBeLessThan(230);
    expect(geometry.groupSize).toBe(200);
    expect(geometry.because).toContain('groups of 200, since 64 chunks come to about 18');
    const keys = boundaryKeys(partitions.boundaries);
    const shares = keys.map(() => 0);
    for (let n = 0; n < 20_000; n++) {
      const key = Buffer.from(scattered(n * 997).padStart(15, '0'));
      const partition = keys.findLastIndex((boundary) => Buffer.compare(boundary, key) <= 0);
      if (partition >= 0) shares[partition] = (shares[partition] ?? 0) + 1;
    }
    expect(Math.max(...shares) / (20_000 / parts)).toBeLessThan(2);
  });

  it('has one part where the result is small, and groups as asked for', async () => {
    const small = await planOf((n) => String(n % 1_000));
    expect(small.partitions.because).toMatch(/^1, for 268435456 bytes each: a sample of 2097152 bytes has 1000 keys/);
    expect(small.geometry.groupSize).toBe(limits.GROUP_SIZE_DEFAULT);
    expect((await planOf(scattered, { groupSize: 64 })).geometry.groupSize).toBe(64);
  });
});

describe('a chunk message', () => {
  it('has room for the longest boundaries beside its segments and parameters', async () => {
    const params = { note: { type: 'text', default: '' } } as const;
    const job = defineJob({ ...shared, input: lines(), map: counted, params });
    const objects: { [key: string]: string } = {};
    const key = (n: number) => `${'k'.repeat(limits.BOUNDARY_BYTES_MAX - 10)}${String(n).padStart(6, '0')}\n`;
    for (let i = 0; i < 1_000; i++) {
      objects['o'.repeat(900) + i] = Array.from({ length: 40 }, (_, n) => key(i * 40 + n)).join('');
    }
    const made = pipeline(objects, job);
    const note = 'x'.repeat(limits.PARAMS_BYTES_MAX - '{"note":""}'.length);
    await planned(made, { chunkBytes: 1e9, partitions: 94, params: { note } });
    const boundaries = made.pending.map(({ message }) => ('boundaries' in message ? message.boundaries : []));
    expect(JSON.stringify(boundaries[0]).length).toBeGreaterThan(limits.BOUNDARIES_BYTES_MAX * 0.95);
    const sizes = made.pending.map(({ message }) => JSON.stringify(message).length);
    expect(Math.max(...sizes)).toBeGreaterThan(limits.MESSAGE_BYTES_MAX / 2);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(limits.MESSAGE_BYTES_MAX);
  });
});
