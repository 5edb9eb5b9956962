import { describe, expect, it } from 'vitest';
import { defineJob, lines, textLines } from '../../functions/index.ts';

const good = {
  name: 'good',
  input: lines(),
  *map(line: string) {
    yield line;
  },
  output: textLines(),
};
/** As a job file without types would call it. */
const define = (options: object) => () => defineJob(options as typeof good);

describe('defineJob', () => {
  it('tells the shape, and fills in what was left out', () => {
    expect(defineJob(good)).toMatchObject({
      shape: 'transform',
      badRecords: 'fail',
      tolerate: { chunks: 0, percent: 0 },
    });
  });

  it.each<[object, string]>([
    [{ name: 'Bad Name' }, '`name` must be'],
    [{ name: 'runs' }, '`name` must not be'],
    [{ combnie: () => 1 }, 'there is no option `combnie`'],
    [{ reduce: () => 1 }, '`reduce` and `finish` need `combine`'],
    [{ sortBy: 'name' }, '`sortBy` must be a function'],
    [{ sortBy: () => '', combine: () => 1 }, '`sortBy` is for jobs without `combine`'],
    [{ input: undefined }, '`input` must be a format'],
    [{ output: {} }, '`output` must be'],
    [{ tolerate: { chunk: 1 } }, '`tolerate` has no `chunk`'],
    [{ tolerate: { percent: 101 } }, '`tolerate.percent` must be'],
    [{ badRecords: 'skip' }, '`badRecords` must be'],
    [{ badRecordsMax: 10_001 }, '`badRecordsMax` must be'],
    [{ deadlineSeconds: 59 }, '`deadlineSeconds` must be'],
    [{ params: { n: { type: 'int' } } }, 'parameter n: `type` must be'],
  ])('refuses %o', (over, message) => {
    expect(define({ ...good, ...over })).toThrow(message);
  });

  it('names everything that is wrong at once', () => {
    expect(define({ ...good, name: '', map: 1, deadlineSeconds: 0 })).toThrow(/`name`.*`map`.*`deadlineSeconds`/);
  });

  it.each([{}, { chunks: undefined }])('tolerates nothing with an empty `tolerate`: %o', (tolerate) => {
    expect(define({ ...good, tolerate })()).toMatchObject({ tolerate: { chunks: 0, percent: 0 } });
  });

  it('leaves the other bound of `tolerate` open', () => {
    expect(defineJob({ ...good, tolerate: { percent: 1 } }).tolerate.chunks).toBe(Number.MAX_SAFE_INTEGER);
    expect(defineJob({ ...good, tolerate: { chunks: 1 } }).tolerate.percent).toBe(100);
  });
});
