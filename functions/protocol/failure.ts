/** Failure is data: what gave up gets a failure partial under the name its success would have had. */

import { decisive, toleratesNothing } from '../core/decisive.ts';
import { endingKey, partialKey } from '../core/keys.ts';
import type { ChunkMessage } from '../core/messages.ts';
import { emptyPartial } from '../core/partial-writer.ts';
import type { Plan } from '../core/plan.ts';
import { failed, failedChunk, type Reach, type Summary } from '../core/summary.ts';
import { chunksUnder } from '../core/tree.ts';
import type { FanfoldError } from '../errors.ts';
import type { Services } from '../ports/services.ts';
import { readPlan, settleJson } from './documents.ts';
import { endRun, hasEnded } from './end-run.ts';
import { coverOfChunks } from './plan-pages.ts';
import { type Node, report } from './report.ts';
import { storedSummary } from './stored-summary.ts';
import { tally } from './tally.ts';

/** Writes a chunk's failure partial, looks at its group, and ends the run if the failure cannot be tolerated. */
export async function reportFailure(
  services: Services,
  message: ChunkMessage,
  error: FanfoldError,
  reach?: Reach,
): Promise<void> {
  const { run, job, chunks, groupSize } = message;
  const node: Node = { run, job, level: 0, index: message.chunk, chunks, groupSize };
  await settleFailure(services, node, failedChunk(message, error, reach), error);
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
  const { run, job, level, index } = node;
  const { code, message, source, offset } = error;
  services.log('failure', { run, job, level, index, code, message, source, offset });
  const written = await report(services, node, emptyPartial(summary));
  if (written === 'exists' && !(await isFailure(services, node))) return; // somebody else succeeded: that is the truth
  const plan = await readPlan(services, run);
  if (plan === undefined || !(error.fatal || toleratesNothing(plan))) return;
  if (await hasEnded(services, job, run)) return;
  // Where many fail together, one of them counts what the run had come to; the others leave the end to it, and to
  // publication, which comes to the same should that one die.
  const claim = await settleJson(services, endingKey(run), { node: `${level}-${index}` });
  if (claim.document.node !== `${level}-${index}`) return;
  const known = await tally(services, plan);
  const reason = decisive(plan, [...known.failures, ...summary.failures]) ?? error;
  await endRun(services, 'failed', reason, { run, job, plan, summary: known, startedAtMs: plan.startedAtMs });
}

async function isFailure(services: Services, { run, level, index, groupSize }: Node): Promise<boolean> {
  const stands = await storedSummary(services, partialKey(run, level, index, groupSize));
  return stands !== undefined && stands.chunks.failed === stands.chunks.end - stands.chunks.first;
}
