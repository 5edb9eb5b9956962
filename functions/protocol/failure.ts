/** Failure is data: what gave up gets a failure partial under the name its success would have had. */

import { manifestKey, partialKey } from '../core/keys.ts';
import type { ChunkMessage } from '../core/messages.ts';
import { emptyPartial, PartialReader } from '../core/partial.ts';
import type { Plan } from '../core/plan.ts';
import { failed, failedChunk, type Summary } from '../core/summary.ts';
import { chunksUnder } from '../core/tree.ts';
import type { FanfoldError } from '../errors.ts';
import type { Services } from '../ports/services.ts';
import { readPlan } from './documents.ts';
import { endRun } from './end-run.ts';
import { coverOfChunks } from './plan-pages.ts';
import { type Node, report } from './report.ts';
import { tally } from './tally.ts';

/** Writes a chunk's failure partial, looks at its group, and ends the run if the failure cannot be tolerated. */
export async function reportFailure(services: Services, message: ChunkMessage, error: FanfoldError): Promise<void> {
  const { run, job, chunks, groupSize } = message;
  const node: Node = { run, job, level: 0, index: message.chunk, chunks, groupSize };
  await settleFailure(services, node, failedChunk(message, error), error);
}

/** The same for a node of the tree: all of its chunks are missing from the result. */
export async function reportNodeFailure(
  services: Services,
  plan: Plan,
  node: Node,
  error: FanfoldError,
): Promise<void> {
  const { first, end } = chunksUnder(node.chunks, node.groupSize, node.level, node.index);
  const cover = await coverOfChunks(services, plan, first, end);
  await settleFailure(services, node, failed(node.run, plan.digest, first, end, cover, error), error);
}

async function settleFailure(services: Services, node: Node, summary: Summary, error: FanfoldError): Promise<void> {
  const { run, job } = node;
  services.log('failure', { run, job, level: node.level, index: node.index, code: error.code, message: error.message });
  const written = await report(services, node, emptyPartial(summary));
  const stands = written === 'created' || (await isFailure(services, node));
  if (!stands) return; // somebody else succeeded: that is the truth
  const plan = await readPlan(services, run);
  if (plan === undefined || !(error.fatal || toleratesNothing(plan))) return;
  if (await services.store.head({ bucket: services.results, key: manifestKey(job, run) })) return;
  const known = await tally(services, plan);
  await endRun(services, 'failed', error, { run, job, plan, summary: known, startedAtMs: plan.startedAtMs });
}

/** Then the first failure decides, and what the others would do is not worth waiting for. */
const toleratesNothing = (plan: Plan) => Math.min(plan.tolerate.chunks, plan.tolerate.percent) === 0;

async function isFailure(services: Services, node: Node): Promise<boolean> {
  const key = partialKey(node.run, node.level, node.index, node.groupSize);
  const stream = await services.store.open({ bucket: services.results, key });
  if (stream === undefined) return false;
  const reader = new PartialReader(stream, key);
  const first = await reader.next();
  if (first !== undefined) {
    await reader.close();
    return false;
  }
  return reader.summary.failures.length > 0;
}
