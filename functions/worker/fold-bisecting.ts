/** A chunk without the records that it fails for. */
import type { Room } from '../core/memory-bounds.ts';
import type { ChunkMessage } from '../core/messages.ts';
import { FanfoldError } from '../errors.ts';
import type { Job } from '../job.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { Bisection } from './bisection.ts';
import { type FoldedChunk, foldChunk } from './fold-chunk.ts';
import type { Killer } from './search-trail.ts';

/** Readings of a chunk at most. Two do, unless leaving out a record brings another to fail, as in `combine`. Ours. */
const READINGS_MAX = 8;

/**
 * As `foldChunk`, again and again until nothing fails; a chunk that fails otherwise than by its records still fails.
 *
 * @param killers left out from the first reading on
 */
export async function foldBisecting(
  store: Pick<ObjectStore, 'read'>,
  message: ChunkMessage,
  job: Job,
  room: Room,
  killers: readonly Killer[],
): Promise<FoldedChunk> {
  const given = killers.map((killer) => ({ ...killer, error: endsItsProcess(killer) }));
  let bisection: Bisection | undefined;
  for (let readings = 1; readings < READINGS_MAX; readings++) {
    bisection = new Bisection(message.chunk, job.badRecordsMax, given, bisection);
    const folded = await foldChunk(store, message, job, room, bisection);
    if (!bisection.hasNews) return folded;
    room.scratch.close();
    await bisection.readPreviews(store, message);
  }
  return foldChunk(store, message, job, room);
}

function endsItsProcess({ source, offset }: Killer): FanfoldError {
  return new FanfoldError(
    'FANFOLD_JOB_ERROR',
    `${source}: record at byte ${offset}: the process ended each time the job worked it`,
    { fix: 'Correct the job, or the record: memory and time are the usual reasons.', source, offset },
  );
}
