/** Which failure a run fails with, if not with how many there are: the same to all who ask, however far they see. */
import type { Failure } from './counts.ts';
import type { Plan } from './plan.ts';

type Tolerance = Pick<Plan, 'tolerate'>;

/** Then the first failure decides, and what the others would do is not worth waiting for. */
export const toleratesNothing = ({ tolerate }: Tolerance): boolean => tolerate.chunks === 0 || tolerate.percent === 0;

/** The first in the order of the plan that may not be tolerated; of records that were left out none is. */
export function decisive(plan: Tolerance, failures: readonly Failure[]): Failure | undefined {
  const deciding = failures.filter(({ record, fatal }) => record === undefined && (fatal || toleratesNothing(plan)));
  return deciding.reduce<Failure | undefined>((a, b) => (a === undefined || b.first < a.first ? b : a), undefined);
}
