/** Whose partials a run takes for its own: a redrive adopts those of earlier runs, and its plan names them. */
import type { Plan } from './plan.ts';
import { proofFailed, type Summary } from './summary.ts';

/**
 * A partial's summary as one of the run's own, with what was adopted noted in it.
 *
 * @throws FANFOLD_PROOF_FAILED unless the run itself made it with its own code, or a run that the plan adopts from
 */
export function asOwn(plan: Pick<Plan, 'run' | 'digest' | 'adopts'>, summary: Summary): Summary {
  const { run, digest } = summary;
  if (run === plan.run) {
    if (digest === plan.digest) return summary;
    throw proofFailed('they are made by another version of the job');
  }
  const adopted = plan.adopts?.some((maker) => maker.run === run && maker.digest === digest);
  if (!adopted) throw proofFailed(`they are of the run ${run}, from which the plan adopts nothing`);
  const chunks = summary.chunks.end - summary.chunks.first;
  return { ...summary, run: plan.run, digest: plan.digest, adopted: [{ run, digest, chunks }] };
}
