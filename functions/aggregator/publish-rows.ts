/**
 * Publication of a transform: its rows are joined where they are stored. The proof comes first, from what the partials say
 * about themselves. Then one object is joined here; several are sealed, and each is a part that is asked for.
 */
import { cutObjects, type Piece, pieceBytes } from '../core/join-pieces.ts';
import { publicationKey } from '../core/keys.ts';
import { sectionsOf } from '../core/lanes.ts';
import type { JoinedRows, RowSource } from '../core/messages.ts';
import type { Plan } from '../core/plan.ts';
import type { Publication } from '../core/publication.ts';
import { type NthRows, rowsOf, sumOfRows } from '../core/row-ranges.ts';
import type { Summary } from '../core/summary.ts';
import { encodeText } from '../core/text.ts';
import { assert } from '../errors.ts';
import type { Job } from '../job.ts';
import { JOINED_OBJECTS_GOAL, PARTITIONS_MAX } from '../limits.ts';
import type { Services } from '../ports/services.ts';
import { readJson, settleJson } from '../protocol/documents.ts';
import { topGroup } from '../protocol/fail-publication.ts';
import type { StoredTail } from '../protocol/stored-summary.ts';
import { groupTails } from './group-footers.ts';
import { joinObject, limitsOf } from './join-object.ts';
import { joinAll } from './open-partials.ts';
import { proven } from './prove.ts';
import { publishParts } from './publish-parts.ts';
import { succeed } from './succeed.ts';

/** Publishes the run, if its partials prove complete, or does what is next for that. */
export async function publishRows(services: Services, plan: Plan, job: Job): Promise<void> {
  const key = publicationKey(plan.run);
  const stands = await readJson<Publication>(services, key);
  if (stands !== undefined) return publishParts(services, plan, stands);
  const footers = await groupTails(services, plan, topGroup(plan));
  const { summary, rows } = provenRows(plan, footers);
  const objects = objectsOf(services, plan, job, rows);
  const [only = [], ...others] = objects;
  if (others.length > 0) {
    const publication = { summary, sources: [], objects: objects.map((some) => sealed(footers, some)) };
    return publishParts(services, plan, (await settleJson<Publication>(services, key, publication)).document);
  }
  const result = await joinObject(services, plan, job, { part: 0, rows: only, footers, sum: sumOfRows(only) });
  await succeed(services, plan, summary, [result]);
}

/** What the partials of the top group come to, if they prove complete, and where their rows lie. */
function provenRows(plan: Plan, footers: readonly StoredTail[]): { summary: Summary; rows: readonly NthRows[] } {
  const summaries = footers.map(({ summary }) => summary);
  const rows = [...rowsOf(footers, sectionsOf(summaries).body)];
  const entries = rows.reduce((sum, some) => sum + some.entries, 0);
  return { summary: proven(plan, joinAll(summaries, entries, plan)), rows };
}

/** The rows of each object: as many objects as are asked for, or so large ones that there are fewer than a listing shows. */
function objectsOf(services: Services, { partitions }: Plan, job: Job, rows: readonly NthRows[]): NthRows[][] {
  const { objectsMax = JOINED_OBJECTS_GOAL } = partitions;
  const limits = limitsOf(services);
  const header: Piece = { bytes: encodeText(job.output.header) };
  const pieces = [header, ...rows];
  const bytes = pieces.reduce((sum, piece) => sum + pieceBytes(piece), 0);
  const share = Math.ceil(bytes / Math.min(objectsMax, JOINED_OBJECTS_GOAL));
  const asked = partitions.objectsMax !== undefined;
  const objectBytesGoal = asked ? share : Math.max(limits.objectBytesGoal, share);
  const objects = [...cutObjects<Piece | NthRows>(pieces, { ...limits, objectBytesGoal })];
  assert(objects.length <= PARTITIONS_MAX, `a result of ${objects.length} objects`);
  return objects.map((some) => some.filter((piece) => 'nth' in piece));
}

/** What an object is made of, as it is sealed: stretches of neighbours. */
function sealed(footers: readonly StoredTail[], rows: readonly NthRows[]): JoinedRows {
  const of: RowSource[] = [];
  for (const { partial, section, nth } of rows) {
    const last = of.at(-1);
    const { object } = footers[partial] ?? {};
    if (last?.index === partial && last.section === section) of[of.length - 1] = { ...last, end: nth + 1 };
    else if (object !== undefined)
      of.push({ index: partial, etag: object.etag, size: object.size, section, first: nth, end: nth + 1 });
  }
  return { ...sumOfRows(rows), of };
}
