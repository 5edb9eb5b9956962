import { FanfoldError } from '../errors.ts';

export function partialCorrupt(name: string, what: string): FanfoldError {
  return new FanfoldError('FANFOLD_PARTIAL_CORRUPT', `The partial ${name} is damaged: ${what}`, {
    fix: 'Start the run again; if it comes back, something else writes to the results bucket.',
    fatal: true,
  });
}

/** What was joined of partials is not what they say about themselves. */
export function joinedOtherwise(name: string): FanfoldError {
  return new FanfoldError('FANFOLD_PARTIAL_CORRUPT', `The rows joined to ${name} are others than their partials say`, {
    fix: 'Start the run again; if it comes back, something else writes to the results bucket.',
    fatal: true,
  });
}
