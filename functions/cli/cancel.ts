/** `fanfold cancel`: ends a deployed run. */
import { connect, jobOf } from '../adapters/aws/remote.ts';
import { cancelRun } from '../watcher/early-ends.ts';
import type { Arguments, CommandShape } from './arguments.ts';
import { DEFAULT_STACK, mustExist, type RunOptions, runOptions } from './remote-command.ts';

export const cancelShape: CommandShape = { words: ['run'], options: { stack: 'text' } };

export const cancelCommand = (given: Arguments) => cancel(runOptions(given));

/** Resolves with 0 when the run was cancelled, by us or before, and with 1 when it had ended in another way. */
export async function cancel({ run, stack = DEFAULT_STACK, stdout, stderr }: RunOptions): Promise<number> {
  const remote = await connect(stack);
  await mustExist(remote, run);
  const { state } = await cancelRun(run, jobOf(run), remote.services);
  if (state === 'cancelled') stdout.write(`${run} is cancelled\n`);
  else stderr.write(`fanfold: ${run} had already ${state}\n`);
  return state === 'cancelled' ? 0 : 1;
}
