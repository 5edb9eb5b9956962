import { describe, expect, it } from 'vitest';
import { joinSummaries, type Summary } from '../../../functions/core/summary.ts';
import { FAILURES_TOLD_MAX } from '../../../functions/limits.ts';

const chunk = (index: number, from: number, to: number, over: Partial<Summary> = {}): Summary => ({
  run: 'r',
  digest: 'd',
  chunks: { first: index, end: index + 1, succeeded: 1, failed: 0 },
  cover: { from: [0, from], to: [0, to] },
  bounds: { head: [0, from], tail: [0, to] },
  bytes: to - from,
  records: { read: 1, rejected: 0 },
  rejects: [],
  failures: [],
  entries: 1,
  ...over,
});
const join = (...all: Summary[]) => all.reduce((a, b) => joinSummaries(a, b, 0, 10));

describe('joining summaries', () => {
  const [a, b, c] = [chunk(0, 0, 10), chunk(1, 10, 20), chunk(2, 20, 30)];

  it('is associative', () => {
    expect(join(join(a, b), c)).toEqual(join(a, join(b, c)));
  });

  it.each<[string, Summary]>([
    ['another run', chunk(1, 10, 20, { run: 'other' })],
    ['two versions', chunk(1, 10, 20, { digest: 'other' })],
    ['a missing chunk', chunk(2, 10, 20)],
    ['the same chunk twice', chunk(0, 10, 20)],
    ['a gap between ranges', chunk(1, 11, 20, { bounds: null })],
    ['an overlap of ranges', chunk(1, 9, 20, { bounds: null })],
    ['a record lost at the cut', chunk(1, 10, 20, { bounds: { head: [0, 12], tail: [0, 20] } })],
  ])('refuses %s', (_, wrong) => {
    expect(() => join(a, wrong)).toThrow('do not add up');
  });

  it('lets a chunk within one record, and a failed one, pass', () => {
    const within = chunk(1, 10, 20, { bounds: null });
    const long = chunk(0, 0, 10, { bounds: { head: [0, 0], tail: [0, 25] } });
    const after = chunk(2, 20, 30, { bounds: { head: [0, 25], tail: [0, 30] } });
    expect(join(long, within, after).bounds).toEqual({ head: [0, 0], tail: [0, 30] });
    const failed = chunk(1, 10, 20, { bounds: { head: 'unknown', tail: 'unknown' } });
    expect(join(long, failed, after).bounds).toEqual({ head: [0, 0], tail: [0, 30] });
    expect(() => join(long, within, c)).toThrow('records end at 0,25 and begin at 0,20');
  });

  it('never forgets a failure that no tolerance covers, however many come before it', () => {
    const failure = { first: 0, end: 1, code: 'FANFOLD_JOB_ERROR', message: '', fix: '', fatal: false } as const;
    const many = chunk(0, 0, 10, { failures: Array(FAILURES_TOLD_MAX).fill(failure) });
    const gone = { ...failure, fatal: true };
    const all = join(many, chunk(1, 10, 20, { failures: [gone], fatal: gone }));
    expect(all.failures.length).toBe(FAILURES_TOLD_MAX);
    expect(all.fatal).toEqual(gone);
  });

  it('keeps one reject more than the limit, so that passing it shows, and counts all', () => {
    const reject = { source: 's', offset: 0, bytes: 1, reason: 'r', preview: '' };
    const many = (index: number) =>
      chunk(index, index * 10, index * 10 + 10, { rejects: Array(8).fill(reject), records: { read: 8, rejected: 8 } });
    const all = join(many(0), many(1), many(2));
    expect(all.rejects.length).toBe(11);
    expect(all.records).toEqual({ read: 24, rejected: 24 });
  });
});
