/** A redrive: a new run with the plan of an earlier one, so that what that one has done can be taken over. */
import { planPageKey } from '../core/keys.ts';
import type { Redrive } from '../core/messages.ts';
import type { Maker, Plan } from '../core/plan.ts';
import { proofFailed } from '../core/summary.ts';
import { FanfoldError } from '../errors.ts';
import { ADOPTED_RUNS_MAX } from '../limits.ts';
import { resolveParams } from '../params.ts';
import type { DeployedJob, Services } from '../ports/services.ts';
import { otherCode } from '../protocol/code-changed.ts';
import { readPlan, settleJson } from '../protocol/documents.ts';
import { readPage } from '../protocol/plan-pages.ts';
import { dividedFor } from './divide-result.ts';

/**
 * The plan of the earlier run, and whose partials may be taken over: that run's, and of the runs which it had them from,
 * as far as the code is the same or other code is accepted.
 *
 * @throws FANFOLD_REQUEST_INVALID when the run has no plan, or is one of another job
 * @throws FANFOLD_CODE_CHANGED when it had other code, and that is not accepted
 */
export async function adoptableFrom(
  services: Services,
  { run, acceptCode = false, memoryLane = false }: Redrive,
  job: string,
  digest: string,
): Promise<{ readonly earlier: Plan; readonly adopts: readonly Maker[] }> {
  const earlier = await readPlan(services, run);
  if (earlier === undefined) throw nothingThere(`The run ${run} has no plan`);
  if (earlier.job !== job) throw nothingThere(`The run ${run} is one of the job ${earlier.job}`);
  if (earlier.digest !== digest && !acceptCode) throw otherCode(earlier, digest);
  if (memoryLane && services.memoryChunks === undefined) throw noMemoryLane();
  const makers = [{ run, digest: earlier.digest }, ...(earlier.adopts ?? [])];
  const adopts = makers.filter((maker) => acceptCode || maker.digest === digest).slice(0, ADOPTED_RUNS_MAX);
  return { earlier, adopts };
}

/** The earlier plan as the new run's own: the same chunks of the same objects, with what the job says today around it. */
export async function planAgain(
  services: Services,
  redrive: Redrive,
  { run, deployed: { job, digest }, startedAtMs }: PlannedAgain,
): Promise<Plan> {
  const { earlier, adopts } = await adoptableFrom(services, redrive, job.name, digest);
  for (const first of earlier.pages) {
    const page = await readPage(services, earlier.run, first);
    if (page === undefined) throw proofFailed(`the page of the plan of ${earlier.run} from chunk ${first} on is gone`);
    await settleJson(services, planPageKey(run, first), page);
  }
  const { memoryLane: _, bisect: __, ...planned } = earlier;
  return {
    ...planned,
    run,
    digest,
    adopts,
    ...(redrive.memoryLane ? { memoryLane: true } : {}),
    partitions: dividedFor(job, earlier.partitions),
    params: resolveParams(job.params, earlier.params),
    tolerate: job.tolerate,
    badRecordsMax: job.badRecordsMax,
    startedAtMs,
    deadlineAtMs: startedAtMs + job.deadlineSeconds * 1000,
  };
}

export interface PlannedAgain {
  readonly run: string;
  readonly deployed: DeployedJob;
  readonly startedAtMs: number;
}

function noMemoryLane(): FanfoldError {
  return new FanfoldError('FANFOLD_REQUEST_INVALID', 'There is no memory lane here', {
    fix: 'Leave out memoryLane, or deploy with memoryLaneMiB.',
    fatal: true,
  });
}

function nothingThere(what: string): FanfoldError {
  return new FanfoldError('FANFOLD_REQUEST_INVALID', `${what}: there is nothing to go on from`, {
    fix: 'Check the run; one that failed before it was planned, or whose plan has expired, is started again instead.',
    fatal: true,
  });
}
