/** What a run that ends early had come to: counted, not guessed, from the partials that stand. */
import { asOwn } from '../core/adoption.ts';
import { levelPrefix } from '../core/keys.ts';
import { resolved } from '../core/lanes.ts';
import type { Plan } from '../core/plan.ts';
import { joinAdopted, type Summary } from '../core/summary.ts';
import { levelSizes } from '../core/tree.ts';
import { FAILURES_TOLD_MAX } from '../limits.ts';
import type { Services } from '../ports/services.ts';
import { storedSummary } from './stored-summary.ts';

/** Partials read for it, so many at a time. What is beyond counts as unfinished: such counts say "at least". */
const READ_MAX = 512;
const READ_TOGETHER = 16;

export type Tally = Pick<Summary, 'chunks' | 'records' | 'failures' | 'adopted'>;

/**
 * Reads the highest partials first: what they stand for need not be read again below. One that cannot be read counts as
 * unfinished, since a run must be able to end whatever lies there.
 */
export async function tally(services: Services, plan: Plan): Promise<Tally> {
  const { groupSize } = plan.geometry;
  const summaries: Summary[] = [];
  for (let level = levelSizes(plan.totals.chunks, groupSize).length - 1; level >= 0; level--) {
    const { objects } = await services.store.list(services.results, levelPrefix(plan.run, level));
    const keys = objects.map(({ key }) => key).filter((key) => !counted(summaries, key, groupSize ** level));
    const readable = keys.slice(0, READ_MAX - summaries.length);
    for (let at = 0; at < readable.length; at += READ_TOGETHER) {
      const read = await Promise.all(readable.slice(at, at + READ_TOGETHER).map((key) => storedSummary(services, key)));
      summaries.push(...read.flatMap((summary) => ownOf(plan, summary)));
    }
  }
  const ordered = summaries.sort((a, b) => a.chunks.first - b.chunks.first);
  const known = resolved(ordered, plan.badRecordsMax);
  const sum = (count: (summary: Summary) => number) => known.reduce((all, summary) => all + count(summary), 0);
  const adopted = summaries.map((summary) => summary.adopted).reduce(joinAdopted, undefined);
  return {
    chunks: {
      first: 0,
      end: plan.totals.chunks,
      succeeded: sum(({ chunks }) => chunks.succeeded),
      failed: sum(({ chunks }) => chunks.failed),
    },
    records: { read: sum(({ records }) => records.read), rejected: sum(({ records }) => records.rejected) },
    ...(adopted === undefined ? {} : { adopted }),
    failures: known.flatMap(({ failures }) => failures).slice(0, FAILURES_TOLD_MAX),
  };
}

/** What is none of the run's own counts for nothing, too. */
function ownOf(plan: Plan, summary: Summary | undefined): Summary[] {
  try {
    return summary === undefined ? [] : [asOwn(plan, summary)];
  } catch {
    return [];
  }
}

/** Whether a partial that was read already stands for the chunks of this one. */
function counted(summaries: readonly Summary[], key: string, width: number): boolean {
  const first = Number(key.slice(key.lastIndexOf('/') + 1)) * width;
  return summaries.some(({ chunks }) => chunks.first <= first && first < chunks.end);
}
