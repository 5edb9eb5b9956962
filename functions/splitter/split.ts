/** The splitter's step: a request in, a sealed plan and a queued message for every chunk out. */
import { bytesThatDecide, chooseGeometry } from '../core/geometry.ts';
import { manifestKey, planKey, sentKey, sentPrefix, surveyKey, watchDay, watchKey } from '../core/keys.ts';
import type { RunRequest } from '../core/messages.ts';
import type { Geometry, Plan } from '../core/plan.ts';
import { proofFailed } from '../core/summary.ts';
import { asFanfoldError, FanfoldError } from '../errors.ts';
import type { Job } from '../job.ts';
import { resolveParams } from '../params.ts';
import type { DeployedJob, Services } from '../ports/services.ts';
import { codeChanged } from '../protocol/code-changed.ts';
import { readJson, readPlan, settleJson } from '../protocol/documents.ts';
import { endRun } from '../protocol/end-run.ts';
import { messagesOf, readPage } from '../protocol/plan-pages.ts';
import { objectsFrom, START } from './inputs.ts';
import { readRequest } from './read-request.ts';
import { writePages } from './write-plan.ts';

/**
 * Plans a run and queues its chunks; what stands already is kept and gone on from. Rejects only with what a retry may
 * cure; every other failure ends the run.
 */
export async function split(request: RunRequest, services: Services): Promise<void> {
  const { run, job, requestedAtMs } = request;
  await settleJson(services, watchKey(watchDay(requestedAtMs), job, run), request);
  if (await services.store.head({ bucket: services.results, key: manifestKey(job, run) })) return;
  try {
    const plan = (await readPlan(services, run)) ?? (await seal(request, services));
    await dispatch(plan, services);
  } catch (thrown) {
    const error = asFanfoldError(thrown);
    if (error.retry === 'safe') throw error;
    const plan = await readPlan(services, run);
    await endRun(services, 'failed', error, { run, job, plan, summary: undefined, startedAtMs: requestedAtMs });
  }
}

async function seal(request: RunRequest, services: Services): Promise<Plan> {
  const { run, job: name, requestedAtMs } = request;
  const deployed = findJob(services, name);
  const { job, digest } = deployed;
  const { geometry, inputs, params } = await survey(services, request, deployed);
  const cuttable = job.input.cut === 'anywhere';
  const { pages, totals } = await writePages(services, { run, inputs, geometry, cuttable });
  return settleJson<Plan>(services, planKey(run), {
    version: 1,
    run,
    job: name,
    digest,
    params,
    geometry,
    totals,
    pages,
    tolerate: job.tolerate,
    badRecordsMax: job.badRecordsMax,
    startedAtMs: requestedAtMs,
    deadlineAtMs: requestedAtMs + job.deadlineSeconds * 1000,
  });
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
}

/** Reads the request and counts its input until the chunk size is decided. */
async function survey(services: Services, request: RunRequest, { job, digest }: DeployedJob): Promise<Survey> {
  const stands = await readJson<Survey>(services, surveyKey(request.run));
  const decided =
    stands ?? (await settleJson(services, surveyKey(request.run), await decide(services, request, job, digest)));
  if (decided.digest !== digest) throw codeChanged(request.job, decided.digest, digest);
  return decided;
}

async function decide(services: Services, request: RunRequest, job: Job, digest: string): Promise<Survey> {
  const { inputs, params } = await readRequest(services, request);
  const { megabytesPerSecond } = job.input;
  const { chunkBytes, groupSize } = request;
  let bytes = 0;
  if (chunkBytes === undefined) {
    for await (const { object } of objectsFrom(services.store, inputs, START)) {
      bytes += object.size;
      if (bytes >= bytesThatDecide(megabytesPerSecond)) break;
    }
  }
  const geometry = chooseGeometry({ bytes, megabytesPerSecond, chunkBytes, groupSize });
  return { digest, inputs, params: resolveParams(job.params, params), geometry };
}

/** Queues every chunk of the plan, a page at a time; pages that a splitter before queued whole are left out. */
export async function dispatch(plan: Plan, services: Services): Promise<void> {
  const sent = await sentPages(services, plan.run);
  for (const first of plan.pages) {
    if (sent.has(sentKey(plan.run, first))) continue;
    const page = await readPage(services, plan.run, first);
    if (page === undefined) throw proofFailed(`the page of the plan from chunk ${first} on is gone`);
    await services.chunks.send(messagesOf(plan, page));
    await settleJson(services, sentKey(plan.run, first), { chunks: page.chunks.length });
  }
  services.log('run planned', { run: plan.run, job: plan.job, ...plan.totals, because: plan.geometry.because });
}

/** A listing shows at most 1,000 names a page, and a plan has at most a few hundred pages: still, all are read. */
export async function sentPages(services: Services, run: string): Promise<Set<string>> {
  const sent = new Set<string>();
  for (let after: string | undefined, more = true; more; ) {
    const page = await services.store.list(services.results, sentPrefix(run), after);
    for (const { key } of page.objects) sent.add(key);
    after = page.objects.at(-1)?.key;
    more = page.more;
  }
  return sent;
}
