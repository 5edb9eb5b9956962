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
