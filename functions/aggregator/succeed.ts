/** The end of a run that succeeded: its results stand, then the records that were set aside, and the manifest last. */
import { REJECTS_NAME, resultPrefix } from '../core/keys.ts';
import type { Manifest } from '../core/manifest.ts';
import type { Plan } from '../core/plan.ts';
import type { Reject, Summary } from '../core/summary.ts';
import type { Services } from '../ports/services.ts';
import { draft, settleManifest } from '../protocol/end-run.ts';

export async function succeed(
  services: Services,
  plan: Plan,
  summary: Summary,
  results: Manifest['results'],
): Promise<void> {
  const { run, job, startedAtMs } = plan;
  const rejects = await putRejects(services, plan, summary.rejects);
  await settleManifest(services, {
    ...draft(services, { run, job, plan, summary, startedAtMs }),
    state: 'succeeded',
    results,
    ...rejects,
  });
}

async function putRejects(
  services: Services,
  plan: Plan,
  rejects: readonly Reject[],
): Promise<Pick<Manifest, 'rejects'>> {
  if (rejects.length === 0) return {};
  const name = { bucket: services.results, key: resultPrefix(plan.job, plan.run) + REJECTS_NAME };
  const body = Buffer.from(rejects.map((reject) => `${JSON.stringify(reject)}\n`).join(''));
  await services.store.putIfAbsent(name, body);
  return { rejects: { path: REJECTS_NAME, bytes: body.length } };
}
