/** One chunk's records, through the job's `map`, into a partial. */
import type { Room } from '../core/memory-bounds.ts';
import type { ChunkMessage } from '../core/messages.ts';
import type { Segment } from '../core/plan.ts';
import { coverOf, position, type Reach, type Summary } from '../core/summary.ts';
import { FanfoldError } from '../errors.ts';
import type { Job } from '../job.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { workOf } from '../protocol/work-of.ts';
import type { Bisection } from './bisection.ts';
import { ChunkFold } from './chunk-fold.ts';
import { prefetchSmall } from './prefetch.ts';
import { type ReadBounds, readInto } from './read-chunk.ts';
import { sourceOf, withSource } from './read-segment.ts';
import { withKind } from './with-kind.ts';

export interface FoldedChunk {
  /** Throws, and gives nothing to be stored, if the chunk fails. */
  readonly partial: AsyncIterable<Uint8Array>;
  /** Where a range ends whose next one depends on it. */
  readonly reach: Reach | undefined;
}

/**
 * Reads and maps a whole chunk; the partial that comes of it is made as it is stored.
 *
 * @param room for what the chunk comes to; its scratch must stay open until the partial is stored
 */
export async function foldChunk(
  store: Pick<ObjectStore, 'read'>,
  message: ChunkMessage,
  job: Job,
  room: Room,
  bisection?: Bisection,
): Promise<FoldedChunk> {
  const { segments, chunk } = message;
  const fold = new ChunkFold(job, message, room, bisection);
  const reading = prefetchSmall(store, segments);
  let bounds: Summary['bounds'] = segments.length === 0 ? { head: [0, 0], tail: [0, 0] } : null;
  for (const segment of segments) {
    const source = sourceOf(segment);
    try {
      bounds = extend(bounds, segment, await readInto(fold, reading, segment, job, source));
    } catch (error) {
      throw error instanceof FanfoldError ? await withKind(withSource(error, source), store, segment) : error;
    }
  }
  const { ends } = fold;
  const partial = fold.partial({
    run: message.run,
    digest: message.digest,
    work: workOf(message, job),
    chunks: { first: chunk, end: chunk + 1 },
    cover: coverOf(segments),
    bounds,
    bytes: segments.reduce((sum, segment) => sum + segment.end - segment.start, 0),
  });
  return { partial, reach: ends === undefined ? undefined : { bounds, ends } };
}

function extend(bounds: Summary['bounds'], segment: Segment, read: ReadBounds): Summary['bounds'] {
  if (segment.size === 0) return { head: bounds?.head ?? [segment.object, 0], tail: [segment.object + 1, 0] };
  if (read === undefined) return bounds;
  if (read === 'unknown') return { head: bounds?.head ?? read, tail: read };
  return { head: bounds?.head ?? position(segment, read.head), tail: position(segment, read.tail) };
}
