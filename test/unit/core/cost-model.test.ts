/** The cost model against what really happens: requests are counted in a run, time is simulated chunk by chunk. */
import { describe, expect, test } from 'vitest';
import type { Deployed, RunShape } from '../../../functions/core/cost-model/estimate.ts';
import { estimate } from '../../../functions/core/cost-model/estimate.ts';
import { others } from '../../../functions/core/cost-model/others.ts';
import { onDemandRamp, provisionedRamp } from '../../../functions/core/ramp.ts';
import { csvRows, defineJob, lines, sum, textLines } from '../../../functions/index.ts';
import type { Job } from '../../../functions/job.ts';
import { MemoryPipeline } from '../../support/memory-pipeline.ts';

const deployed: Deployed = {
  workerMemoryMiB: 1_769,
  aggregatorMemoryMiB: 1_769,
  architecture: 'arm64',
  ramp: onDemandRamp(100),
};
const shape = (over: Partial<RunShape>): RunShape => ({
  bytes: 1e12,
  objects: 1_000,
  megabytesPerSecond: 40,
  plannedMegabytesPerSecond: 40,
  growth: { inputBytes: 1e6, partialBytes: 1e5, exponent: 0.5 },
  cuttable: true,
  ...over,
});

const count = defineJob({
  name: 'job',
  input: lines(),
  *map(line) {
    yield [line.slice(-3), 1];
  },
  combine: sum,
  output: csvRows(['key', 'value']),
});

const copy = defineJob({
  name: 'job',
  input: lines(),
  *map(line) {
    yield line;
  },
  output: textLines(),
});

/** Calls of a run in memory by kind, from the request to the manifest. */
async function countRequests(chunkCount: number, groupSize: number, job: Job = count) {
  const made = new MemoryPipeline({ jobs: [job] });
  const text = Array.from({ length: 20_000 }, (_, i) => `${i * 7919} some text ${i % 1000}\n`).join('');
  made.store.upload({ bucket: 'in', key: 'a' }, Buffer.from(text));
  const counts = { gets: 0, puts: 0, lists: 0 };
  const { store } = made;
  const { read, open, head, putIfAbsent, joinIfAbsent, list } = store;
  store.read = (...args) => {
    counts.gets += 1;
    return read.apply(store, args);
  };
  store.open = (...args) => {
    counts.gets += 1;
    return open.apply(store, args);
  };
  store.head = (...args) => {
    counts.gets += 1;
    return head.apply(store, args);
  };
  store.putIfAbsent = (...args) => {
    counts.puts += 1;
    return putIfAbsent.apply(store, args);
  };
  store.joinIfAbsent = (...args) => {
    const [, parts] = args;
    counts.puts += parts.length === 1 ? 1 : parts.length + 2;
    return joinIfAbsent.apply(store, args);
  };
  store.list = (...args) => {
    counts.lists += 1;
    return list.apply(store, args);
  };
  const chunkBytes = Math.ceil(text.length / chunkCount);
  const inputs = [{ bucket: 'in', key: 'a' }];
  const geometry = { chunkBytes, groupSize };
  await made.run({
    kind: 'run',
    run: 'job-1',
    job: 'job',
    inputs,
    params: {},
    ...geometry,
    requestedAtMs: made.clock.now,
  });
  expect(made.manifest('job', 'job-1')).toMatchObject({ state: 'succeeded', chunks: { total: chunkCount } });
  return { counts, bytes: text.length, geometry };
}

describe('requests', () => {
  test.each([
    [640, 64],
    [500, 8],
    [60, 64],
  ])('of %d chunks in groups of %d are what a run makes, within a twentieth', async (chunks, groupSize) => {
    const { counts, bytes, geometry } = await countRequests(chunks, groupSize);
    const { requests, chunks: estimated } = estimate(shape({ bytes, objects: 1, ...geometry }), deployed);
    expect(estimated).toBe(chunks);
    for (const kind of ['gets', 'puts', 'lists'] as const) {
      expect(
        Math.abs(requests[kind] - counts[kind]),
        `${kind}: ${requests[kind]}, counted ${counts[kind]}`,
      ).toBeLessThan(10 + 0.05 * counts[kind]);
    }
  });
});

describe('requests of a transform', () => {
  test.each([
    [640, 64],
    [500, 8],
    [60, 64],
  ])('of %d chunks in groups of %d are what a run makes, within a twentieth', async (chunks, groupSize) => {
    const { counts, bytes, geometry } = await countRequests(chunks, groupSize, copy);
    const growth = { inputBytes: bytes, partialBytes: bytes, exponent: 1 };
    const { requests } = estimate(shape({ bytes, objects: 1, growth, joins: true, ...geometry }), deployed);
    for (const kind of ['gets', 'puts', 'lists'] as const) {
      expect(
        Math.abs(requests[kind] - counts[kind]),
        `${kind}: ${requests[kind]}, counted ${counts[kind]}`,
      ).toBeLessThan(10 + 0.05 * counts[kind]);
    }
  });
});

