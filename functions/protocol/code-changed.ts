import type { Plan } from '../core/plan.ts';
import { FanfoldError } from '../errors.ts';

/** A run's messages met other code than its plan names: nothing but this failure is written, and no tolerance covers it. */
export function codeChanged(job: string, planned: string, deployed: string | undefined): FanfoldError {
  const now = deployed === undefined ? 'is not deployed any more' : `is deployed as ${deployed.slice(0, 12)}`;
  return new FanfoldError(
    'FANFOLD_CODE_CHANGED',
    `The run was planned with ${job} ${planned.slice(0, 12)}, which ${now}`,
    { fix: 'Start the run again with the new code.', fatal: true },
  );
}

/** A redrive meets other code than the run that it goes on from. */
export function otherCode(earlier: Pick<Plan, 'run' | 'job' | 'digest'>, digest: string): FanfoldError {
  const [then, now] = [earlier.digest, digest].map((code) => code.slice(0, 12));
  return new FanfoldError(
    'FANFOLD_CODE_CHANGED',
    `The run ${earlier.run} was made by ${earlier.job} ${then}, and ${now} is there now`,
    {
      fix: 'Take back the code, or start the run again; --accept-code adopts it all the same, and the result may then mix what the two make of a record.',
      fatal: true,
    },
  );
}
