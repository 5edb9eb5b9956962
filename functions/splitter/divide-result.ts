/** Into how many parts a run's result is divided, and where, and how wide its fan-in is: decided once its chunks are known. */

import { widened } from '../core/geometry.ts';
import { sampleKey } from '../core/keys.ts';
import { estimateResultBytes, partitionsFrom, type Sample } from '../core/partitions.ts';
import type { Geometry, Partitions, Plan } from '../core/plan.ts';
import { FanfoldError } from '../errors.ts';
import { type Job, keepsRows } from '../job.ts';
import { JOINED_BYTES_GOAL, PARTITIONS_MAX, SAMPLE_TRIES_MAX, SAMPLED_BYTES_MIN } from '../limits.ts';
import type { Services } from '../ports/services.ts';
import { settleJson } from '../protocol/documents.ts';
import { type Sampled, takeSample } from './sample.ts';

/** @throws FANFOLD_REQUEST_INVALID for a number out of bounds, or more parts than the job can have */
export function checkPartitions(job: Job, asked: number | undefined): void {
  if (asked === undefined) return;
  if (!Number.isInteger(asked) || asked < 1 || asked > PARTITIONS_MAX) {
    throw invalid(`\`partitions\` is ${asked}`, `Give a whole number from 1 to ${PARTITIONS_MAX}.`);
  }
  const why = inOnePiece(job);
  if (why !== undefined && asked > 1) throw invalid(`\`partitions\` is ${asked}, but ${why}`, 'Leave it out.');
}

/** What was decided before the chunks were known, and what of it was asked for. */
export interface Decided {
  readonly geometry: Geometry;
  readonly partitions?: number;
  readonly groupSize?: number;
}

export async function divideResult(
  services: Services,
  job: Job,
  plan: Sampled,
  { geometry, partitions: asked, groupSize }: Decided,
): Promise<Pick<Plan, 'geometry' | 'partitions'>> {
  const { bytes, chunks } = plan.totals;
  const inOne = (why: string) => ({ geometry, partitions: onePart(why) });
  if (keepsRows(job)) return { geometry, partitions: rowsInObjects(asked) };
  const why = asked === 1 ? 'as the request says' : inOnePiece(job);
  if (why !== undefined) return inOne(why);
  if (asked === undefined && bytes < SAMPLED_BYTES_MIN) {
    return inOne(`the input is ${bytes} bytes, and not ${SAMPLED_BYTES_MIN}`);
  }
  const sample = await sampleOnce(services, job, plan);
  if (sample === undefined) return inOne('taking a sample was tried and not finished');
  const groupBytes = estimateResultBytes(sample, (bytes / chunks) * geometry.groupSize);
  return {
    geometry: groupSize === undefined ? widened(geometry, chunks, groupBytes) : geometry,
    partitions: partitionsFrom(sample, bytes, asked, job.order),
  };
}

/** A record that kills whoever maps it must not keep the run from being planned. */
async function sampleOnce(services: Services, job: Job, plan: Sampled): Promise<Sample | undefined> {
  for (let tries = 0; tries < SAMPLE_TRIES_MAX; tries++) {
    const claim = await settleJson(services, sampleKey(plan.run, tries), { at: services.clock.nowMs() });
    if (claim.created) return takeSample(services, job, plan);
  }
  return undefined;
}

/** How an earlier run was divided, as far as the code that goes on from it can have its result so. */
export function dividedFor(job: Job, earlier: Partitions): Partitions {
  if (earlier.boundaries.length === 0) return earlier;
  if (keepsRows(job)) return rowsInObjects(undefined);
  const ordered = earlier.by === 'hash' && job.order === 'key';
  const why = inOnePiece(job) ?? (ordered ? 'keys are to be in order, and a hash divided the earlier run' : undefined);
  return why === undefined ? earlier : onePart(why);
}

const onePart = (why: string): Partitions => ({ by: 'key', boundaries: [], because: `1: ${why}` });

const inOnePiece = (job: Job): string | undefined =>
  job.finish === undefined ? undefined : 'the job finishes its result in one piece';

/** Where they are divided is known when they are joined. */
function rowsInObjects(objectsMax: number | undefined): Plan['partitions'] {
  const all = { by: 'key' as const, boundaries: [] };
  if (objectsMax !== undefined) return { ...all, objectsMax, because: `${objectsMax} at most, as the request says` };
  return { ...all, because: `one for each ${JOINED_BYTES_GOAL} bytes: rows stay in the order of the input` };
}

function invalid(what: string, fix: string): FanfoldError {
  return new FanfoldError('FANFOLD_REQUEST_INVALID', what, { fix, fatal: true });
}