test('a transform is joined, and not merged: its combining takes seconds', () => {
  const growth = { inputBytes: 1, partialBytes: 1, exponent: 1 };
  const joined = estimate(shape({ growth, joins: true }), deployed);
  const merged = estimate(shape({ growth }), deployed);
  expect(joined.seconds.combine).toBeLessThan(120);
  expect(merged.seconds.combine).toBeGreaterThan(1_000);
  expect(joined.parts).toBe(Math.ceil(1e12 / 2 ** 36));
});

describe('dollars', () => {
  test('of 1,000 chunks of a GB-minute each, by hand', () => {
    const { chunks, dollars, requests } = estimate(
      shape({
        bytes: 1e11,
        chunkBytes: 1e8,
        megabytesPerSecond: 1e8 / 1e6 / 59.8,
        growth: { inputBytes: 1, partialBytes: 0, exponent: 0 },
      }),
      { ...deployed, workerMemoryMiB: 1_769, ramp: { start: 1_000, perMinute: 0.001, max: 1_000 } },
    );
    expect(chunks).toBe(1_000);
    const gbSeconds = 1_000 * (60 + 0.5) * (1_769 / 1_024);
    expect(dollars.lambda).toBeCloseTo(gbSeconds * 0.0000133334 + requests.invocations * 0.2e-6, 2);
    expect(dollars.total).toBeCloseTo(dollars.lambda + dollars.s3 + dollars.sqs, 10);
    expect(dollars.sqs).toBeCloseTo((2_100 * 0.4) / 1e6, 10);
  });

  test('grow as the input does, and x86 asks a quarter more for Lambda', () => {
    const small = estimate(shape({ bytes: 1e12 }), deployed).dollars;
    const large = estimate(shape({ bytes: 1e13 }), deployed).dollars;
    expect(large.total / small.total).toBeGreaterThan(9);
    expect(large.total / small.total).toBeLessThan(11);
    const x86 = estimate(shape({ bytes: 1e12 }), { ...deployed, architecture: 'x86_64' }).dollars;
    expect(x86.lambda / small.lambda).toBeCloseTo(1.25, 2);
  });

  test('of pollers are those that are always there', () => {
    expect(estimate(shape({}), { ...deployed, pollers: { min: 2 } }).dollars.idleMonth).toBeCloseTo(13.5, 1);
    expect(estimate(shape({}), deployed).dollars.idleMonth).toBe(0);
  });
});

describe('seconds', () => {
  test('are shorter with more workers, and a worker with half the memory is half as fast', () => {
    const few = estimate(shape({}), deployed);
    const many = estimate(shape({}), { ...deployed, ramp: provisionedRamp({ min: 20, max: 500 }) });
    expect(many.seconds.work).toBeLessThan(few.seconds.work / 5);
    const half = estimate(shape({}), { ...deployed, workerMemoryMiB: 1_769 / 2 });
    expect(half.workerMegabytesPerSecond).toBe(few.workerMegabytesPerSecond / 2);
  });

  test('of work are half, for the same dollars, where a worker has two processors, until the network is full', () => {
    const slow = { megabytesPerSecond: 30, plannedMegabytesPerSecond: 30 };
    const one = estimate(shape(slow), deployed);
    const two = estimate(shape(slow), { ...deployed, workerMemoryMiB: 2 * 1_769 });
    expect(two.workerMegabytesPerSecond).toBe(60);
    expect(two.workers).toBe(one.workers);
    expect(two.seconds.work / one.seconds.work).toBeCloseTo(0.5, 1);
    expect(two.dollars.lambda / one.dollars.lambda).toBeCloseTo(1, 1);
    const six = estimate(shape(slow), { ...deployed, workerMemoryMiB: 10_240 });
    expect(six.workerMegabytesPerSecond).toBe(75);
  });

  test('no worker reads faster than the network', () => {
    expect(estimate(shape({ megabytesPerSecond: 1_000 }), deployed).workerMegabytesPerSecond).toBe(75);
  });

  test('objects that cannot be cut are a chunk each', () => {
    expect(estimate(shape({ cuttable: false, objects: 10 }), deployed).chunks).toBe(10);
    expect(estimate(shape({ cuttable: false, objects: 1e6 }), deployed).chunks).toBe(Math.ceil(1e12 / 256 / 2 ** 20));
  });

  test('the fan-in is as deep as the tree', () => {
    expect(estimate(shape({ bytes: 64e6, chunkBytes: 1e6 }), deployed)).toMatchObject({
      chunks: 64,
      depth: 1,
      nodes: 0,
    });
    expect(estimate(shape({ bytes: 65e6, chunkBytes: 1e6 }), deployed)).toMatchObject({
      chunks: 65,
      depth: 2,
      nodes: 2,
    });
  });
});

test('others are asked for the same bytes', () => {
  const prices = Object.fromEntries(
    others(1e12, estimate(shape({}), deployed)).map(({ name, dollars }) => [name, dollars]),
  );
  expect(prices['Athena']).toBeCloseTo(5, 10);
  expect(prices['Glue (Spark)']).toBeCloseTo((1e6 / 14 / 4 / 3600) * 0.44, 6);
  expect(others(0, estimate(shape({ bytes: 0 }), deployed)).every(({ dollars }) => dollars > 0)).toBe(true);
});
