/** The partials of a group, opened in the order of the plan, and what they come to together. */
import { memoryOf } from '../core/bytes.ts';
import { partialKey } from '../core/keys.ts';
import type { PartSource } from '../core/messages.ts';
import { type EntrySource, ExtentReader, PartialReader } from '../core/partial-reader.ts';
import type { Plan } from '../core/plan.ts';
import { joinSummaries, proofFailed, type Summary } from '../core/summary.ts';
import type { Members } from '../core/tree.ts';
import { PARTIAL_BLOCK_BYTES } from '../limits.ts';
import type { Services } from '../ports/services.ts';
import { topGroup } from '../protocol/fail-publication.ts';
import { notThere } from './group-footers.ts';

/** One request a partial. One that is not there is an error, never empty. */
export async function openPartials(services: Services, plan: Plan, members: Members): Promise<PartialReader[]> {
  const opening: Promise<PartialReader>[] = [];
  for (let index = members.first; index < members.end; index++) {
    opening.push(openPartial(services, partialKey(plan.run, members.level, index, plan.geometry.groupSize)));
  }
  const opened = await Promise.allSettled(opening);
  const lost = opened.find((result) => result.status === 'rejected');
  const readers = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  if (lost === undefined) return readers;
  await closeAll(readers);
  throw lost.reason;
}

/** Lets go of partials, also of those that were never read. */
export async function closeAll(readers: readonly EntrySource[]): Promise<void> {
  await Promise.all(readers.map((reader) => reader.close()));
}

async function openPartial(services: Services, key: string): Promise<PartialReader> {
  const stream = await services.store.open({ bucket: services.results, key }, memoryOf(PARTIAL_BLOCK_BYTES));
  if (stream !== undefined) return new PartialReader(stream, key);
  throw notThere(`The partial ${key}`);
}

/** Partitions of partials: one request each, when its first entries are wanted. */
export function openSources(services: Services, plan: Plan, sources: readonly PartSource[]): EntrySource[] {
  const { level } = topGroup(plan);
  return sources.map((source) => {
    const key = partialKey(plan.run, level, source.index, plan.geometry.groupSize);
    const object = { bucket: services.results, key, etag: source.etag };
    return new ExtentReader(
      services.store.read(object, source.start, source.end, memoryOf(PARTIAL_BLOCK_BYTES)),
      [source],
      key,
    );
  });
}

/** What partials of the run's own came to, neighbour by neighbour. */
export function joinAll(summaries: readonly Summary[], entries: number, { badRecordsMax }: Plan): Summary {
  const [first, ...rest] = summaries;
  if (first === undefined) throw proofFailed('there is nothing to join');
  const { work: _, ...start } = first;
  return rest.reduce<Summary>((sum, next) => joinSummaries(sum, next, entries, badRecordsMax), {
    ...start,
    entries,
  });
}
