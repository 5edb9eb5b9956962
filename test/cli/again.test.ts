/** What is said at the end of a run that did not succeed leads to a run that can. */
import { describe, expect, test } from 'vitest';
import { waysOn } from '../../functions/cli/again.ts';
import { failureOf } from '../../functions/cli/summary.ts';
import type { Manifest } from '../../functions/core/manifest.ts';
import type { ErrorCode } from '../../functions/errors.ts';

function failed(code: ErrorCode, over: Partial<Manifest> = {}): Manifest {
  return {
    version: 1,
    run: 'job-1',
    job: 'job',
    state: 'failed',
    reason: { code, message: 'it failed', fix: 'Correct it.' },
    digest: '',
    params: {},
    inputs: { objects: 1, bytes: 10 },
    chunks: { total: 9, succeeded: 4, failed: 1 },
    records: { read: 10, rejected: 0 },
    results: [],
    failures: [
      { first: 4, end: 5, code, message: 'it failed', fix: 'Correct it.', fatal: false, source: 'a', offset: 7 },
    ],
    startedAt: '2026-01-01T00:00:00.000Z',
    endedAt: '2026-01-01T00:00:01.000Z',
    ...over,
  };
}
const none = { chunks: { total: 9, succeeded: 0, failed: 1 } };
const bisect = 'fanfold redrive out --bisect leaves such records out';
const acceptCode = expect.stringMatching(/^fanfold redrive out --accept-code once the job is corrected, if/);
const goesOn = 'fanfold redrive out goes on from what had succeeded';

describe('the way on fits the cause', () => {
  test.each<[ErrorCode, unknown[], unknown[]]>([
    [
      'FANFOLD_RECORD_INVALID',
      ['start the run anew once the input is corrected', bisect, acceptCode],
      ['start the run anew once the input or the job is corrected', bisect],
    ],
    [
      'FANFOLD_INPUT_INVALID',
      ['start the run anew once the input is corrected'],
      ['start the run anew once the input is corrected'],
    ],
    ['FANFOLD_JOB_ERROR', [bisect, acceptCode], ['start the run anew once the job is corrected']],
    ['FANFOLD_INPUT_CHANGED', ['start the run anew'], ['start the run anew']],
    ['FANFOLD_CODE_CHANGED', ['start the run anew'], ['start the run anew']],
    ['FANFOLD_STORE_UNAVAILABLE', [goesOn], ['start the run anew: nothing had succeeded']],
    ['FANFOLD_DEADLINE', [goesOn], ['start the run anew: nothing had succeeded']],
  ])('%s', (code, some, nothing) => {
    expect(waysOn(failed(code), 'out')).toEqual(some);
    expect(waysOn(failed(code, none), 'out')).toEqual(nothing);
  });

  test('more failures than are tolerated: that of the first', () => {
    const { failures } = failed('FANFOLD_INPUT_INVALID');
    expect(waysOn(failed('FANFOLD_TOLERANCE_EXCEEDED', { failures }), 'out')).toEqual([
      'start the run anew once the input is corrected',
    ]);
  });

  test('what no single record is to blame for is not bisected', () => {
    expect(waysOn(failed('FANFOLD_JOB_ERROR', { failures: [] }), 'out')).toEqual([acceptCode]);
  });

  test('a run that left records out is gone on with in the same way', () => {
    const [failure] = failed('FANFOLD_JOB_ERROR').failures;
    const failures = failure === undefined ? [] : [{ ...failure, record: { bytes: 1, preview: 'x' } }];
    expect(waysOn(failed('FANFOLD_DEADLINE', { failures }), 'out')).toEqual([
      'fanfold redrive out --bisect goes on from what had succeeded',
    ]);
    expect(waysOn(failed('FANFOLD_TOO_MANY_BAD_RECORDS', { failures }), 'out')).toEqual([
      'start the run anew once the input is corrected',
      expect.stringMatching(/^fanfold redrive out --bisect --accept-code once/),
    ]);
  });

  test('a run that was not planned has nothing to go on from, a cancelled one what it has', () => {
    expect(waysOn(failed('FANFOLD_JOB_ERROR', { chunks: { total: 0, succeeded: 0, failed: 0 } }), 'out')).toEqual([]);
    expect(waysOn(failed('FANFOLD_CANCELLED', { state: 'cancelled' }), 'out')).toEqual([goesOn]);
  });

  test('on a stack the whole command is told, and the memory lane where memory or time may be missing', () => {
    const told = failureOf(failed('FANFOLD_RECEIVES_EXHAUSTED'), 's3://results/job/job-1', 'Mine');
    expect(told).toContain('  again  fanfold redrive job-1 --stack Mine --memory-lane works');
    expect(told).toContain('\n         fanfold redrive job-1 --stack Mine goes on from what had succeeded\n');
    expect(waysOn(failed('FANFOLD_RECEIVES_EXHAUSTED'), 'out')).toEqual([goesOn]);
  });

  test('a directory is told as a shell takes it', () => {
    expect(failureOf(failed('FANFOLD_DEADLINE'), `${process.cwd()}/my runs`)).toContain(
      "fanfold redrive 'my runs' goes",
    );
  });
});
