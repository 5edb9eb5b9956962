/** One node of the fan-in tree: its children's partials into one, streaming. */
import { mergePairs } from '../core/merge.ts';
import type { EntrySource, PartialReader } from '../core/partial-reader.ts';
import { PartialWriter } from '../core/partial-writer.ts';
import type { Plan } from '../core/plan.ts';
import type { Job } from '../job.ts';
import { mergeStored } from '../kernels/merge-blocks.ts';
import { valueKinds } from '../kernels/plan.ts';
import { jobError } from '../protocol/job-error.ts';
import { joinAll } from './open-partials.ts';

/** The bytes of the merged partial. */
export async function* mergeNode(readers: readonly PartialReader[], job: Job, plan: Plan): AsyncGenerator<Uint8Array> {
  const writer = new PartialWriter();
  const values = valueKinds(job);
  if (values !== undefined) {
    for await (const { bytes, entries } of mergeStored(readers, { values, combine: job.combine })) {
      writer.addRows(bytes, entries);
      yield* writer.blocks();
    }
  } else if (job.shape === 'keyed') {
    for await (const pairs of merged(readers, job)) {
      for (const { key, value } of pairs) writer.addPair(key, value);
      yield* writer.blocks();
    }
  } else {
    for (const reader of readers) {
      for (let block = await reader.next(); block !== undefined; block = await reader.next()) {
        writer.addRows(block.bytes, block.entries);
        yield* writer.blocks();
      }
    }
  }
  yield* writer.end(joinAll(readers, writer.entries, plan));
}

/** The merged pairs; what the job's `combine` throws is the job's error. */
export async function* merged(readers: readonly EntrySource[], job: Job) {
  yield* mergePairs(readers, (earlier, later) => {
    try {
      return job.combine(earlier, later);
    } catch (error) {
      throw jobError(error, 'combining partials');
    }
  });
}
