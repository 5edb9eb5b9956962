/** Whether a run has ended already: a cancelled run's backlog should cost nothing more. */

import type { Services } from '../ports/services.ts';
import { hasEnded } from '../protocol/end-run.ts';

/** An environment looks once in this time for each run, and not for the first chunk it gets of one. */
const LOOK_EVERY_MS = 60_000;
/** Runs remembered by one environment. */
const REMEMBERED_MAX = 1_000;
/** What is remembered of a run that has ended: no later look can change it. */
const ENDED = Number.POSITIVE_INFINITY;

const looks = new WeakMap<Services, Map<string, number>>();

export async function knownToHaveEnded(services: Services, job: string, run: string): Promise<boolean> {
  const lookedAt = looks.get(services) ?? new Map<string, number>();
  looks.set(services, lookedAt);
  const now = services.clock.nowMs();
  const last = lookedAt.get(run) ?? now;
  if (last === ENDED) return true;
  const due = now - last >= LOOK_EVERY_MS;
  const ended = due && (await hasEnded(services, job, run));
  lookedAt.set(run, ended ? ENDED : due ? now : last);
  const [oldest = run] = lookedAt.keys();
  if (lookedAt.size > REMEMBERED_MAX) lookedAt.delete(oldest);
  return ended;
}
