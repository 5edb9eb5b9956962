/** One node of the fan-in tree: its children's partials into one, streaming. */
import { wholeOrNot } from '../core/counts.ts';
import type { MemoryBounds } from '../core/memory-bounds.ts';
import type { SectionName } from '../core/partial-index.ts';
import type { EntrySource } from '../core/partial-reader.ts';
import { PartialWriter } from '../core/partial-writer.ts';
import { boundaryKeys } from '../core/partitions.ts';
import type { Plan } from '../core/plan.ts';
import { countsOf, failureOf, type Summary } from '../core/summary.ts';
import { IN, OUT } from '../core/two-state.ts';
import { type FanfoldError, isResult } from '../errors.ts';
import type { Job } from '../job.ts';
import { mergeStored } from '../kernels/merge-blocks.ts';
import { kernelPlan, mergedByJob } from './merge-entries.ts';
import type { Group } from './open-group.ts';

/** The bytes of the merged partial. */
export async function* mergeNode(group: Group, job: Job, plan: Plan, memory: MemoryBounds): AsyncGenerator<Uint8Array> {
  const writer = new PartialWriter(boundaryKeys(plan.partitions.boundaries));
  const failed: [FanfoldError | undefined, FanfoldError | undefined] = [undefined, undefined];
  for (const [state, section] of [
    [OUT, 'out'],
    [IN, 'in'],
  ] as const) {
    if (group.heads[state].length === 0) continue;
    try {
      yield* merge(section, group.heads[state], writer, job, memory);
    } catch (error) {
      if (!isResult(error)) throw error;
      failed[state] = error;
    }
  }
  if (failed.includes(undefined)) yield* merge('body', group.body, writer, job, memory);
  const summary = group.joined(0);
  yield* writer.end({ ...withFailures(summary, failed, plan), entries: writer.entries });
}

/** The entries of sources as one run, in a section of their own. */
async function* merge(
  section: SectionName,
  sources: readonly EntrySource[],
  writer: PartialWriter,
  job: Job,
  memory: MemoryBounds,
): AsyncGenerator<Uint8Array> {
  const plan = await kernelPlan(sources, job, writer.boundaries);
  writer.section(section, { numbers: plan !== undefined && 'eitherForm' in plan });
  if (plan !== undefined) {
    for await (const { bytes, entries } of mergeStored(sources, plan)) {
      writer.addEncodedPairs(bytes, entries);
      yield* writer.blocks();
    }
  } else {
    for await (const pairs of mergedByJob(sources, job, memory)) {
      for (const { key, value } of pairs) writer.addPair(key, value);
      yield* writer.blocks();
    }
  }
}

/** What `combine` throws for pairs that count only if the group begins in one state is what they come to. */
function withFailures(summary: Summary, failed: readonly (FanfoldError | undefined)[], plan: Plan): Summary {
  const { lanes, chunks } = summary;
  if (lanes === undefined || failed.every((error) => error === undefined)) return summary;
  const { first, end } = chunks;
  const [out, in_] = lanes.heads.map((head, state) => {
    const error = failed[state];
    return error === undefined ? head : { failure: failureOf(error, first, end) };
  });
  if (out === undefined || in_ === undefined) return summary;
  const parts = { ends: lanes.ends, heads: [out, in_] as const, body: countsOf(summary), chunks: end - first };
  const counts = wholeOrNot(parts, plan.badRecordsMax);
  const { fatal: _, ...rest } = summary;
  return { ...rest, ...counts, chunks: { first, end, ...counts.chunks } };
}
