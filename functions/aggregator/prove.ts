/** The proof of completeness, before anything is published: partials must add up to the plan. */
import { decisive, toleratesNothing } from '../core/decisive.ts';
import type { Plan } from '../core/plan.ts';
import { beginning, proofFailed, type Summary } from '../core/summary.ts';
import { OUT } from '../core/two-state.ts';
import { FanfoldError } from '../errors.ts';

/** What a whole run came to, which begins at the start of its input; throws as `prove` does. */
export function proven(plan: Plan, joined: Summary): Summary {
  const summary = beginning(OUT, joined, plan.badRecordsMax);
  prove(plan, summary);
  return summary;
}

/**
 * @throws FANFOLD_PROOF_FAILED when chunks, ranges, records or bytes do not add up
 * @throws what the first chunk failed with that no tolerance covers
 * @throws FANFOLD_TOLERANCE_EXCEEDED when more chunks failed than the job tolerates, if it tolerates any
 * @throws FANFOLD_TOO_MANY_BAD_RECORDS when more records were set aside than the job allows
 */
export function prove(plan: Plan, summary: Summary): void {
  const { chunks, objects, bytes } = plan.totals;
  const check = (ok: boolean, what: string) => {
    if (!ok) throw proofFailed(what);
  };
  const { first, end, succeeded, failed } = summary.chunks;
  check(summary.run === plan.run && summary.digest === plan.digest, 'they are of another run or version');
  check(first === 0 && end === chunks, `they stand for chunks ${first}-${end} of ${chunks}`);
  check(succeeded + failed === chunks, `${succeeded} and ${failed} chunks are not ${chunks}`);
  const adopted = summary.adopted ?? [];
  for (const { run, digest } of adopted) {
    const named = plan.adopts?.some((maker) => maker.run === run && maker.digest === digest) ?? false;
    check(named, `some are of the run ${run}, from which the plan adopts nothing`);
  }
  check(adopted.reduce((sum, some) => sum + some.chunks, 0) <= succeeded, 'more were adopted than succeeded');
  const { from, to } = summary.cover;
  check(from[0] === 0 && from[1] === 0, `their ranges begin at ${from}`);
  check(to[0] === objects && to[1] === 0, `their ranges end at ${to}, of ${objects} objects`);
  check(failed > 0 || summary.bytes === bytes, `they stand for ${summary.bytes} bytes of ${bytes}`);
  const { head, tail } = summary.bounds ?? { head: 'unknown', tail: 'unknown' };
  check(head === 'unknown' ? failed > 0 : head[0] === 0 && head[1] === 0, `their records begin at ${head}`);
  check(tail === 'unknown' ? failed > 0 : tail[0] === objects && tail[1] === 0, `their records end at ${tail}`);
  checkTolerance(plan, summary);
}

function checkTolerance(plan: Plan, summary: Summary): void {
  const { failed } = summary.chunks;
  const { chunks, percent } = plan.tolerate;
  const { fatal, failures } = summary;
  const told = failures.find(({ record }) => record === undefined);
  const why = `${told?.code}: ${told?.message}`;
  if (fatal?.code === 'FANFOLD_START_UNKNOWN' && !toleratesNothing(plan)) {
    throw new FanfoldError(fatal.code, `${fatal.message} with ${why}`, { fix: fatal.fix });
  }
  const decided = decisive(plan, fatal === undefined ? failures : [...failures, fatal]);
  if (decided !== undefined) throw new FanfoldError(decided.code, decided.message, decided);
  if (failed > chunks || failed * 100 > percent * plan.totals.chunks) {
    const all = plan.totals.chunks === 1 ? '1 chunk' : `${plan.totals.chunks} chunks`;
    throw new FanfoldError('FANFOLD_TOLERANCE_EXCEEDED', `${failed} of ${all} failed, the first with ${why}`, {
      fix: told?.fix ?? 'Look at the failures in the manifest.',
    });
  }
  if (summary.records.rejected > plan.badRecordsMax) {
    const reject = summary.rejects[0];
    throw new FanfoldError(
      'FANFOLD_TOO_MANY_BAD_RECORDS',
      `${summary.records.rejected} bad records, the first in ${reject?.source} at byte ${reject?.offset}: ${reject?.reason}`,
      { fix: 'Correct the input, or raise badRecordsMax.' },
    );
  }
}
