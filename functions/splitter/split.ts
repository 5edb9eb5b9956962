/** The splitter's step: a request in, a sealed plan and a queued message for every chunk out. */
import { bytesThatDecide, chooseGeometry } from '../core/geometry.ts';
import { planKey, surveyKey, watchDay, watchKey } from '../core/keys.ts';
import type { Redrive, RunRequest } from '../core/messages.ts';
import type { Geometry, Plan } from '../core/plan.ts';
import { asFanfoldError, FanfoldError } from '../errors.ts';
import type { Job } from '../job.ts';
import { resolveParams } from '../params.ts';
import type { DeployedJob, Services } from '../ports/services.ts';
import { codeChanged } from '../protocol/code-changed.ts';
import { dispatch } from '../protocol/dispatch.ts';
import { readJson, readPlan, settleJson } from '../protocol/documents.ts';
import { endRun, hasEnded } from '../protocol/end-run.ts';
import { firstAsked } from '../protocol/first-asked.ts';
import { tally } from '../protocol/tally.ts';
import { checkPartitions, divideResult } from './divide-result.ts';
import { objectsFrom, START } from './inputs.ts';
import { readRequest } from './read-request.ts';
import { adoptableFrom, planAgain } from './redrive.ts';
import { writePages } from './write-plan.ts';

/**
 * Plans a run and queues its chunks; what stands already is kept and gone on from. Rejects only with what a retry may
 * cure; every other failure ends the run.
 */
export async function split(asked: RunRequest, services: Services): Promise<void> {
  const request = await firstAsked(services, asked);
  const { run, job, requestedAtMs: startedAtMs } = request;
  await settleJson(services, watchKey(watchDay(startedAtMs), job, run), request);
  if (await hasEnded(services, job, run)) return;
  try {
    await dispatch(await plan(request, services), services);
  } catch (thrown) {
    const error = asFanfoldError(thrown);
    if (error.retry === 'safe') throw error;
    const sealed = await readPlan(services, run);
    const summary = sealed === undefined ? undefined : await tally(services, sealed);
    await endRun(services, 'failed', error, { run, job, plan: sealed, summary, startedAtMs });
  }
}

/** The plan that stands, or else ours. What keeps us from planning counts only if nobody else has planned. */
async function plan(request: RunRequest, services: Services): Promise<Plan> {
  const stands = await readPlan(services, request.run);
  if (stands !== undefined) return stands;
  try {
    return await seal(request, services);
  } catch (error) {
    const meanwhile = await readPlan(services, request.run);
    if (meanwhile === undefined) throw error;
    return meanwhile;
  }
}

async function seal(request: RunRequest, services: Services): Promise<Plan> {
  const { run, job, requestedAtMs: startedAtMs } = request;
  const deployed = findJob(services, job);
  const decided = await survey(services, request, deployed);
  const { redrive } = decided;
  const ours =
    redrive === undefined
      ? await planAnew(services, request, deployed, decided)
      : await planAgain(services, redrive, { run, deployed, startedAtMs });
  const asked = decided.bisect ? { ...ours, bisect: true as const } : ours;
  return (await settleJson(services, planKey(run), asked)).document;
}

async function planAnew(
  services: Services,
  { run, requestedAtMs }: RunRequest,
  { job, digest }: DeployedJob,
  decided: Survey,
): Promise<Plan> {
  const { inputs, params } = decided;
  const { pages, totals } = await writePages(services, { run, inputs, geometry: decided.geometry, format: job.input });
  const divided = await divideResult(services, job, { run, pages, totals, params }, decided);
  return {
    version: 1,
    run,
    job: job.name,
    digest,
    params,
    ...divided,
    totals,
    pages,
    tolerate: job.tolerate,
    badRecordsMax: job.badRecordsMax,
    startedAtMs: requestedAtMs,
    deadlineAtMs: requestedAtMs + job.deadlineSeconds * 1000,
  };
}

function findJob(services: Services, name: string): DeployedJob {
  const deployed = services.jobs.find(name);
  if (deployed !== undefined) return deployed;
  throw new FanfoldError('FANFOLD_JOB_UNKNOWN', `There is no job ${name}`, {
    fix: `Upload under one of ${services.jobs.names.map((known) => `${known}/`).join(', ')}, or deploy the job.`,
    fatal: true,
  });
}

/** What is decided before the first page, and stands for whoever plans on after a crash. */
interface Survey {
  readonly digest: string;
  readonly inputs: RunRequest['inputs'];
  readonly params: Plan['params'];
  readonly geometry: Geometry;
  /** As they were asked for. */
  readonly partitions?: number;
  readonly bisect?: boolean;
  readonly groupSize?: number;
  /** Then all but the digest is that of the earlier run. */
  readonly redrive?: Redrive;
}

/** Reads the request and counts its input until the chunk size is decided. */
async function survey(services: Services, request: RunRequest, { job, digest }: DeployedJob): Promise<Survey> {
  const key = surveyKey(request.run);
  const stands = await readJson<Survey>(services, key);
  const decided = stands ?? (await settleJson(services, key, await decide(services, request, job, digest))).document;
  if (decided.digest !== digest) throw codeChanged(request.job, decided.digest, digest);
  return decided;
}

async function decide(services: Services, request: RunRequest, job: Job, digest: string): Promise<Survey> {
  const {
    inputs,
    params,
    chunkBytes,
    groupSize,
    partitions,
    redrive,
    bisect = false,
  } = await readRequest(services, request);
  if (redrive !== undefined) {
    const { earlier } = await adoptableFrom(services, redrive, request.job, digest);
    return { digest, inputs, params: earlier.params, geometry: earlier.geometry, redrive, bisect };
  }
  checkPartitions(job, partitions);
  const { megabytesPerSecond } = job.input;
  const { ramp } = services;
  let bytes = 0;
  if (chunkBytes === undefined) {
    for await (const { object } of objectsFrom(services.store, inputs, START)) {
      bytes += object.size;
      if (bytes >= bytesThatDecide(megabytesPerSecond, ramp)) break;
    }
  }
  const geometry = chooseGeometry({ bytes, megabytesPerSecond, chunkBytes, groupSize, ramp });
  return {
    digest,
    inputs,
    params: resolveParams(job.params, params),
    geometry,
    bisect,
    ...(partitions === undefined ? {} : { partitions }),
    ...(groupSize === undefined ? {} : { groupSize }),
  };
}
