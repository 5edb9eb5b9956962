/** Whether a run has ended already: a cancelled run's backlog should cost nothing more. */
import { manifestKey } from '../core/keys.ts';
import type { Services } from '../ports/services.ts';

/** An environment looks once in this time for each run, and not for the first chunk it gets of one. */
const LOOK_EVERY_MS = 60_000;
/** Runs remembered by one environment. */
const REMEMBERED_MAX = 1_000;

const lookedAt = new WeakMap<Services, Map<string, number>>();

export async function hasEnded(services: Services, job: string, run: string): Promise<boolean> {
  const now = services.clock.nowMs();
  const looks = lookedAt.get(services) ?? new Map<string, number>();
  lookedAt.set(services, looks);
  const last = looks.get(run);
  if (last === undefined || now - last >= LOOK_EVERY_MS) looks.set(run, now);
  if (looks.size > REMEMBERED_MAX) looks.delete(looks.keys().next().value ?? run);
  if (last === undefined || now - last < LOOK_EVERY_MS) return false;
  return (await services.store.head({ bucket: services.results, key: manifestKey(job, run) })) !== undefined;
}
