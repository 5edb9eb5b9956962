/** Whether the objects of a plan still stand as they did when it was made. */
import type { Plan } from '../../core/plan.ts';
import { FanfoldError } from '../../errors.ts';
import type { Services } from '../../ports/services.ts';
import { readPlan } from '../../protocol/documents.ts';
import { type PlanPage, readPage } from '../../protocol/plan-pages.ts';

export interface WholePlan {
  readonly plan: Plan;
  readonly pages: readonly PlanPage[];
}

/** Undefined when it is not sealed, or not all of it can be read: as after a loss of power. */
export async function readWholePlan(services: Services, run: string): Promise<WholePlan | undefined> {
  try {
    const plan = await readPlan(services, run);
    if (plan === undefined) return undefined;
    const pages: PlanPage[] = [];
    for (const first of plan.pages) {
      const page = await readPage(services, run, first);
      if (page === undefined) return undefined;
      pages.push(page);
    }
    return { plan, pages };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** @throws FANFOLD_INPUT_CHANGED naming the first object that is gone or has another version */
export async function checkInputs(services: Services, pages: readonly PlanPage[]): Promise<void> {
  let last = '';
  for (const { chunks } of pages) {
    for (const { bucket, key, etag } of chunks.flatMap(({ segments }) => segments)) {
      if (last === key) continue; // another range of the same
      last = key;
      const now = await services.store.head({ bucket, key });
      if (now?.etag !== etag) throw changedSince(key, now === undefined ? 'is gone' : 'was changed');
    }
  }
}

function changedSince(source: string, what: string): FanfoldError {
  return new FanfoldError('FANFOLD_INPUT_CHANGED', `${source} ${what} since the run was begun`, {
    fix: 'Put it back as it was, or begin anew in another directory with --out.',
    source,
  });
}
