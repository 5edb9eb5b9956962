/** Samples that kernels take are those that `map` comes to. */
import { describe, expect, it } from 'vitest';
import type { RunRequest } from '../../../functions/core/messages.ts';
import { aggregate, count, csv, csvRows, type Job, jsonl, max, sum, words } from '../../../functions/index.ts';
import { readPlan } from '../../../functions/protocol/documents.ts';
import { takeSample } from '../../../functions/splitter/sample.ts';
import { split } from '../../../functions/splitter/split.ts';
import { plainly } from '../../support/both-ways.ts';
import { MemoryPipeline } from '../../support/memory-pipeline.ts';

const request: RunRequest = {
  kind: 'run',
  run: 'r-1',
  job: 'counting',
  inputs: [{ bucket: 'in', prefix: '' }],
  params: {},
  chunkBytes: 64 * 1024,
  requestedAtMs: 0,
};

/** The sample of a job, and how many records went through `map` for it. */
async function sampleOf(job: Job, objects: { readonly [key: string]: Buffer }, tableBytesMax?: number) {
  let mapped = 0;
  const counting: Job = {
    ...job,
    map: (...given) => {
      mapped += 1;
      return job.map(...given);
    },
  };
  const memory = tableBytesMax === undefined ? {} : { memory: { tableBytesMax } };
  const { store, services } = new MemoryPipeline({ jobs: [counting], ...memory });
  for (const [key, bytes] of Object.entries(objects)) store.upload({ bucket: 'in', key }, bytes);
  await split(request, services);
  const plan = await readPlan(services, 'r-1');
  if (plan === undefined) throw new Error('not planned');
  mapped = 0;
  const whole = services.store;
  const inPieces = {
    ...whole,
    async *read(...range: Parameters<typeof whole.read>) {
      for await (const block of whole.read(...range)) {
        for (let at = 0; at < block.length; at += 5_000) yield block.subarray(at, at + 5_000);
      }
    },
  };
  const { pairs, ...sample } = await takeSample({ ...services, store: inPieces }, counting, plan);
  return { sample: { ...sample, pairs: pairs().map(({ key, bytes }) => [Buffer.from(key), bytes]) }, mapped };
}

/** As `plainly` samples it, but for the records that are `left`. */
async function expectSame(job: Job, objects: { readonly [key: string]: Buffer }, left: number, tableBytesMax?: number) {
  const kernel = await sampleOf(job, objects, tableBytesMax);
  const plain = await sampleOf(plainly(job), objects);
  expect(kernel.sample).toEqual(plain.sample);
  expect(plain.sample.keys).toBeGreaterThan(100);
  expect(kernel.mapped).toBeLessThanOrEqual(left);
  expect(plain.mapped).toBeGreaterThan(10 * Math.max(left, 100));
}

const lineOf = (many: number, line: (i: number) => string) =>
  Buffer.from(Array.from({ length: many }, (_, i) => `${line(i)}\n`).join(''));
const output = csvRows(['key']);

describe('a sample by kernels', () => {
  const counting = aggregate({
    name: 'counting',
    input: words(),
    groupBy: { key: 'word' },
    values: { many: count() },
    output,
  });

  it('of words is that of `map`, also where they are longer than what is read of each place', async () => {
    const text = lineOf(300_000, (i) => `${(i * 7919) % 5_003} ${i % 7 === 0 ? 'ü' : 'the'}`);
    await expectSame(counting, { a: text, b: Buffer.from(text.map((byte) => (byte === 0x31 ? 0xff : byte))) }, 100);
    const long = lineOf(40, (i) => `${i}${'x'.repeat(300_000)} ${i}`);
    await expectSame(counting, { a: Buffer.concat([text, long]) }, 100);
  });

  it('is the same where its groups do not fit in memory', async () => {
    const text = lineOf(300_000, (i) => String((i * 7919) % 1_000_003));
    await expectSame(counting, { a: text }, 100, 600_000);
  });

  it('of CSV takes the columns of each object, with numbers that are too long for it', async () => {
    const job = aggregate({
      name: 'counting',
      input: csv({ id: 'text', amount: 'decimal(2)' }),
      groupBy: { key: 'id' },
      values: { total: sum('amount'), most: max('amount') },
      output,
    });
    const amount = (i: number) => (i % 997 === 0 ? '123456789012345678901234567890.5' : `${i % 13}.25`);
    const first = lineOf(100_000, (i) => (i === 0 ? 'id,amount' : `k${i % 3_001},${amount(i)}`));
    const other = lineOf(100_000, (i) => (i === 0 ? 'note,amount,id' : `"a ""note""",${amount(i)},k${i % 4_001}`));
    await expectSame(job, { a: first, b: other }, 200);
  });

  it('of JSONL counts what lists hold, and passes over bad records', async () => {
    const job = aggregate({
      name: 'counting',
      input: jsonl({ tags: ['text'] }),
      groupBy: { key: 'tags' },
      values: { many: count() },
      badRecords: 'set-aside',
      output,
    });
    const posts = lineOf(100_000, (i) => (i % 50 === 0 ? '{"tags":1}' : `{"tags":["a${i % 701}","b${i % 31}"]}`));
    await expectSame(job, { a: posts }, 100);
  });
});
