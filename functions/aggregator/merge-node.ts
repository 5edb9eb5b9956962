/** One node of the fan-in tree: its children's partials into one, streaming. */
import { wholeOrNot } from '../core/counts.ts';
import type { MemoryBounds } from '../core/memory-bounds.ts';
import { mergePairs } from '../core/merge.ts';
import type { EntrySource } from '../core/partial-reader.ts';
import { PartialWriter } from '../core/partial-writer.ts';
import { boundaryKeys } from '../core/partitions.ts';
import type { Plan } from '../core/plan.ts';
import { countsOf, failureOf, type Summary } from '../core/summary.ts';
import { IN, OUT } from '../core/two-state.ts';
import { type FanfoldError, isResult } from '../errors.ts';
import type { Job } from '../job.ts';
import { type MergePlan, mergeStored, type RowMergePlan } from '../kernels/merge-blocks.ts';
import { sortsLines, valueKinds } from '../kernels/plan.ts';
import { jobError } from '../protocol/job-error.ts';
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
    writer.section(section);
    try {
      yield* merge(group.heads[state], writer, job, memory);
    } catch (error) {
      if (!isResult(error)) throw error;
      failed[state] = error;
    }
  }
  writer.section('body');
  if (failed.includes(undefined)) yield* merge(group.body, writer, job, memory);
  const summary = group.joined(0);
  yield* writer.end({ ...withFailures(summary, failed, plan), entries: writer.entries });
}

/** The entries of sources as one run. */
async function* merge(
  sources: readonly EntrySource[],
  writer: PartialWriter,
  job: Job,
  memory: MemoryBounds,
): AsyncGenerator<Uint8Array> {
  const plan = mergePlan(job, writer.boundaries);
  if (plan !== undefined) {
    for (const source of sources) source.begin();
    for await (const { bytes, entries } of mergeStored(sources, plan)) {
      writer.addEncodedPairs(bytes, entries);
      yield* writer.blocks();
    }
  } else {
    for await (const pairs of merged(sources, job, memory)) {
      for (const { key, value } of pairs) writer.addPair(key, value);
      yield* writer.blocks();
    }
  }
}

/** What a kernel can merge of a job's partials. */
function mergePlan(job: Job, boundaries: readonly Uint8Array[]): MergePlan | RowMergePlan | undefined {
  if (sortsLines(job)) return { rows: 'pairs', boundaries };
  const values = valueKinds(job);
  return values === undefined ? undefined : { values, combine: job.combine, boundaries };
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

/** The merged pairs, or sorted rows; what the job's `combine` throws is the job's error. */
export function merged(readers: readonly EntrySource[], job: Job, { valueBytesMax }: MemoryBounds) {
  if (job.sortBy !== undefined) return mergePairs(readers, undefined, valueBytesMax);
  const combine = (earlier: unknown, later: unknown) => {
    try {
      return job.combine(earlier, later);
    } catch (error) {
      throw jobError(error, 'combining partials');
    }
  };
  return mergePairs(readers, combine, valueBytesMax);
}
