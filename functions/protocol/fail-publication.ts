/** The end of a run whose publication cannot be. */
import { asOwn } from '../core/adoption.ts';
import { partialKey } from '../core/keys.ts';
import type { Reason } from '../core/manifest.ts';
import type { Plan } from '../core/plan.ts';
import { beginning, joinSummaries, type Summary } from '../core/summary.ts';
import { groupMembers, levelSizes, type Members } from '../core/tree.ts';
import { OUT } from '../core/two-state.ts';
import type { Services } from '../ports/services.ts';
import { endRun } from './end-run.ts';
import { putRejects } from './put-rejects.ts';
import { storedSummary } from './stored-summary.ts';
import { tally } from './tally.ts';

/** Writes the manifest `failed`, with what the partials came to as far as they can be read. */
export async function failPublication(services: Services, plan: Plan, reason: Reason): Promise<void> {
  const { run, job, startedAtMs } = plan;
  const top = await topSummary(services, plan).catch(() => undefined);
  // To correct them one must see them, and not only the first.
  const told = reason.code === 'FANFOLD_TOO_MANY_BAD_RECORDS' ? (top?.rejects ?? []) : [];
  const rejects = await putRejects(services, plan, told);
  const summary = top ?? (await tally(services, plan));
  await endRun(services, 'failed', reason, { run, job, plan, summary, rejects, startedAtMs });
}

/** The highest group: publication stands above it. */
export function topGroup(plan: Plan): Members {
  const { chunks } = plan.totals;
  const { groupSize } = plan.geometry;
  return groupMembers(chunks, groupSize, levelSizes(chunks, groupSize).length - 1, 0);
}

/** What all partials of the top group came to; undefined while one is missing. */
async function topSummary(services: Services, plan: Plan): Promise<Summary | undefined> {
  const { level, first, end } = topGroup(plan);
  let joined: Summary | undefined;
  for (let index = first; index < end; index++) {
    const summary = await storedSummary(services, partialKey(plan.run, level, index, plan.geometry.groupSize));
    if (summary === undefined) return undefined;
    const own = asOwn(plan, summary);
    joined = joined === undefined ? own : joinSummaries(joined, own, 0, plan.badRecordsMax);
  }
  return joined && beginning(OUT, joined, plan.badRecordsMax);
}
