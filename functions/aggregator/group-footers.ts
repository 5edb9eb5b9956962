/** What the partials of a group say about themselves, in the order of the plan, before any of them is read. */
import { asOwn } from '../core/adoption.ts';
import { groupPrefix, partialKey } from '../core/keys.ts';
import { partialCorrupt } from '../core/partial-corrupt.ts';
import type { Plan } from '../core/plan.ts';
import type { Members } from '../core/tree.ts';
import { FanfoldError } from '../errors.ts';
import type { StoredObject } from '../ports/object-store.ts';
import type { Services } from '../ports/services.ts';
import { listAll } from '../protocol/list-all.ts';
import { footerOf, type StoredFooter, type StoredTail } from '../protocol/stored-summary.ts';

/**
 * One listing, and one request each for its last bytes; summaries as of the run's own. One that is not there is an error,
 * never empty.
 */
export async function groupFooters(services: Services, plan: Plan, members: Members): Promise<StoredFooter[]> {
  return (await groupTails(services, plan, members)).map(({ last: _, ...footer }) => footer);
}

/** The same, with the bytes that were read: all of small partials. */
export async function groupTails(services: Services, plan: Plan, members: Members): Promise<StoredTail[]> {
  const { level, first, end } = members;
  const { groupSize } = plan.geometry;
  const prefix = groupPrefix(plan.run, level, Math.floor(first / groupSize));
  const listed = await Array.fromAsync(listAll(services.store, services.results, prefix));
  const present = new Map(listed.map((object) => [object.key, object]));
  const keys = Array.from({ length: end - first }, (_, i) => partialKey(plan.run, level, first + i, groupSize));
  const tails = await inTurns(keys, async (key) => {
    const object = present.get(key);
    if (object === undefined) throw notThere(`The partial ${key}`);
    const { size, etag } = object;
    return storedTail(services, { bucket: services.results, key, etag, size });
  });
  return tails.map((tail) => ({ ...tail, summary: asOwn(plan, tail.summary) }));
}

/** The same of one that is known to be there. */
export async function storedTail(services: Services, object: StoredObject): Promise<StoredTail> {
  const footer = await footerOf(services, object);
  if (footer === undefined) throw partialCorrupt(object.key, 'it does not end as one');
  return footer;
}

/** Requests at the same time. */
const TOGETHER = 32;

/** Does the same for each, some together; results in order. */
export async function inTurns<T, R>(some: readonly T[], step: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < some.length; at += TOGETHER) {
    results.push(...(await Promise.all(some.slice(at, at + TOGETHER).map(step))));
  }
  return results;
}

export function notThere(what: string): FanfoldError {
  return new FanfoldError('FANFOLD_STORE_UNAVAILABLE', `${what} is not there yet`, {
    fix: 'Nothing: it is tried again.',
    retry: 'safe',
  });
}
