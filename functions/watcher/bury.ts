/** What happens to a message that used up its tries: everything that can give up has an answer. */
import type { ChunkMessage, NodeRequest, RunRequest } from '../core/messages.ts';
import { type ErrorCode, FanfoldError } from '../errors.ts';
import type { Services } from '../ports/services.ts';
import { dispatch } from '../protocol/dispatch.ts';
import { readPlan } from '../protocol/documents.ts';
import { endRun, hasEnded } from '../protocol/end-run.ts';
import { failPublication } from '../protocol/fail-publication.ts';
import { reportFailure, reportNodeFailure } from '../protocol/failure.ts';
import { firstAsked } from '../protocol/first-asked.ts';
import { takeMemoryLane } from '../protocol/memory-lane.ts';
import { failPart } from '../protocol/parts.ts';
import { nodeOf } from '../protocol/report.ts';
import { searchAnew } from './search-anew.ts';

/** @param why what is known of the last try, for the manifest */
export async function bury(
  letter: RunRequest | ChunkMessage | NodeRequest,
  why: string,
  services: Services,
): Promise<void> {
  const dead = letter.kind === 'run' ? await firstAsked(services, letter) : letter;
  services.log('dead letter', { kind: dead.kind, run: dead.run, job: dead.job, why });
  if (await hasEnded(services, dead.job, dead.run)) return;
  switch (dead.kind) {
    case 'chunk':
      if ((await takeMemoryLane(services, dead)) || (await searchAnew(services, dead))) return;
      return reportFailure(services, dead, exhausted('FANFOLD_RECEIVES_EXHAUSTED', `The chunk ${dead.chunk}`, why));
    case 'run':
      return buryRequest(dead, why, services);
    default:
      return buryNode(dead, why, services);
  }
}

/** A sealed plan is carried out; without one there is nothing to carry out. */
async function buryRequest(request: RunRequest, why: string, services: Services): Promise<void> {
  const { run, job, requestedAtMs: startedAtMs } = request;
  const plan = await readPlan(services, run);
  if (plan !== undefined) return dispatch(plan, services);
  const error = exhausted('FANFOLD_RECEIVES_EXHAUSTED', 'Planning the run', why);
  await endRun(services, 'failed', error, { run, job, plan, summary: undefined, startedAtMs });
}

async function buryNode(request: NodeRequest, why: string, services: Services): Promise<void> {
  const { run, job } = request;
  const plan = await readPlan(services, run);
  if (plan === undefined) {
    const error = exhausted('FANFOLD_AGGREGATION_FAILED', 'Combining the results, without a plan,', why);
    const startedAtMs = services.clock.nowMs();
    await endRun(services, 'failed', error, { run, job, plan, summary: undefined, startedAtMs });
  } else if (request.kind === 'publish') {
    await failPublication(services, plan, exhausted('FANFOLD_AGGREGATION_FAILED', 'Publishing the result', why));
  } else if (request.kind === 'part') {
    const what = `Writing part ${request.part} of the result`;
    await failPart(services, plan, request, exhausted('FANFOLD_AGGREGATION_FAILED', what, why));
  } else {
    const { level, index } = request;
    const error = exhausted('FANFOLD_AGGREGATION_FAILED', `Combining the group ${index} of level ${level - 1}`, why);
    await reportNodeFailure(services, plan, nodeOf(plan, level, index), error);
  }
}

function exhausted(code: ErrorCode, what: string, why: string): FanfoldError {
  return new FanfoldError(code, `${what} was tried as often as allowed: ${why}`, {
    fix: 'Look at what its last try said; on AWS, in the log of the function. Memory and time are the usual reasons.',
  });
}
