/** The JSON documents of a run: read, and written once. */
import { planKey } from '../core/keys.ts';
import type { Plan } from '../core/plan.ts';
import type { Services } from '../ports/services.ts';

/** A whole stored document as text; undefined when there is none. */
export async function readDocument(services: Services, key: string): Promise<string | undefined> {
  const stream = await services.store.open({ bucket: services.results, key });
  if (stream === undefined) return undefined;
  const blocks: Uint8Array[] = [];
  for await (const block of stream) blocks.push(block);
  return Buffer.concat(blocks).toString();
}

/** What fanfold itself wrote under a key; undefined when there is none. */
export async function readJson<T>(services: Services, key: string): Promise<T | undefined> {
  const text = await readDocument(services, key);
  return text === undefined ? undefined : (JSON.parse(text) as T); // the key's only writer wrote a T
}

/** Writes a document, or finds that somebody was first: what is returned is what stands there, and is the truth. */
export async function settleJson<T>(services: Services, key: string, document: T, indent = 0): Promise<T> {
  const body = Buffer.from(JSON.stringify(document, null, indent));
  const written = await services.store.putIfAbsent({ bucket: services.results, key }, body);
  if (written === 'created') return document;
  return (await readJson<T>(services, key)) ?? document;
}

export const readPlan = (services: Services, run: string) => readJson<Plan>(services, planKey(run));
