/** Into how many parts a run's result is divided, and where: decided once its chunks are known. */
import { sampleKey } from '../core/keys.ts';
import { partitionsFrom } from '../core/partitions.ts';
import type { Partitions } from '../core/plan.ts';
import { FanfoldError } from '../errors.ts';
import type { Job } from '../job.ts';
import { PARTITIONS_MAX, SAMPLE_TRIES_MAX, SAMPLED_BYTES_MIN } from '../limits.ts';
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

export async function planPartitions(
  services: Services,
  job: Job,
  plan: Sampled,
  asked: number | undefined,
): Promise<Partitions> {
  const why = asked === 1 ? 'as the request says' : inOnePiece(job);
  if (why !== undefined) return onePart(why);
  const { bytes } = plan.totals;
  if (asked === undefined && bytes < SAMPLED_BYTES_MIN) {
    return onePart(`the input is ${bytes} bytes, and not ${SAMPLED_BYTES_MIN}`);
  }
  // A record that kills whoever maps it must not keep the run from being planned.
  for (let tries = 0; tries < SAMPLE_TRIES_MAX; tries++) {
    const claim = await settleJson(services, sampleKey(plan.run, tries), { at: services.clock.nowMs() });
    if (claim.created) return partitionsFrom(await takeSample(services, job, plan), bytes, asked);
  }
  return onePart('taking a sample was tried and not finished');
}

function inOnePiece(job: Job): string | undefined {
  if (job.shape === 'transform') return 'rows of the job stay in the order of the input';
  return job.finish === undefined ? undefined : 'the job finishes its result in one piece';
}

const onePart = (why: string): Partitions => ({ boundaries: [], because: `1: ${why}` });

function invalid(what: string, fix: string): FanfoldError {
  return new FanfoldError('FANFOLD_REQUEST_INVALID', what, { fix, fatal: true });
}
