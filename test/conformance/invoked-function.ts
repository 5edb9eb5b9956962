/** The function under the invoker's suite, whatever it runs on. */
import type { NodeRequest } from '../../functions/core/messages.ts';

export interface Told {
  readonly request: NodeRequest;
  readonly phase: 'began' | 'ended';
}

/** What the function reaches. */
export interface FunctionWorld {
  tell(told: Told): Promise<void>;
  released(): Promise<void>;
}

/** What it does is the name of the request's job. */
export async function invokedFunction(request: NodeRequest, world: FunctionWorld): Promise<void> {
  await world.tell({ request, phase: 'began' });
  if (request.job === 'waits') await world.released();
  if (request.job === 'throws') throw new Error('as it was asked to');
  await world.tell({ request, phase: 'ended' });
}
