/** The JSON documents of a run: read, and written once. */
import { planKey } from '../core/keys.ts';
import type { Plan } from '../core/plan.ts';
import { FanfoldError } from '../errors.ts';
import type { Services } from '../ports/services.ts';

/** What fanfold itself wrote under a key; undefined when there is none. */
export async function readJson<T>(services: Services, key: string): Promise<T | undefined> {
  const stream = await services.store.open({ bucket: services.results, key });
  if (stream === undefined) return undefined;
  const text = Buffer.concat(await Array.fromAsync(stream)).toString();
  return JSON.parse(text) as T; // the key's only writer wrote a T
}

/** What stands under a name that is written once, and whether it is ours. */
export interface Settled<T> {
  readonly document: T;
  readonly created: boolean;
}

/** Writes a document, or finds that somebody was first: what is returned is what stands there, and is the truth. */
export async function settleJson<T>(services: Services, key: string, document: T, indent = 0): Promise<Settled<T>> {
  const body = Buffer.from(`${JSON.stringify(document, null, indent)}\n`);
  const written = await services.store.putIfAbsent({ bucket: services.results, key }, body);
  if (written === 'created') return { document, created: true };
  const stands = await readJson<T>(services, key);
  if (stands !== undefined) return { document: stands, created: false };
  throw new FanfoldError('FANFOLD_STORE_UNAVAILABLE', `${key} is said to exist and cannot be found`, {
    fix: 'Nothing: it is tried again.',
    retry: 'safe',
  });
}

export const readPlan = (services: Services, run: string) => readJson<Plan>(services, planKey(run));
