/** A planned run that has not ended: what is missing, and what is started again. */
import { groupPrefix, levelPrefix, partialKey, sentKey } from '../core/keys.ts';
import type { RunRequest } from '../core/messages.ts';
import type { Plan } from '../core/plan.ts';
import { groupMembers, levelSizes, parentOf } from '../core/tree.ts';
import { RESENDS_MAX, STRAGGLER_DONE_SHARE, STRAGGLER_MEDIANS, STRAGGLER_QUIET_MS_MIN } from '../limits.ts';
import type { ListedObject } from '../ports/object-store.ts';
import type { Services } from '../ports/services.ts';
import { messagesFor } from '../protocol/plan-pages.ts';
import { sentPages } from '../splitter/split.ts';
import { claimResend } from './resend.ts';

/** Groups that one tick looks into. The next tick goes on: what it starts again is gone from the list by then. */
const GROUPS_A_TICK = 100;
/** Queueing that has shown no progress for this long is started again. */
const DISPATCH_QUIET_MS = 5 * 60_000;

export async function mend(services: Services, plan: Plan, request: RunRequest): Promise<void> {
  const sent = await sentPages(services, plan.run);
  if (plan.pages.some((first) => !sent.has(sentKey(plan.run, first)))) {
    const quiet = services.clock.nowMs() - plan.startedAtMs >= DISPATCH_QUIET_MS;
    if (quiet && (await claimResend(services, plan.run, 'dispatch', DISPATCH_QUIET_MS))) {
      await services.intake.send([request]);
    }
    return;
  }
  const found = await survey(services, plan);
  if (services.clock.nowMs() - found.lastAtMs < found.quietMs) return;
  for (const group of found.full) await restartParent(services, plan, group.level, group.index, found.quietMs);
  if (found.done >= STRAGGLER_DONE_SHARE * plan.totals.chunks) {
    await resendChunks(services, plan, found.missing, found.quietMs);
  }
}

interface Survey {
  /** Chunks known to be done, in groups that are merged or were looked into. */
  readonly done: number;
  /** Chunks without a partial, of the groups that were looked into. */
  readonly missing: readonly number[];
  /** Groups whose members are all there and whose parent is not. */
  readonly full: readonly { readonly level: number; readonly index: number }[];
  /** When the latest of the partials seen was written. */
  readonly lastAtMs: number;
  /** How long a standstill must last to mean something. */
  readonly quietMs: number;
}

/** Looks from the top down, and only into groups whose merged partial is missing. */
async function survey(services: Services, plan: Plan): Promise<Survey> {
  const { chunks } = plan.totals;
  const { groupSize } = plan.geometry;
  const sizes = levelSizes(chunks, groupSize);
  const full: { level: number; index: number }[] = [];
  const seen: ListedObject[] = [];
  const missing: number[] = [];
  let missingAbove = [0]; // above the top group stands publication, and the run has not ended
  let done = chunks;
  for (let level = sizes.length - 1; level >= 0; level--) {
    const missingHere: number[] = [];
    for (const group of missingAbove.slice(0, GROUPS_A_TICK)) {
      const members = groupMembers(chunks, groupSize, level, group);
      const present = await membersPresent(services, plan, level, group, seen);
      let lacking = 0;
      for (let index = members.first; index < members.end; index++) {
        if (present.has(partialKey(plan.run, level, index, groupSize))) continue;
        lacking += 1;
        missingHere.push(index);
      }
      if (lacking === 0) full.push({ level, index: group });
    }
    if (level === 0) {
      missing.push(...missingHere);
      const unseen = missingAbove.slice(GROUPS_A_TICK).length * groupSize;
      done -= missingHere.length + unseen;
    }
    missingAbove = missingHere;
  }
  const lastAtMs = seen.reduce((latest, { modifiedAtMs }) => Math.max(latest, modifiedAtMs), plan.startedAtMs);
  const worked = seen.map(({ key }) => key).filter((key) => key.startsWith(levelPrefix(plan.run, 0)));
  return { done, missing, full, lastAtMs, quietMs: await quietMs(services, worked) };
}

async function membersPresent(
  services: Services,
  plan: Plan,
  level: number,
  group: number,
  seen: ListedObject[],
): Promise<Set<string>> {
  const page = await services.store.list(services.results, groupPrefix(plan.run, level, group));
  seen.push(...page.objects);
  return new Set(page.objects.map(({ key }) => key));
}

/** Chunks whose time is looked up for the median. */
const SAMPLE = 15;

/** Three medians of what a chunk takes, at least a minute. */
async function quietMs(services: Services, keys: readonly string[]): Promise<number> {
  const step = Math.max(1, Math.floor(keys.length / SAMPLE));
  const sample = keys.filter((_, i) => i % step === 0).slice(0, SAMPLE);
  const heads = await Promise.all(sample.map((key) => services.store.head({ bucket: services.results, key })));
  const took = heads.flatMap((head) => (head?.note === undefined ? [] : [head.note.tookMs])).sort((a, b) => a - b);
  const median = took[Math.floor(took.length / 2)] ?? 0;
  return Math.max(STRAGGLER_QUIET_MS_MIN, STRAGGLER_MEDIANS * median);
}

async function restartParent(services: Services, plan: Plan, level: number, group: number, pauseMs: number) {
  const { run, job, totals, geometry } = plan;
  if (!(await claimResend(services, run, `${level + 1}-${group}`, pauseMs))) return;
  services.log('started again', { run, job, level: level + 1, index: group });
  await services.aggregator.invoke({ run, job, ...parentOf(totals.chunks, geometry.groupSize, level, group) });
}

async function resendChunks(services: Services, plan: Plan, missing: readonly number[], pauseMs: number) {
  const claimed: number[] = [];
  for (const chunk of missing) {
    if (await claimResend(services, plan.run, `0-${chunk}`, pauseMs, RESENDS_MAX)) claimed.push(chunk);
  }
  if (claimed.length === 0) return;
  services.log('resent', { run: plan.run, job: plan.job, chunks: claimed });
  await services.chunks.send(await messagesFor(services, plan, claimed));
}
