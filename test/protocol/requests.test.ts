/** What a chunk costs in requests: they are paid for, and a million of each adds up. */
import { expect, it } from 'vitest';
import type { RunRequest } from '../../functions/core/messages.ts';
import { csvRows, defineJob, lines, sum } from '../../functions/index.ts';
import type { ObjectStore } from '../../functions/ports/object-store.ts';
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
  const counts = { head: 0, read: 0, open: 0, putIfAbsent: 0, copyIfAbsent: 0, joinIfAbsent: 0, list: 0 };
  const counted = <K extends keyof ObjectStore>(name: K, call: ObjectStore[K]): ObjectStore[K] =>
    ((...args: never[]) => {
      counts[name] += 1;
      return (call as (...given: never[]) => unknown)(...args);
    }) as ObjectStore[K];
  const { store } = made.services;
  const services = {
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
  };
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
  });
  // Ten groups of 64, then publication: their calls go through the pipeline's own store.
  const before = made.calls;
  await made.drain();
  const fanIn = made.calls - before;
  expect(made.manifest('job', 'job-1')).toMatchObject({ state: 'succeeded', chunks: { total: 640 } });
  const partials = 640 + 10;
  expect((fanIn - partials) / partials).toBeLessThan(0.1);
});
