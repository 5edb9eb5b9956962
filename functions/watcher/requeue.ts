/** Starts all that is missing of a planned run: for queues that were lost with the process that held them. */
import { sentKey } from '../core/keys.ts';
import type { Plan } from '../core/plan.ts';
import { parentOf } from '../core/tree.ts';
import type { Services } from '../ports/services.ts';
import { settleJson } from '../protocol/documents.ts';
import { messagesFor } from '../protocol/plan-pages.ts';
import type { Found } from './mend.ts';
import { missingParts } from './mend-parts.ts';

/** @param found by `lookThrough`, in all groups; what is started twice is harmless */
export async function requeue(services: Services, plan: Plan, found: Found): Promise<void> {
  const { run, job, totals, geometry } = plan;
  for (const { level, index } of found.full) {
    const parent = parentOf(totals.chunks, geometry.groupSize, level, index);
    const parts = parent.kind === 'publish' ? await missingParts(services, plan) : undefined;
    for (const request of parts?.requests ?? [{ run, job, ...parent }]) await services.aggregator.invoke(request);
  }
  for (const [i, first] of plan.pages.entries()) {
    const end = plan.pages[i + 1] ?? totals.chunks;
    const missing = found.missing.filter((chunk) => chunk >= first && chunk < end);
    if (missing.length > 0) await services.chunks.send(await messagesFor(services, plan, missing));
    await settleJson(services, sentKey(run, first), { chunks: end - first });
  }
}
