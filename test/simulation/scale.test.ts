/** A run of some thousand chunks, as fast as AWS lets it: what a chunk costs in requests. `npm run sim:scale` plays a million. */
import { describe, expect, test } from 'vitest';
import { Backlog } from '../../functions/adapters/simulated/backlog.ts';
import { Account, Scaling } from '../../functions/adapters/simulated/capacity.ts';
import { RequestRates } from '../../functions/adapters/simulated/request-rates.ts';
import { Bucket } from '../../functions/adapters/simulated/s3-bucket.ts';
import { Timeline } from '../../functions/adapters/simulated/timeline.ts';
import { onDemandRamp } from '../../functions/core/ramp.ts';
import { fanInOf } from './fan-in.ts';
import { type ScaleOptions, scaledRun } from './scaled-run.ts';

const usual: ScaleOptions = {
  chunks: 4_096,
  groupSize: 64,
  partitions: 1,
  ramp: onDemandRamp(1_250),
  concurrencyMax: 10_000,
  chunkSeconds: 30,
  seed: 1,
};

describe('thousands of chunks', () => {
  test.each([1, 8])('in %d parts', async (partitions) => {
    const report = await scaledRun({ ...usual, partitions });
    expect(report.violations).toEqual([]);
    expect(report.result).toBe(report.expected);
    expect(report.manifest.results).toHaveLength(partitions);
    const { requests, refused, levels } = report;
    expect(levels).toEqual([4_096, 64]);
    const a = (kind: Parameters<typeof requests.of>[1]) => requests.of('worker', kind) / usual.chunks;
    // One read, one write, one listing; a message is received and deleted once, and ten of them sent together.
    expect([a('GET'), a('PUT'), a('LIST'), a('receive'), a('delete')]).toEqual([1, 1, 1, 1, 1]);
    expect(requests.total('send') / usual.chunks).toBeCloseTo(0.1, 2);
    const { reads, others } = fanInOf(report, partitions);
    expect(reads).toBeGreaterThan(0.95); // what has nothing in a partition is not read for it
    expect(reads).toBeLessThan(1.1); // the last two of a group may both see it full
    expect(others).toBeLessThan(0.1);
    expect(refused).toBe(0);
    // Workers come as they do on demand: 5 at first, 300 more a minute, and each chunk takes half a minute.
    expect(report.workersMost).toBeLessThan(5 + (report.seconds.worked / 60) * 300);
    expect(report.seconds.ended - report.seconds.worked).toBeLessThan(15);
  });

  test('more than the account lets run wait, and end all the same', async () => {
    const report = await scaledRun({ ...usual, chunks: 300, concurrencyMax: 20, chunkSeconds: 2 });
    expect(report.violations).toEqual([]);
    expect(report.result).toBe(report.expected);
    expect(report.workersMost).toBeLessThanOrEqual(20);
  });
});

test('a backlog gives back what was put in, in its order', () => {
  const backlog = new Backlog<{ n: number }>();
  const taken: (number | undefined)[] = [];
  for (let n = 0; n < 7_500; n++) {
    backlog.push({ n });
    if (n % 3 === 0) taken.push(backlog.shift()?.n);
  }
  expect(backlog.length).toBe(5_000);
  while (backlog.length > 0) taken.push(backlog.shift()?.n);
  expect(backlog.shift()).toBeUndefined();
  expect(taken).toEqual(Array.from({ length: 7_500 }, (_, n) => n));
});

test('a function grows by a thousand environments in ten seconds, as far as its account lets it', async () => {
  const timeline = new Timeline(0);
  const scaling = new Scaling(timeline);
  const growing = () => {
    let made = 0;
    for (; scaling.room > 0; made++) scaling.made();
    return made;
  };
  const grown = [growing()];
  for (const ms of [100, 5_000, 60_000]) {
    timeline.after(ms, () => grown.push(growing()));
    await timeline.step();
  }
  expect(grown).toEqual([1_000, 10, 500, 1_000]);
  const account = new Account(2);
  account.began();
  expect(account.room).toBe(1);
  account.began();
  expect(account.room).toBe(0);
  account.ended();
  expect(account.room).toBe(1);
});

test('a bucket answers 3,500 writes and 5,500 reads of a second', () => {
  let nowMs = 0;
  const rates = new RequestRates(() => nowMs);
  const answered = (kind: 'writes' | 'reads') =>
    Array.from({ length: 6_000 }, () => rates.refuses('b', kind)).filter((refused) => !refused).length;
  expect([answered('writes'), answered('reads'), rates.refused]).toEqual([3_500, 5_500, 3_000]);
  nowMs = 1_000;
  expect(answered('writes')).toBe(3_500);
  expect(rates.most).toEqual({ writes: 6_000, reads: 6_000 });
});

test('what is forgotten keeps its name, and who reads it is told', () => {
  const bucket = new Bucket('b', { nowMs: () => 0, partBytesMin: 1 });
  for (const key of ['a/b/1', 'a/b/2', 'a/c/1']) bucket.put(key, Buffer.from(key));
  bucket.forget('a/b/');
  expect([...bucket.list('a/')].map(([key]) => key)).toEqual(['a/b/1', 'a/b/2', 'a/c/1']);
  expect(bucket.get('a/c/1')?.bytes.toString()).toBe('a/c/1');
  expect(() => bucket.get('a/b/1')?.bytes).toThrow('forgotten');
  expect(bucket.readsForgotten).toBe(1);
});
