/** Queues the chunks of a sealed plan. */

import { sentKey, sentPrefix } from '../core/keys.ts';
import type { Plan } from '../core/plan.ts';
import { proofFailed } from '../core/summary.ts';
import type { Services } from '../ports/services.ts';
import { settleJson } from './documents.ts';
import { hasEnded } from './end-run.ts';
import { listAll } from './list-all.ts';
import { messagesOf, readPage } from './plan-pages.ts';

/** Queues every chunk, a page at a time, leaving out pages that were queued whole before; stops if the run has ended. */
export async function dispatch(plan: Plan, services: Services): Promise<void> {
  const { run, job, pages, totals, geometry } = plan;
  const sent = await sentPages(services, run);
  for (const first of pages) {
    if (sent.has(sentKey(run, first))) continue;
    if (await hasEnded(services, job, run)) return;
    const page = await readPage(services, run, first);
    if (page === undefined) throw proofFailed(`the page of the plan from chunk ${first} on is gone`);
    await services.chunks.send(messagesOf(plan, page));
    await settleJson(services, sentKey(run, first), { chunks: page.chunks.length });
  }
  services.log('run planned', { run, job, ...totals, because: geometry.because });
}

/** Keys that say which pages were queued whole. */
export async function sentPages(services: Services, run: string): Promise<Set<string>> {
  const sent = new Set<string>();
  for await (const { key } of listAll(services.store, services.results, sentPrefix(run))) sent.add(key);
  return sent;
}
