/** Why a run may end in another way than with its result: only by what happened to it. */
import type { Evidence } from './evidence.ts';
import type { Scenario } from './scenario.ts';

export interface Happened {
  /** Digests that were deployed, in order. */
  readonly digests: readonly string[];
  /** Runs that somebody cancelled. */
  readonly cancelled: ReadonlySet<string>;
  /** Runs that somebody went on from, each with the chunks that were done when that was asked for. */
  readonly redriven: ReadonlyMap<string, readonly number[]>;
}

/** Codes with which a run may fail. */
export function reasonsToFail(evidence: Evidence, scenario: Scenario, happened: Happened): Set<string> {
  const { workload, deeds, deadlineSeconds } = scenario;
  const reasons = new Set<string>();
  if (happened.cancelled.has(evidence.run)) reasons.add('FANFOLD_CANCELLED');
  if (deadlineSeconds !== undefined) reasons.add('FANFOLD_DEADLINE');
  const tolerated = workload.tolerated(evidence.chunks.length);
  const ofChunks = (kind?: string) => kind === 'chunk' || kind === 'node';
  for (const { kind } of evidence.dead) {
    if (tolerated > 0 && ofChunks(kind)) continue;
    reasons.add(
      kind === undefined || kind === 'run' || kind === 'chunk'
        ? 'FANFOLD_RECEIVES_EXHAUSTED'
        : 'FANFOLD_AGGREGATION_FAILED',
    );
  }
  if (evidence.job !== workload.name) return reasons.add('FANFOLD_JOB_UNKNOWN');
  const touched = deeds.filter(
    (deed) => 'key' in deed && deed.kind !== 'upload' && evidence.asked?.includes(deed.key) !== false,
  );
  if (touched.length > 0) reasons.add('FANFOLD_INPUT_CHANGED');
  if (touched.some(({ kind }) => kind === 'remove')) reasons.add('FANFOLD_INPUT_GONE');
  if (happened.digests.length > 1) reasons.add('FANFOLD_CODE_CHANGED');
  if (evidence.document?.params !== undefined) reasons.add('FANFOLD_PARAM_INVALID');
  const poisoned = [...evidence.chunks.keys()].filter((chunk) => evidence.isPoisoned(chunk)).length;
  const bad = [...evidence.chunks.keys()].flatMap((chunk) => evidence.ownedBy(chunk)).filter((found) => found.bad);
  if (bad.length > workload.badRecordsMax) reasons.add('FANFOLD_TOO_MANY_BAD_RECORDS');
  // Where nothing is tolerated a failure is told as what it is, and else that there are more than may be.
  if (tolerated === 0) return poisoned > 0 ? reasons.add('FANFOLD_JOB_ERROR') : reasons;
  const lost = evidence.dead.some(({ kind }) => ofChunks(kind));
  return poisoned > tolerated || lost ? reasons.add('FANFOLD_TOLERANCE_EXCEEDED') : reasons;
}
