/** The entries of partials as one run: by a kernel where it can hold what is joined, or else by the job's own code. */
import type { MemoryBounds } from '../core/memory-bounds.ts';
import { mergePairs, type Pair } from '../core/merge.ts';
import type { EntrySource } from '../core/partial-reader.ts';
import type { Job } from '../job.ts';
import { type MergePlan, mergeStored, type RowMergePlan } from '../kernels/merge-blocks.ts';
import { pairsIn } from '../kernels/pair-block.ts';
import { numberKinds, sortsLines, valueKinds } from '../kernels/plan.ts';
import { jobError } from '../protocol/job-error.ts';

/** What a kernel can merge of these partials: because of what the job is, or since all values turn out to be numbers. */
export async function kernelPlan(
  sources: readonly EntrySource[],
  job: Job,
  boundaries: readonly Uint8Array[],
): Promise<MergePlan | RowMergePlan | undefined> {
  if (sortsLines(job)) return { rows: 'pairs', boundaries };
  const values = valueKinds(job);
  if (values !== undefined) return { values, combine: job.combine, boundaries };
  return numberPlan(sources, job, boundaries);
}

async function numberPlan(
  sources: readonly EntrySource[],
  job: Job,
  boundaries: readonly Uint8Array[],
): Promise<MergePlan | undefined> {
  const kinds = job.shape === 'keyed' ? numberKinds(job.combine) : undefined;
  if (kinds === undefined || !(await allNumbers(sources))) return undefined;
  return { values: kinds.number, eitherForm: true, combine: combineOf(job), boundaries };
}

/** Whether the partials say so. All are asked before any is waited for. */
async function allNumbers(sources: readonly EntrySource[]): Promise<boolean> {
  for (const source of sources) source.begin();
  for (const source of sources) if ((await source.peek())?.numbers === false) return false;
  return true;
}

/** Pairs of each key once, or sorted rows, some at a time, as views that are valid until the next. */
export async function* merged(sources: readonly EntrySource[], job: Job, memory: MemoryBounds): AsyncGenerator<Pair[]> {
  const plan = await numberPlan(sources, job, []);
  if (plan === undefined) return yield* mergedByJob(sources, job, memory);
  for await (const { bytes } of mergeStored(sources, plan)) yield [...pairsIn(bytes)];
}

/** The same where no kernel can. */
export const mergedByJob = (sources: readonly EntrySource[], job: Job, { valueBytesMax }: MemoryBounds) =>
  mergePairs(sources, job.sortBy === undefined ? combineOf(job) : undefined, valueBytesMax);

/** What the job's `combine` throws is the job's error. */
const combineOf = (job: Job) => (earlier: unknown, later: unknown) => {
  try {
    return job.combine(earlier, later);
  } catch (error) {
    throw jobError(error, 'combining partials');
  }
};
