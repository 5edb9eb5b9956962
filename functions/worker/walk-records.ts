/** The records of a chunk, one after the other, with their places and nothing done to them. */
import type { Segment } from '../core/plan.ts';
import type { RecordSink, TwoStateSink } from '../formats/format.ts';
import type { Job } from '../job.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { type ChunkSinks, readInto } from './read-chunk.ts';
import { sourceOf } from './read-segment.ts';

export interface WalkedRecord {
  /** Grows along the chunk: the segment, and the offset in its object. */
  readonly place: number;
  readonly record: unknown;
  readonly segment: Segment;
  readonly offset: number;
  readonly bytes: number;
}

/** Offsets are below this: 16 TiB. A chunk has at most 500 segments, so that places are whole numbers below 2^53. */
const OFFSETS = 2 ** 44;

/** Of a range that may begin within quotes come the records of both beginnings. */
export async function walkRecords(
  store: Pick<ObjectStore, 'read'>,
  segments: readonly Segment[],
  job: Job,
  onRecord: (walked: WalkedRecord) => void,
): Promise<void> {
  for (const [i, segment] of segments.entries()) {
    const sink: RecordSink<unknown> = {
      record: (record, offset, bytes) => onRecord({ place: i * OFFSETS + offset, record, segment, offset, bytes }),
      bad() {}, // nothing is done with it, so it does nothing
    };
    const both: TwoStateSink<unknown> = { heads: [sink, sink], body: () => sink, lost() {}, isOver: () => false };
    const sinks: ChunkSinks = { ends: undefined, sinkFor: () => sink, twoStateSinkFor: () => both };
    await readInto(sinks, store, segment, job, sourceOf(segment));
  }
}
