/** A publication in several parts that stands still: which parts are missing, and are started again. */
import { publicationKey } from '../core/keys.ts';
import type { PartRequest } from '../core/messages.ts';
import type { Plan } from '../core/plan.ts';
import { type Publication, partRequests } from '../core/publication.ts';
import type { Services } from '../ports/services.ts';
import { readJson } from '../protocol/documents.ts';
import { seenParts } from '../protocol/parts.ts';
import { startAgain } from './resend.ts';

/** Parts take longer than chunks, and a part that is made twice costs as much again: none is begun again before this. */
const PART_QUIET_MS = 5 * 60_000;
/** Parts that one tick starts again. */
const PARTS_A_TICK = 100;

export interface MissingParts {
  readonly requests: readonly PartRequest[];
  /** When the latest part was made. */
  readonly lastAtMs: number;
}

/**
 * Parts that were asked for and are not there. Undefined where the publication itself is what is missing: it was not
 * sealed, or not all parts were asked for, or all of them are there.
 */
export async function missingParts(services: Services, plan: Plan): Promise<MissingParts | undefined> {
  const { reports, started, lastAtMs } = await seenParts(services, plan.run);
  const publication = started ? await readJson<Publication>(services, publicationKey(plan.run)) : undefined;
  if (publication === undefined) return undefined;
  const requests = partRequests(plan, publication).filter(({ part }) => !reports.has(part));
  return requests.length === 0 ? undefined : { requests, lastAtMs };
}

/** False where it is the publication itself that is missing. */
export async function mendParts(services: Services, plan: Plan): Promise<boolean> {
  const { run, job } = plan;
  const missing = await missingParts(services, plan);
  if (missing === undefined) return false;
  if (services.clock.nowMs() - missing.lastAtMs < PART_QUIET_MS) return true;
  for (const request of missing.requests.slice(0, PARTS_A_TICK)) {
    const start = () => services.aggregator.invoke(request);
    const again = { run, node: `part-${request.part}`, pauseMs: PART_QUIET_MS, start };
    if (await startAgain(services, again)) services.log('started again', { run, job, part: request.part });
  }
  return true;
}
