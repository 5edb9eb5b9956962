/** A planned run that has not ended: what is missing, and what is started again. */
import { groupPrefix, levelPrefix, partialKey, sentKey } from '../core/keys.ts';
import type { RunRequest } from '../core/messages.ts';
import type { Plan } from '../core/plan.ts';
import { groupMembers, levelSizes, parentOf } from '../core/tree.ts';
import { RESENDS_MAX, STRAGGLER_DONE_SHARE, STRAGGLER_MEDIANS, STRAGGLER_QUIET_MS_MIN } from '../limits.ts';
import type { ListedObject } from '../ports/object-store.ts';
import type { Services } from '../ports/services.ts';
import { sentPages } from '../protocol/dispatch.ts';
import { listAll } from '../protocol/list-all.ts';
import { messagesFor } from '../protocol/plan-pages.ts';
import { mendParts } from './mend-parts.ts';
import { startAgain } from './resend.ts';

/** Groups that one tick looks into, and chunks that it sends again. The next tick goes on with the others. */
const GROUPS_A_TICK = 100;
const RESENDS_A_TICK = 500;
/** Queueing that has shown no progress for this long is started again. */
const DISPATCH_QUIET_MS = 5 * 60_000;
/** A function runs 15 minutes at most: after a standstill this long nothing that was begun can be at work. */
const STANDSTILL_MS = 16 * 60_000;

export async function mend(services: Services, plan: Plan, request: RunRequest): Promise<void> {
  const sent = await sentPages(services, plan.run);
  const now = services.clock.nowMs();
  if (plan.pages.some((first) => !sent.has(sentKey(plan.run, first)))) {
    const start = () => services.intake.send([request]);
    const again = { run: plan.run, node: 'dispatch', pauseMs: DISPATCH_QUIET_MS, start };
    if (now - plan.startedAtMs >= DISPATCH_QUIET_MS) await startAgain(services, again);
    return;
  }
  const found = await lookThrough(services, plan, GROUPS_A_TICK);
  const quietMs = await quietFor(services, found.worked);
  const standstillMs = now - found.lastAtMs;
  if (standstillMs < quietMs) return;
  for (const group of found.full) {
    const publication =
      parentOf(plan.totals.chunks, plan.geometry.groupSize, group.level, group.index).kind === 'publish';
    if (publication && (await mendParts(services, plan))) continue;
    await restartParent(services, plan, group.level, group.index, quietMs);
  }
  const mostAreDone = found.done >= STRAGGLER_DONE_SHARE * plan.totals.chunks;
  if (mostAreDone || standstillMs >= STANDSTILL_MS) await resendChunks(services, plan, found.missing, quietMs);
}

export interface Found {
  /** Chunks known to be done, in groups that are merged or were looked into. */
  readonly done: number;
  /** Chunks without a partial, of the groups that were looked into. */
  readonly missing: readonly number[];
  /** Groups whose members are all there and whose parent is not. */
  readonly full: readonly { readonly level: number; readonly index: number }[];
  /** Keys of chunks' partials that were seen. */
  readonly worked: readonly string[];
  /** When the latest of the partials seen was written. */
  readonly lastAtMs: number;
}

/** Looks from the top down, and only into groups whose merged partial is missing; into so many of a level at most. */
export async function lookThrough(services: Services, plan: Plan, groupsMax: number): Promise<Found> {
  const { chunks } = plan.totals;
  const { groupSize } = plan.geometry;
  const full: { level: number; index: number }[] = [];
  const seen: ListedObject[] = [];
  let groups = [0]; // above the top group stands publication, and the run has not ended
  let done = chunks;
  for (let level = levelSizes(chunks, groupSize).length - 1; level >= 0; level--) {
    const missing: number[] = [];
    for (const group of groups.slice(0, groupsMax)) {
      const members = groupMembers(chunks, groupSize, level, group);
      const prefix = groupPrefix(plan.run, level, group);
      const objects = await Array.fromAsync(listAll(services.store, services.results, prefix));
      seen.push(...objects);
      const present = new Set(objects.map(({ key }) => key));
      const before = missing.length;
      for (let index = members.first; index < members.end; index++) {
        if (!present.has(partialKey(plan.run, level, index, groupSize))) missing.push(index);
      }
      if (missing.length === before) full.push({ level, index: group });
    }
    const unseen = Math.max(0, groups.length - groupsMax);
    done -= unseen * groupSize ** (level + 1);
    groups = missing;
  }
  const lastAtMs = seen.reduce((latest, { modifiedAtMs }) => Math.max(latest, modifiedAtMs), plan.startedAtMs);
  const worked = seen.map(({ key }) => key).filter((key) => key.startsWith(levelPrefix(plan.run, 0)));
  return { done: done - groups.length, missing: groups, full, worked, lastAtMs };
}

/** Chunks whose time is looked up for the median. */
const SAMPLE = 15;

/** How long a standstill must last to mean something: three medians of what a chunk takes, at least a minute. */
async function quietFor(services: Services, keys: readonly string[]): Promise<number> {
  const step = Math.max(1, Math.floor(keys.length / SAMPLE));
  const sample = keys.filter((_, i) => i % step === 0).slice(0, SAMPLE);
  const heads = await Promise.all(sample.map((key) => services.store.head({ bucket: services.results, key })));
  const took = heads.flatMap((head) => (head?.note === undefined ? [] : [head.note.tookMs])).sort((a, b) => a - b);
  const median = took[Math.floor(took.length / 2)] ?? 0;
  return Math.max(STRAGGLER_QUIET_MS_MIN, STRAGGLER_MEDIANS * median);
}

async function restartParent(services: Services, plan: Plan, level: number, group: number, pauseMs: number) {
  const { run, job, totals, geometry } = plan;
  const request = { run, job, ...parentOf(totals.chunks, geometry.groupSize, level, group) };
  const start = () => services.aggregator.invoke(request);
  const started = await startAgain(services, { run, node: `${level + 1}-${group}`, pauseMs, start });
  if (started) services.log('started again', request);
}

async function resendChunks(services: Services, plan: Plan, missing: readonly number[], pauseMs: number) {
  const { run, job } = plan;
  const messages = await messagesFor(services, plan, missing.slice(0, RESENDS_A_TICK));
  for (const message of messages) {
    const start = () => services.chunks.send([message]);
    const again = { run, node: `0-${message.chunk}`, pauseMs, timesMax: RESENDS_MAX, start };
    if (await startAgain(services, again)) services.log('started again', { run, job, chunk: message.chunk });
  }
}
