/** A result object, or one of several, joined of rows where they are stored. */
import { crc32 } from 'node:zlib';
import { type JoinLimits, partsOf, S3_LIMITS } from '../core/join-pieces.ts';
import { partialKey, partName, resultPrefix } from '../core/keys.ts';
import type { Manifest } from '../core/manifest.ts';
import type { JoinedRows, PartRequest } from '../core/messages.ts';
import type { Rows } from '../core/partial-index.ts';
import type { Plan } from '../core/plan.ts';
import { addRows, rowsOf, type StoredRows } from '../core/row-ranges.ts';
import { encodeText } from '../core/text.ts';
import type { Job } from '../job.ts';
import type { Services } from '../ports/services.ts';
import { topGroup } from '../protocol/fail-publication.ts';
import { reportPart } from '../protocol/parts.ts';
import type { StoredTail } from '../protocol/stored-summary.ts';
import { inTurns, storedTail } from './group-footers.ts';
import { mustNotHaveEnded, sameAsStored } from './put-part.ts';
import { StoredRowReader } from './stored-rows.ts';

/** What an object is made of, and what that comes to. */
interface Joined {
  readonly part: number;
  readonly rows: readonly StoredRows[];
  readonly footers: readonly StoredTail[];
  readonly sum: Rows;
}

/** Joins an object, or finds one that stands: then the same rows must have made it. */
export async function joinObject(
  services: Services,
  plan: Plan,
  job: Job,
  { part, rows, footers, sum }: Joined,
): Promise<Manifest['results'][number]> {
  const limits = limitsOf(services);
  const reader = new StoredRowReader(services, footers);
  const header = encodeText(part === 0 ? job.output.header : '');
  const whole = addRows({ bytes: header.length, entries: 0, crc32: crc32(header) }, sum);
  const parts = partsOf([{ bytes: header }, ...rows.map((some) => reader.piece(some, limits.partBytesMin))], limits);
  await mustNotHaveEnded(services, plan);
  const path = partName(part, job.output.extension);
  const name = { bucket: services.results, key: resultPrefix(plan.job, plan.run) + path };
  const written = await services.store.joinIfAbsent(name, parts, whole.crc32);
  if (written === 'exists') await sameAsStored(services, name, path, whole.bytes);
  return { path, bytes: whole.bytes, rows: whole.entries };
}

/** One of several objects, as its publication is sealed. */
export async function makeJoinedPart(
  services: Services,
  plan: Plan,
  job: Job,
  request: PartRequest,
  joined: JoinedRows,
): Promise<void> {
  const { level } = topGroup(plan);
  const partials = new Map(joined.of.map((source) => [source.index, source]));
  const footers = await inTurns([...partials.values()], ({ index, etag, size }) => {
    const key = partialKey(plan.run, level, index, plan.geometry.groupSize);
    return storedTail(services, { bucket: services.results, key, etag, size });
  });
  const places = new Map([...partials.keys()].map((index, place) => [index, place]));
  const rows = joined.of.flatMap(({ index, section, first, end }) => {
    const partial = places.get(index) ?? 0;
    return [...rowsOf(footers, [{ partial, section }])].slice(first, end);
  });
  const result = await joinObject(services, plan, job, { part: request.part, rows, footers, sum: joined });
  await reportPart(services, request, { result });
}

export const limitsOf = ({ joins = S3_LIMITS }: Services): JoinLimits => joins;
