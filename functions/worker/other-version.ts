import type { ChunkMessage } from '../core/messages.ts';
import { FanfoldError } from '../errors.ts';

/** A redrive has the objects of the earlier run, in their versions: other ones are not its input, whenever they came. */
export function otherVersion(error: FanfoldError, { adopts: [earlier] = [] }: ChunkMessage): FanfoldError {
  const { code, source = 'an input' } = error;
  if (earlier === undefined || (code !== 'FANFOLD_INPUT_CHANGED' && code !== 'FANFOLD_INPUT_GONE')) return error;
  const what = code === 'FANFOLD_INPUT_GONE' ? 'is gone' : 'was changed';
  return new FanfoldError(code, `${source} ${what} since the run ${earlier.run} read it`, {
    fix: 'Start the run anew: a redrive has the very inputs of the run that it goes on from.',
    fatal: true,
    ...(error.source === undefined ? {} : { source: error.source }),
    cause: error,
  });
}
