/** Small objects of a packed chunk are read ahead of their turn: one request at a time would be mostly waiting. */
import type { Segment } from '../core/plan.ts';
import type { ObjectStore, PinnedObject } from '../ports/object-store.ts';

/** Objects read at the same time, and how large one may be: together at most 8 MiB of memory. */
const AHEAD = 8;
const SMALL_BYTES_MAX = 1024 * 1024;

/** The same store, whose whole reads of these segments were begun earlier. Reads must come in the order of segments. */
export function prefetchSmall(
  store: Pick<ObjectStore, 'read'>,
  segments: readonly Segment[],
): Pick<ObjectStore, 'read'> {
  const small = segments.filter((s) => s.start === 0 && s.end === s.size && s.size > 0 && s.size <= SMALL_BYTES_MAX);
  if (small.length < 2) return store;
  const begun = new Map<string, Promise<Uint8Array[]>>();
  let next = 0;
  const nameOf = (object: PinnedObject) => `${object.bucket}\0${object.key}\0${object.etag}`;
  const begin = () => {
    for (; next < small.length && begun.size < AHEAD; next++) {
      const segment = small[next];
      if (segment === undefined || begun.has(nameOf(segment))) return; // the same object twice: one at a time
      const reading = Array.fromAsync(store.read(segment, 0, segment.size));
      reading.catch(() => {}); // reported when its turn comes
      begun.set(nameOf(segment), reading);
    }
  };
  return {
    async *read(object, start, end, into) {
      begin();
      const reading = start === 0 ? begun.get(nameOf(object)) : undefined;
      if (reading === undefined) return yield* store.read(object, start, end, into);
      const blocks = await reading;
      begun.delete(nameOf(object));
      begin();
      yield* blocks;
    },
  };
}
