/** One segment of a chunk, by the format of its object, into sinks. */
import type { Segment } from '../core/plan.ts';
import { type Ends, OUT } from '../core/two-state.ts';
import type { RecordSink, TwoStateSink } from '../formats/format.ts';
import { formatOf } from '../formats/tagged.ts';
import type { Job } from '../job.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { isWhole, readSegment, readTwoStateRange } from './read-segment.ts';

/** Where the records of a chunk go. */
export interface ChunkSinks {
  /** The state at the end of what was read, where it is not known to be outside of quotes. */
  ends: Ends | undefined;
  sinkFor(source: string, tag: string | undefined): RecordSink<unknown>;
  twoStateSinkFor(source: string, tag: string | undefined, begins: boolean): TwoStateSink<unknown>;
}

export type ReadBounds = { readonly head: number; readonly tail: number } | 'unknown' | undefined;

export async function readInto(
  sinks: ChunkSinks,
  store: Pick<ObjectStore, 'read'>,
  segment: Segment,
  job: Job,
  source: string,
): Promise<ReadBounds> {
  const { tag } = segment;
  const format = formatOf(job.input, tag);
  const { twoState } = format;
  if (twoState === undefined || isWhole(segment)) {
    if (sinks.ends !== undefined) sinks.ends = [OUT, OUT];
    return readSegment(store, segment, format, sinks.sinkFor(source, tag));
  }
  const sink = sinks.twoStateSinkFor(source, tag, segment.start === 0);
  const { bounds, ends } = await readTwoStateRange(store, segment, twoState, sink);
  sinks.ends = ends;
  return ends.every((end) => end === null) ? 'unknown' : bounds;
}
