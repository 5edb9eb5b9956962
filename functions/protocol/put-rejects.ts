/** The records that were set aside, each a line. */
import { REJECTS_NAME, resultPrefix } from '../core/keys.ts';
import type { Manifest } from '../core/manifest.ts';
import type { Plan } from '../core/plan.ts';
import type { Reject } from '../core/summary.ts';
import type { Services } from '../ports/services.ts';

/** Undefined where there are none, and nothing is written. */
export async function putRejects(
  services: Services,
  { run, job }: Plan,
  rejects: readonly Reject[],
): Promise<Manifest['rejects']> {
  if (rejects.length === 0) return undefined;
  const name = { bucket: services.results, key: resultPrefix(job, run) + REJECTS_NAME };
  const body = Buffer.from(rejects.map((reject) => `${JSON.stringify(reject)}\n`).join(''));
  await services.store.putIfAbsent(name, body);
  const recordBytes = rejects.reduce((sum, { bytes }) => sum + bytes, 0);
  return { path: REJECTS_NAME, bytes: body.length, recordBytes };
}
