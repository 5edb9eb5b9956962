/** A share of the seeds that CI plays; each share must meet every kind of fault. */
import { expect, test } from 'vitest';
import { FAULT_KINDS } from '../../functions/adapters/simulated/faults.ts';
import { playSeed } from './seed.ts';

/** Ends and other situations that so many seeds must have met, or they prove less than they seem to. */
const MUST_MEET = [
  'succeeded',
  'cancelled FANFOLD_CANCELLED',
  'failed FANFOLD_AGGREGATION_FAILED',
  'failed FANFOLD_CODE_CHANGED',
  'failed FANFOLD_INPUT_CHANGED',
  'failed FANFOLD_INPUT_GONE',
  'failed FANFOLD_JOB_ERROR',
  'failed FANFOLD_PARAM_INVALID',
  'failed FANFOLD_RECEIVES_EXHAUSTED',
  'failed FANFOLD_TOLERANCE_EXCEEDED',
  'failed FANFOLD_TOO_MANY_BAD_RECORDS',
  'dead chunk',
  'dead node',
  'dead publish',
  'dead part',
  'several parts',
  'dead notification',
  'spilled',
  'copied',
  'any-order',
  'adopted, succeeded',
  'adopted, failed',
  'watcher on',
  'watcher off',
];

export function playSeeds(from: number, count: number): void {
  test(`${count} seeds from ${from} end as they must, and meet every kind of fault`, { timeout: 600_000 }, async () => {
    const struck = new Set<string>();
    const met = new Set<string>();
    for (let seed = from; seed < from + count; seed++) {
      const report = await playSeed(seed);
      expect(report.violations, `npm run sim -- --seed ${seed}`).toEqual([]);
      for (const kind of report.faults.keys()) struck.add(kind);
      for (const situation of report.met) met.add(situation);
    }
    expect(FAULT_KINDS.filter((kind) => !struck.has(kind))).toEqual([]);
    expect(MUST_MEET.filter((situation) => !met.has(situation))).toEqual([]);
  });
}
