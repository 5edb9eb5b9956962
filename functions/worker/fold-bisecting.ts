/** A chunk without the records that it fails for. */
import type { Room } from '../core/memory-bounds.ts';
import type { ChunkMessage } from '../core/messages.ts';
import type { Job } from '../job.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { Bisection } from './bisection.ts';
import { type FoldedChunk, foldChunk } from './fold-chunk.ts';

/** Readings of a chunk at most. Two do, unless leaving out a record brings another to fail, as in `combine`. Ours. */
const READINGS_MAX = 8;

/** As `foldChunk`, again and again until nothing fails; a chunk that fails otherwise than by its records still fails. */
export async function foldBisecting(
  store: Pick<ObjectStore, 'read'>,
  message: ChunkMessage,
  job: Job,
  room: Room,
): Promise<FoldedChunk> {
  let bisection: Bisection | undefined;
  for (let readings = 1; readings < READINGS_MAX; readings++) {
    bisection = new Bisection(message.chunk, job.badRecordsMax, bisection);
    const folded = await foldChunk(store, message, job, room, bisection);
    if (!bisection.hasNews) return folded;
    room.scratch.close();
    await bisection.readPreviews(store, message);
  }
  return foldChunk(store, message, job, room);
}
