/** A redrive takes over what an earlier run has made of a chunk, if that is good, and looks as every writer does. */
import { partialKey } from '../core/keys.ts';
import type { ChunkMessage } from '../core/messages.ts';
import type { Summary } from '../core/summary.ts';
import { FanfoldError } from '../errors.ts';
import type { Services } from '../ports/services.ts';
import { type Node, reportBy } from './report.ts';
import { storedPartial } from './stored-summary.ts';
import { workOf } from './work-of.ts';

/** Resolves with whether the chunk's partial stands now; where there is nothing to adopt the chunk must be worked. */
export async function adopt(services: Services, message: ChunkMessage, node: Node): Promise<boolean> {
  for (const { run } of message.adopts ?? []) {
    const found = await storedPartial(services, partialKey(run, 0, message.chunk, message.groupSize));
    if (found === undefined || !isGood(found.summary, message)) continue;
    try {
      await reportBy(services, node, (name) => services.store.copyIfAbsent(found.object, name, found.note));
      return true;
    } catch (error) {
      // Expired since it was looked at.
      if (!(error instanceof FanfoldError) || error.code !== 'FANFOLD_INPUT_GONE') throw error;
    }
  }
  return false;
}

/** Of a run that the plan adopts from, of the very same work, and free of failures, however it begins. */
function isGood({ run, digest, work, failures, chunks, lanes }: Summary, message: ChunkMessage): boolean {
  const adopted = message.adopts?.some((maker) => maker.run === run && maker.digest === digest) ?? false;
  const sound = [{ chunks, failures }, ...(lanes?.heads ?? [])].every(
    (one) => one.chunks.failed + one.failures.length === 0,
  );
  return adopted && sound && work === workOf(message);
}
