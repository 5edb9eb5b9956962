/** The aggregator's step: a full group in, one partial of the next level out, or the publication of the run, or a part. */
import { partialKey } from '../core/keys.ts';
import type { NodeRequest } from '../core/messages.ts';
import type { Plan } from '../core/plan.ts';
import { groupMembers } from '../core/tree.ts';
import { asFanfoldError, FanfoldError } from '../errors.ts';
import { type Job, keepsRows } from '../job.ts';
import type { Services } from '../ports/services.ts';
import { codeChanged } from '../protocol/code-changed.ts';
import { hasEnded } from '../protocol/end-run.ts';
import { failPublication } from '../protocol/fail-publication.ts';
import { reportNodeFailure } from '../protocol/failure.ts';
import { failPart } from '../protocol/parts.ts';
import { look, nodeOf, report } from '../protocol/report.ts';
import { groupTails } from './group-footers.ts';
import { makeJoinedPart } from './join-object.ts';
import { knownPlan } from './known-plan.ts';
import { makePart } from './make-part.ts';
import { mergeNode } from './merge-node.ts';
import { mergeRows } from './merge-rows.ts';
import { openGroup } from './open-group.ts';
import { publish } from './publish.ts';
import { publishParts, sealedPublication } from './publish-parts.ts';
import { publishRows } from './publish-rows.ts';

/** Does what a full group asks for. Rejects only with what a retry may cure; every other failure is written down. */
export async function aggregate(request: NodeRequest, services: Services): Promise<void> {
  const { run, job } = request;
  const plan = await knownPlan(services, run);
  if (plan === undefined) throw noPlan(run);
  if (await hasEnded(services, job, run)) return;
  try {
    const deployed = services.jobs.find(job);
    if (deployed?.digest !== plan.digest) throw codeChanged(job, plan.digest, deployed?.digest);
    await step(request, services, plan, deployed.job);
  } catch (thrown) {
    const error = asFanfoldError(thrown);
    if (error.retry === 'safe') throw error;
    await giveUp(request, services, plan, error);
  }
}

async function step(request: NodeRequest, services: Services, plan: Plan, job: Job): Promise<void> {
  switch (request.kind) {
    case 'node':
      return mergeGroup(services, plan, job, request.level, request.index);
    case 'part':
      if (request.joined !== undefined) return makeJoinedPart(services, plan, job, request, request.joined);
      return makePart(services, plan, job, request);
    case 'publish':
      if (keepsRows(job)) return publishRows(services, plan, job);
      if (plan.partitions.boundaries.length === 0) return publish(services, plan, job);
      return publishParts(services, plan, await sealedPublication(services, plan));
  }
}

function giveUp(request: NodeRequest, services: Services, plan: Plan, error: FanfoldError): Promise<void> {
  switch (request.kind) {
    case 'node':
      return reportNodeFailure(services, plan, nodeOf(plan, request.level, request.index), error);
    case 'part':
      return failPart(services, plan, request, error);
    case 'publish':
      return failPublication(services, plan, error);
  }
}

async function mergeGroup(services: Services, plan: Plan, job: Job, level: number, index: number): Promise<void> {
  const node = nodeOf(plan, level, index);
  const key = partialKey(plan.run, level, index, node.groupSize);
  if (await services.store.head({ bucket: services.results, key })) {
    await look(services, node);
    return;
  }
  const children = groupMembers(node.chunks, node.groupSize, level - 1, index);
  if (keepsRows(job)) {
    await report(services, node, mergeRows(services, plan, await groupTails(services, plan, children)));
    return;
  }
  const group = await openGroup(services, plan, job, children);
  try {
    await report(services, node, mergeNode(group, job, plan, services.memory));
  } finally {
    await group.close();
  }
}

/** A message that names a run without a plan came from somewhere else, or its plan expired. */
function noPlan(run: string): FanfoldError {
  return new FanfoldError('FANFOLD_STORE_UNAVAILABLE', `The run ${run} has no plan`, {
    fix: 'Nothing: it is tried again, and then given up.',
    retry: 'safe',
  });
}
