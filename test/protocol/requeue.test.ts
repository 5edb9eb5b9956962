/** The queues die with their process, at every single call: what is missing of the plan is started again, and no more. */
import { expect, it } from 'vitest';
import { planKey } from '../../functions/core/keys.ts';
import type { RunRequest } from '../../functions/core/messages.ts';
import { csvRows, defineJob, lines, sum } from '../../functions/index.ts';
import { readPlan } from '../../functions/protocol/documents.ts';
import { lookThrough } from '../../functions/watcher/mend.ts';
import { requeue } from '../../functions/watcher/requeue.ts';
import { MemoryPipeline } from '../support/memory-pipeline.ts';

let mapped = 0;
const job = defineJob({
  name: 'count',
  input: lines(),
  *map(line) {
    mapped += 1;
    yield [line, 1];
  },
  combine: sum,
  output: csvRows(['key', 'value']),
});
const requestFor = (partitions: number): RunRequest => ({
  kind: 'run',
  run: 'count-1',
  job: 'count',
  inputs: [{ bucket: 'in', key: 'a' }],
  params: {},
  chunkBytes: 2,
  groupSize: 2,
  partitions,
  requestedAtMs: 1_700_000_000_000,
});
const text = 'a\nb\nc\nd\ne\nf\ng\n';
const expected = 'key,value\na,1\nb,1\nc,1\nd,1\ne,1\nf,1\ng,1\n';

function pipeline(crash?: { call: number; when: 'before' | 'after' }): MemoryPipeline {
  const made = new MemoryPipeline({ jobs: [job], queuesDie: true, ...(crash === undefined ? {} : { crash }) });
  made.store.upload({ bucket: 'in', key: 'a' }, Buffer.from(text));
  return made;
}

it.each([1, 3])('comes to the same bytes, and does no chunk again: a result in %d parts', async (partitions) => {
  const request = requestFor(partitions);
  const calm = pipeline();
  expect((await calm.run(request))?.results).toHaveLength(partitions);
  let requeued = 0;
  for (let call = 1; call <= calm.calls; call++) {
    for (const when of ['before', 'after'] as const) {
      const where = `killed ${when} call ${call}`;
      const made = pipeline({ call, when });
      await made.run(request);
      expect(made.pending, where).toEqual([]);
      if (made.manifest('count', 'count-1') !== undefined) continue;
      if (!made.store.contents('results').has(planKey('count-1'))) continue; // nothing was begun: there is nothing to go on with
      made.restart();
      const plan = await readPlan(made.services, 'count-1');
      if (plan === undefined) throw new Error('expected a plan');
      const found = await lookThrough(made.services, plan, Number.POSITIVE_INFINITY);
      mapped = 0;
      await requeue(made.services, plan, found);
      await made.drain();
      expect(made.result('count', 'count-1').toString(), where).toBe(expected);
      expect(mapped, where).toBe(plan.totals.chunks - found.done);
      requeued += 1;
    }
  }
  expect(requeued).toBeGreaterThan(50);
});
