import { FanfoldError } from '../../errors.ts';

/** Of a step that goes on when nobody waits for it any more. To be tried again: then nothing is written down for it. */
export const runEnded = (): FanfoldError =>
  new FanfoldError('FANFOLD_CANCELLED', 'The run has ended', { fix: 'Nothing.', retry: 'safe' });
