/** Plans that an environment has read: they are written once, so one that was read need not be read again. */
import type { Plan } from '../core/plan.ts';
import type { Services } from '../ports/services.ts';
import { readPlan } from '../protocol/documents.ts';

/** Few, since the boundaries in a plan may take 100 kB. */
const REMEMBERED_MAX = 8;

const plans = new WeakMap<Services, Map<string, Plan>>();

export async function knownPlan(services: Services, run: string): Promise<Plan | undefined> {
  const known = plans.get(services) ?? new Map<string, Plan>();
  plans.set(services, known);
  const plan = known.get(run) ?? (await readPlan(services, run));
  if (plan === undefined) return undefined;
  known.set(run, plan);
  const [oldest = run] = known.keys();
  if (known.size > REMEMBERED_MAX) known.delete(oldest);
  return plan;
}
