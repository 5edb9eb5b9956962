/** One part of a result: its partition of every partial of the top group, merged as it is written. */
import { partName } from '../core/keys.ts';
import type { PartRequest } from '../core/messages.ts';
import type { EntrySource } from '../core/partial-reader.ts';
import type { Plan } from '../core/plan.ts';
import { PLACE_BYTES } from '../core/scatter.ts';
import type { Job } from '../job.ts';
import type { Services } from '../ports/services.ts';
import { reportPart } from '../protocol/parts.ts';
import { closeAll, openSources } from './open-partials.ts';
import { mustNotHaveEnded, putPart } from './put-part.ts';
import { type Counted, resultBytes } from './rows.ts';

export async function makePart(services: Services, plan: Plan, job: Job, request: PartRequest): Promise<void> {
  const { part } = request;
  const keyAt = plan.partitions.by === 'hash' ? PLACE_BYTES : 0;
  const path = partName(part, job.output.extension);
  const counted: Counted = { rows: 0, bytes: 0 };
  const sources = openSources(services, plan, request.sources);
  async function* body(readers: readonly EntrySource[]) {
    yield* resultBytes(readers, { job, params: plan.params, memory: services.memory }, counted, { part, keyAt });
    await mustNotHaveEnded(services, plan);
  }
  let bytes: number;
  try {
    bytes = await putPart(services, plan, path, body(sources), counted);
  } finally {
    await closeAll(sources);
  }
  await reportPart(services, request, { result: { path, bytes, rows: counted.rows } });
}
