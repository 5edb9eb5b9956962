import { describe, expect, it } from 'vitest';
import { prove } from '../../../functions/aggregator/prove.ts';
import type { Plan } from '../../../functions/core/plan.ts';
import type { Failure, Summary } from '../../../functions/core/summary.ts';

const plan: Plan = {
  version: 1,
  run: 'r',
  job: 'j',
  digest: 'd',
  params: {},
  geometry: { chunkBytes: 10, groupSize: 2, because: '' },
  partitions: { by: 'key', boundaries: [], because: '' },
  totals: { chunks: 10, objects: 2, bytes: 100 },
  tolerate: { chunks: 3, percent: 20 },
  badRecordsMax: 5,
  pages: [0],
  startedAtMs: 0,
  deadlineAtMs: 1,
};
const whole: Summary = {
  run: 'r',
  digest: 'd',
  chunks: { first: 0, end: 10, succeeded: 10, failed: 0 },
  cover: { from: [0, 0], to: [2, 0] },
  bounds: { head: [0, 0], tail: [2, 0] },
  bytes: 100,
  records: { read: 5, rejected: 0 },
  rejects: [],
  failures: [],
  entries: 5,
};
const failure: Failure = { first: 0, end: 1, code: 'FANFOLD_JOB_ERROR', message: 'm', fix: 'f', fatal: false };
const lacking = (failed: number): Partial<Summary> => ({
  chunks: { first: 0, end: 10, succeeded: 10 - failed, failed },
  failures: Array(failed).fill(failure),
});

describe('the proof', () => {
  it('lets a whole run pass, and one that lacks what may be lacking', () => {
    expect(() => prove(plan, whole)).not.toThrow();
    expect(() => prove(plan, { ...whole, ...lacking(2) })).not.toThrow();
  });

  it.each<[string, Partial<Summary>]>([
    ['of another run', { run: 'other' }],
    ['of another version of the code', { digest: 'other' }],
    ['without the first chunk', { chunks: { first: 1, end: 10, succeeded: 9, failed: 0 } }],
    ['without the last chunk', { chunks: { first: 0, end: 9, succeeded: 9, failed: 0 } }],
    ['with a chunk counted twice', { chunks: { first: 0, end: 10, succeeded: 11, failed: 0 } }],
    ['that begins late', { cover: { from: [0, 1], to: [2, 0] } }],
    ['that ends early', { cover: { from: [0, 0], to: [1, 99] } }],
    ['whose records begin late', { bounds: { head: [0, 1], tail: [2, 0] } }],
    ['whose records end early', { bounds: { head: [0, 0], tail: [1, 99] } }],
    ['whose records are unknown though nothing failed', { bounds: { head: 'unknown', tail: [2, 0] } }],
    ['with too few bytes', { bytes: 99 }],
  ])('refuses a run %s', (_, over) => {
    expect(() => prove(plan, { ...whole, ...over })).toThrow('do not add up');
  });

  it.each<[string, Partial<Summary>, Plan]>([
    ['more chunks than the percentage', lacking(3), plan],
    ['more chunks than the count', lacking(2), { ...plan, tolerate: { chunks: 1, percent: 100 } }],
  ])('refuses a run that lacks %s', (_, over, tolerating) => {
    const refusal = expect.objectContaining({
      code: 'FANFOLD_TOLERANCE_EXCEEDED',
      message: expect.stringMatching(/^[23] of 10 chunks failed, the first with FANFOLD_JOB_ERROR: m$/),
    });
    expect(() => prove(tolerating, { ...whole, ...over })).toThrow(refusal);
  });

  const changed: Failure = { ...failure, first: 7, end: 8, code: 'FANFOLD_INPUT_CHANGED', message: 'c', fatal: true };
  const later: Failure = { ...failure, first: 9, end: 10, code: 'FANFOLD_VALUE_INVALID', message: 'v' };
  it.each<[string, Partial<Summary>, Plan['tolerate'], object]>([
    [
      'one that no tolerance covers',
      { ...lacking(1), fatal: changed },
      plan.tolerate,
      { code: 'FANFOLD_INPUT_CHANGED' },
    ],
    [
      'the first of some, where none may be lacking',
      { ...lacking(2), failures: [failure, later] },
      { chunks: 0, percent: 100 },
      failure,
    ],
    [
      'the first, although a later one is fatal',
      { ...lacking(2), failures: [failure, changed], fatal: changed },
      { chunks: 9, percent: 0 },
      failure,
    ],
    [
      'a fatal one that is not among the first that are told',
      { ...lacking(2), fatal: changed },
      plan.tolerate,
      changed,
    ],
  ])(
    'fails with what itself failed: %s',
    (_, over, tolerate, { code, message = expect.anything() }: Partial<Failure>) => {
      const refusal = expect.objectContaining({ code, message });
      expect(() => prove({ ...plan, tolerate }, { ...whole, ...over })).toThrow(refusal);
    },
  );

  it('refuses more records set aside than the job allows', () => {
    expect(() => prove(plan, { ...whole, records: { read: 9, rejected: 6 } })).toThrow('6 bad records');
  });
});
