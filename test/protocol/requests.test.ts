/** What a chunk costs in requests: they are paid for, and a million of each adds up. */
import { expect, it } from 'vitest';
import { aggregate } from '../../functions/aggregator/aggregate.ts';
import type { RunRequest } from '../../functions/core/messages.ts';
import { csvRows, defineJob, lines, sum } from '../../functions/index.ts';
import type { ObjectStore } from '../../functions/ports/object-store.ts';
import type { Services } from '../../functions/ports/services.ts';
import { split } from '../../functions/splitter/split.ts';
import { work } from '../../functions/worker/work.ts';
import { MemoryPipeline } from '../support/memory-pipeline.ts';

const job = defineJob({
  name: 'job',
  input: lines(),
  *map(line) {
    yield [line.slice(0, 3), 1];
  },
  combine: sum,
  output: csvRows(['key', 'value']),
});

/** The pipeline's services, and how often each call of the store and the aggregator is made. */
function counting(made: MemoryPipeline) {
  const counts = { head: 0, read: 0, open: 0, putIfAbsent: 0, copyIfAbsent: 0, joinIfAbsent: 0, list: 0, invoke: 0 };
  const counted = <K extends keyof ObjectStore>(name: K, call: ObjectStore[K]): ObjectStore[K] =>
    ((...args: never[]) => {
      counts[name] += 1;
      return (call as (...given: never[]) => unknown)(...args);
    }) as ObjectStore[K];
  const { store, aggregator } = made.services;
  const services: Services = {
    ...made.services,
    store: {
      head: counted('head', store.head),
      read: counted('read', store.read),
      open: counted('open', store.open),
      putIfAbsent: counted('putIfAbsent', store.putIfAbsent),
      copyIfAbsent: counted('copyIfAbsent', store.copyIfAbsent),
      joinIfAbsent: counted('joinIfAbsent', store.joinIfAbsent),
      list: counted('list', store.list),
    },
    aggregator: {
      invoke: async (request) => {
        counts.invoke += 1;
        await aggregator.invoke(request);
      },
    },
  };
  return { services, counts };
}

it('a chunk is one read a segment, one write and one listing; a node one read a partial and few others', async () => {
  const made = new MemoryPipeline({ jobs: [job] });
  const text = Array.from({ length: 20_000 }, (_, i) => `${String(i).padStart(7, '0')} some text\n`).join('');
  made.store.upload({ bucket: 'in', key: 'a' }, Buffer.from(text));
  const request: RunRequest = {
    kind: 'run',
    run: 'job-1',
    job: 'job',
    inputs: [{ bucket: 'in', key: 'a' }],
    params: {},
    chunkBytes: Math.ceil(text.length / 640),
    requestedAtMs: made.clock.now,
  };
  await split(request, made.services);
  const { services, counts } = counting(made);
  const chunks = made.pending.splice(0).map(({ message }) => message);
  expect(chunks.length).toBe(640);
  for (const message of chunks) if (message.kind === 'chunk') await work(message, services);
  expect(counts).toEqual({
    head: 0,
    read: 640,
    open: 0,
    putIfAbsent: 640,
    copyIfAbsent: 0,
    joinIfAbsent: 0,
    list: 640,
    invoke: 10,
  });
  // Ten groups of 64, then publication: their calls go through the pipeline's own store.
  const before = made.calls;
  await made.drain();
  const fanIn = made.calls - before;
  expect(made.manifest('job', 'job-1')).toMatchObject({ state: 'succeeded', chunks: { total: 640 } });
  const partials = 640 + 10;
  expect((fanIn - partials) / partials).toBeLessThan(0.1);
});

it('a result in parts is one read a partial and partition, a tail of each on top, and few others', async () => {
  const [groupSize, partitions] = [64, 16];
  const made = new MemoryPipeline({ jobs: [job] });
  const text = Array.from({ length: 20_000 }, (_, i) => `${100 + ((i * 7919) % 900)} some text\n`).join('');
  made.store.upload({ bucket: 'in', key: 'a' }, Buffer.from(text));
  const chunkBytes = Math.ceil(text.length / groupSize ** 2);
  const inputs = [{ bucket: 'in', key: 'a' }];
  const requestedAtMs = made.clock.now;
  await split(
    { kind: 'run', run: 'job-1', job: 'job', inputs, params: {}, chunkBytes, groupSize, partitions, requestedAtMs },
    made.services,
  );
  const chunks = made.pending.splice(0).map(({ message }) => message);
  for (const message of chunks) if (message.kind === 'chunk') await work(message, made.services);
  const { services, counts } = counting(made);
  while (made.pending.length > 0) {
    for (const { message } of made.pending.splice(0)) {
      if (message.kind !== 'run' && message.kind !== 'chunk') await aggregate(message, services);
    }
  }
  expect(made.manifest('job', 'job-1')?.results).toHaveLength(partitions);
  const tails = groupSize;
  const ofPartials = chunks.length + groupSize * partitions;
  const documents = 1 + 2 + partitions; // the plan, the publication before and after it is sealed, the reports
  expect(counts.open).toBe(chunks.length + documents);
  expect(counts.read).toBe(groupSize * partitions + tails);
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  expect((all - ofPartials) / ofPartials).toBeLessThan(0.1);
}, 30_000);
