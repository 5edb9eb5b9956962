/** How one goes on from a run that did not succeed: by what it failed for, since that decides what can be gone on from. */
import { canBeRedriven, type Manifest } from '../core/manifest.ts';
import type { ErrorCode } from '../errors.ts';

/** Told once the input is another: then no earlier work counts, since it is of the versions that the plan names. */
const INPUT: ReadonlySet<string> = new Set<ErrorCode>([
  'FANFOLD_RECORD_INVALID',
  'FANFOLD_RECORD_TOO_LONG',
  'FANFOLD_TOO_MANY_BAD_RECORDS',
  'FANFOLD_INPUT_INVALID',
  'FANFOLD_INPUT_UNMATCHED',
]);

/** Of these the job may be corrected, which is other code. */
const JOB: ReadonlySet<string> = new Set<ErrorCode>([
  'FANFOLD_JOB_ERROR',
  'FANFOLD_VALUE_INVALID',
  'FANFOLD_VALUE_TOO_LARGE',
  'FANFOLD_RECORD_INVALID',
  'FANFOLD_RECORD_TOO_LONG',
  'FANFOLD_TOO_MANY_BAD_RECORDS',
]);

/** What came of it cannot be trusted, or is not of the input or the code that is there now. */
const ANEW: ReadonlySet<string> = new Set<ErrorCode>([
  'FANFOLD_INPUT_CHANGED',
  'FANFOLD_INPUT_GONE',
  'FANFOLD_CODE_CHANGED',
  'FANFOLD_PROOF_FAILED',
  'FANFOLD_NONDETERMINISTIC',
  'FANFOLD_BUG',
]);

/** Failures of which one record may be left out. */
const OF_A_RECORD: ReadonlySet<string> = new Set<ErrorCode>([
  'FANFOLD_RECORD_INVALID',
  'FANFOLD_JOB_ERROR',
  'FANFOLD_VALUE_INVALID',
]);

/**
 * The ways there are, each a line; none of a run that was not planned, which has nothing to go on from.
 *
 * @param run what `fanfold redrive` is given: a directory, or a run and its stack
 */
export function waysOn(manifest: Manifest, run: string): string[] {
  if (!canBeRedriven(manifest)) return [];
  const code = causeOf(manifest);
  if (ANEW.has(code)) return ['start the run anew'];
  // Without it, what was made without some records would not be taken.
  const bisected = manifest.failures.some(({ record }) => record !== undefined);
  const redrive = `fanfold redrive ${run}${bisected ? ' --bisect' : ''}`;
  const [input, job, some] = [INPUT.has(code), JOB.has(code), manifest.chunks.succeeded > 0];
  const corrected = [input ? 'the input' : [], job && !some ? 'the job' : []].flat().join(' or ');
  const ways = corrected === '' ? [] : [`start the run anew once ${corrected} is corrected`];
  // A job under which nothing succeeded is hardly the fault of some records.
  const ofSome = OF_A_RECORD.has(code) && (input || some);
  if (!bisected && ofSome && ofOneRecord(manifest)) ways.push(`${redrive} --bisect leaves such records out`);
  if (job && some) {
    ways.push(`${redrive} --accept-code once the job is corrected, if that changes nothing of what had succeeded`);
  }
  if (code === 'FANFOLD_RECEIVES_EXHAUSTED' && run.includes(' --stack ')) {
    ways.push(`${redrive} --memory-lane works what ran out of memory or time with more of both`);
  }
  if (input || job) return ways;
  return [...ways, some ? `${redrive} goes on from what had succeeded` : 'start the run anew: nothing had succeeded'];
}

/** Of failures that are more than is tolerated, and of what follows from one: the first. */
function causeOf({ state, reason, failures }: Manifest): string {
  if (state === 'cancelled' || reason === undefined) return 'FANFOLD_CANCELLED';
  const follows = ['FANFOLD_TOLERANCE_EXCEEDED', 'FANFOLD_START_UNKNOWN'].includes(reason.code);
  return (follows ? failures.find(({ record }) => record === undefined)?.code : undefined) ?? reason.code;
}

const ofOneRecord = ({ failures }: Manifest) =>
  failures.some(({ record, source, offset }) => record === undefined && source !== undefined && offset !== undefined);
