/**
 * Finds a record that ends the process which works it, by exhausting its memory or time or by exiting. The records are
 * divided into parts, and each part is written down before it is begun; whoever comes after the death divides the part
 * that was begun last. So a few deaths are enough for millions of records. Processes end for other reasons, too: a part
 * that is worked to its end is harmless, and a record is only said to do it if it was the only one at hand at two deaths.
 */
import type { ChunkMessage } from '../core/messages.ts';
import { taggedRecord } from '../formats/tagged.ts';
import type { Job } from '../job.ts';
import { BAD_RECORD_PREVIEW_BYTES } from '../limits.ts';
import type { Services } from '../ports/services.ts';
import { bytesAt, sourceOf } from './read-segment.ts';
import { type Killer, SearchTrail } from './search-trail.ts';
import { type WalkedRecord, walkRecords } from './walk-records.ts';

/** How a message came to its worker. */
export interface Attempt {
  /** How often it was received, this time included: more than once, and an earlier worker did not get through. */
  readonly receives: number;
  /** What the worker may still take. Milliseconds. */
  readonly timeLeftMs: number;
}

/** Ours: five deaths find one of 16 million records. */
const PARTS = 64;
/** Of the time of a worker: what is begun later may end for want of time, which is not the record's doing. */
const TIME_SHARE = 0.5;

/** The records of a chunk that end their process, as far as it is known to need that: the chunk is to be worked without them. */
export async function searchKillers(
  services: Services,
  message: ChunkMessage,
  job: Job,
  attempt: Attempt,
): Promise<readonly Killer[]> {
  const lateAtMs = services.clock.nowMs() + attempt.timeLeftMs * TIME_SHARE;
  for (;;) {
    const trail = await SearchTrail.read(services, message);
    const first = trail.killers.length === 0;
    if (first && trail.isEmpty && attempt.receives === 1) return []; // as a rule
    if (trail.has('over')) return trail.killers;
    const { path, from } = trail.next;
    const died = trail.has('whole') || path.length > 0 || from > 0 || (first && attempt.receives > 1);
    if (!died) {
      await trail.mark('whole');
      return trail.killers;
    }
    await narrow(services, message, job, trail, lateAtMs);
  }
}

/** One step of the search. It ends in a death; or in a killer found, or a part known to be harmless. */
async function narrow(
  { store, clock }: Services,
  message: ChunkMessage,
  job: Job,
  trail: SearchTrail,
  lateAtMs: number,
): Promise<void> {
  const { path, from } = trail.next;
  const without = new Set(trail.killers.map(({ source, offset }) => `${offset} ${source}`));
  const isLeft = ({ segment, offset }: WalkedRecord) => !without.has(`${offset} ${sourceOf(segment)}`);
  const places = await placesOf(store, message, job, isLeft);
  const [start, end] = rangeAt(path, places.length);
  const single = end - start === 1 && path.length > 0;
  if (single && trail.has('again', path)) return trail.found(await killerAt(store, message, job, places[start] ?? 0));
  const bounds = Array.from({ length: PARTS }, (_, part) => places[partStart(start, end, part)] ?? 0);
  const first = places[partStart(start, end, from)] ?? Number.POSITIVE_INFINITY;
  const last = places[end - 1] ?? 0;
  const isSuspect = (walked: WalkedRecord) => walked.place >= first && walked.place <= last && isLeft(walked);
  let begun = -1;
  let late = false;
  await eachSuspect(store, message, job, isSuspect, async (walked) => {
    const part = bounds.findLastIndex((bound) => bound <= walked.place);
    if (part > begun) {
      late ||= clock.nowMs() > lateAtMs;
      if (!late) await (single ? trail.mark('again', path) : trail.mark('begun', [...path, part]));
      begun = part;
    }
    if (!late) mapAlone(job, message, walked);
  });
  await (late || path.length === 0 ? trail.mark('over') : trail.mark('harmless', path));
}

const partStart = (start: number, end: number, part: number) => start + Math.floor(((end - start) * part) / PARTS);

/** The records [start, end) that a path leads to, of so many. */
function rangeAt(path: readonly number[], records: number): readonly [number, number] {
  let [start, end] = [0, records];
  for (const part of path) [start, end] = [partStart(start, end, part), partStart(start, end, part + 1)];
  return [start, end];
}

/** In order, each once. */
async function placesOf(
  store: Services['store'],
  { segments }: ChunkMessage,
  job: Job,
  isLeft: (walked: WalkedRecord) => boolean,
): Promise<number[]> {
  const places: number[] = [];
  let ordered = true;
  await walkRecords(store, segments, job, (walked) => {
    if (!isLeft(walked)) return;
    ordered &&= (places.at(-1) ?? -1) < walked.place;
    places.push(walked.place);
  });
  return ordered ? places : [...new Set(places)].sort((a, b) => a - b);
}

/** A step for each suspect, in order, and awaited: reading waits for it between blocks. */
async function eachSuspect(
  store: Services['store'],
  { segments }: ChunkMessage,
  job: Job,
  isSuspect: (walked: WalkedRecord) => boolean,
  step: (walked: WalkedRecord) => Promise<void>,
): Promise<void> {
  const waiting: WalkedRecord[] = [];
  const catchUp = async () => {
    for (const walked of waiting.splice(0).sort((a, b) => a.place - b.place)) await step(walked);
  };
  const reading: Pick<Services['store'], 'read'> = {
    async *read(object, start, end) {
      for await (const block of store.read(object, start, end)) {
        await catchUp();
        yield block;
      }
    },
  };
  await walkRecords(reading, segments, job, (walked) => {
    if (isSuspect(walked)) waiting.push(walked);
  });
  await catchUp();
}

/** What the job throws is found in another way, and what it yields is not needed. */
function mapAlone(job: Job, { params }: ChunkMessage, { record, segment, offset }: WalkedRecord): void {
  try {
    const context = { source: sourceOf(segment), offset, params };
    for (const _ of job.map(taggedRecord(segment.tag, record), context));
  } catch {
    // it did not end the process
  }
}

async function killerAt(
  store: Services['store'],
  { segments }: ChunkMessage,
  job: Job,
  place: number,
): Promise<Killer> {
  let found: WalkedRecord | undefined;
  await walkRecords(store, segments, job, (walked) => {
    if (walked.place === place) found = walked;
  });
  if (found === undefined) throw new Error('the chunk reads otherwise than before');
  const { segment, offset, bytes } = found;
  const first = await bytesAt(store, segment, offset, Math.min(bytes, BAD_RECORD_PREVIEW_BYTES));
  return { source: sourceOf(segment), offset, bytes, preview: first.toString() };
}
