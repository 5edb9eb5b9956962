/** Ends that nobody's work brings: cancelled by a person, or late. */
import { manifestKey } from '../core/keys.ts';
import type { Manifest } from '../core/manifest.ts';
import type { Plan } from '../core/plan.ts';
import { FanfoldError } from '../errors.ts';
import type { Services } from '../ports/services.ts';
import { readJson, readPlan } from '../protocol/documents.ts';
import { endRun } from '../protocol/end-run.ts';
import { tally } from '../protocol/tally.ts';

/** Cancels a run: what stands afterwards is returned, and is another end if one was first. */
export async function cancelRun(run: string, job: string, services: Services): Promise<Manifest> {
  const stands = await readJson<Manifest>(services, manifestKey(job, run));
  if (stands !== undefined) return stands;
  const plan = await readPlan(services, run);
  if (plan !== undefined && plan.job !== job) throw otherJob(run, plan.job);
  const error = new FanfoldError('FANFOLD_CANCELLED', 'The run was cancelled', {
    fix: 'Start it again if you need it.',
  });
  const startedAtMs = services.clock.nowMs();
  return endRun(services, 'cancelled', error, { run, job, plan, summary: await told(services, plan), startedAtMs });
}

/** Ends a run whose deadline has passed. */
export async function endLate(run: string, job: string, startedAtMs: number, services: Services): Promise<Manifest> {
  const plan = await readPlan(services, run);
  const error = new FanfoldError('FANFOLD_DEADLINE', 'The run did not end before its deadline', {
    fix: 'Raise deadlineSeconds of the job, or look at its failures.',
  });
  return endRun(services, 'failed', error, { run, job, plan, summary: await told(services, plan), startedAtMs });
}

const told = (services: Services, plan: Plan | undefined) => (plan === undefined ? undefined : tally(services, plan));

function otherJob(run: string, job: string): FanfoldError {
  return new FanfoldError('FANFOLD_USAGE', `The run ${run} is one of the job ${job}`, {
    fix: 'Name it with its own job.',
  });
}
