/** The lane for chunks that ran out of memory or time: another queue, read by workers that have more of both. */
import type { ChunkMessage } from '../core/messages.ts';
import type { Services } from '../ports/services.ts';

/**
 * Sends a chunk there, if its run allows it and it is not there yet. Resolves with whether it did: then its message is
 * answered. One that is lost there is started again by the watcher, as any other.
 */
export async function takeMemoryLane(services: Services, message: ChunkMessage): Promise<boolean> {
  const { memoryChunks } = services;
  if (message.memoryLane !== 'open' || memoryChunks === undefined) return false;
  services.log('to the memory lane', { run: message.run, job: message.job, chunk: message.chunk });
  await memoryChunks.send([{ ...message, memoryLane: 'taken' }]);
  return true;
}
