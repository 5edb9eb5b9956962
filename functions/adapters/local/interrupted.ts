import type { RunRequest } from '../../core/messages.ts';
import { FanfoldError } from '../../errors.ts';
import type { Progress } from './progress.ts';

/** Nobody wants to wait for a run any more. It has not ended: what is done stands, as if its process had been killed. */
export function interrupted({ job, redrive }: RunRequest, { chunks }: Progress, directory: string): FanfoldError {
  const planned = chunks.total > 0;
  const far = planned ? `with ${chunks.done} of ${chunks.total} chunks done` : 'before it was planned';
  const again = redrive === undefined ? 'Give the same command with --resume' : `Give fanfold redrive ${directory}`;
  return new FanfoldError('FANFOLD_CANCELLED', `${job} was interrupted ${far}`, {
    fix: planned ? `${again} to go on.` : 'Give the command again.',
  });
}
