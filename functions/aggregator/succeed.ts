/** The end of a run that succeeded: its results stand, then the records that were set aside, and the manifest last. */
import type { Manifest } from '../core/manifest.ts';
import type { Plan } from '../core/plan.ts';
import type { Summary } from '../core/summary.ts';
import type { Services } from '../ports/services.ts';
import { draft, settleManifest } from '../protocol/end-run.ts';
import { putRejects } from '../protocol/put-rejects.ts';

export async function succeed(
  services: Services,
  plan: Plan,
  summary: Summary,
  results: Manifest['results'],
): Promise<void> {
  const { run, job, startedAtMs } = plan;
  const rejects = await putRejects(services, plan, summary.rejects);
  await settleManifest(services, {
    ...draft(services, { run, job, plan, summary, rejects, startedAtMs }),
    state: 'succeeded',
    results,
  });
}
