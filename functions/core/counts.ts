/** What counts of chunks: how many succeeded, what they read, what they set aside and what failed. It adds up. */
import type { ErrorCode } from '../errors.ts';
import { FAILURES_TOLD_MAX } from '../limits.ts';
import type { Ends } from './two-state.ts';

export interface Failure {
  /** Chunks [first, end) that the result lacks. */
  readonly first: number;
  readonly end: number;
  readonly code: ErrorCode;
  readonly message: string;
  readonly fix: string;
  readonly fatal: boolean;
  readonly source?: string;
  readonly offset?: number;
  /** The result lacks this one record of the chunk, and nothing else of it. */
  readonly record?: { readonly bytes: number; readonly preview: string };
}

/** A record set aside. */
export interface Reject {
  readonly source: string;
  readonly offset: number;
  readonly bytes: number;
  readonly reason: string;
  /** The first bytes of the record, invalid UTF-8 replaced. */
  readonly preview: string;
}

export interface Counts {
  readonly chunks: { readonly succeeded: number; readonly failed: number };
  readonly records: { readonly read: number; readonly rejected: number };
  /** At most the job's limit; `records.rejected` counts all. */
  readonly rejects: readonly Reject[];
  /** The first FAILURES_TOLD_MAX. */
  readonly failures: readonly Failure[];
  /** The first failure that no tolerance covers, also if it is not among those. */
  readonly fatal?: Failure;
}

/** What counts only if a range begins in one of two states. */
export interface Head extends Counts {
  /** The sections of the partial that hold its entries. */
  readonly sections: readonly ('out' | 'in' | 'body')[];
}

/** Of a partial whose content depends on how its range begins, or which leaves the next one to begin within quotes. */
export interface Lanes {
  readonly ends: Ends;
  /** If the range begins outside of quotes, and within. What a head does not hold counts in either case. */
  readonly heads: readonly [out: Head, in_: Head];
}

export const NOTHING: Head = {
  chunks: { succeeded: 0, failed: 0 },
  records: { read: 0, rejected: 0 },
  rejects: [],
  failures: [],
  sections: [],
};

/** @param rejectsMax records set aside that are kept: one more than the limit shows that it was passed */
export function addCounts(a: Counts, b: Counts, rejectsMax: number): Counts {
  const fatal = a.fatal ?? b.fatal;
  return {
    chunks: {
      succeeded: a.chunks.succeeded + b.chunks.succeeded,
      failed: a.chunks.failed + b.chunks.failed,
    },
    records: { read: a.records.read + b.records.read, rejected: a.records.rejected + b.records.rejected },
    rejects: [...a.rejects, ...b.rejects].slice(0, rejectsMax + 1),
    failures: [...a.failures, ...b.failures].slice(0, FAILURES_TOLD_MAX),
    ...(fatal === undefined ? {} : { fatal }),
  };
}

/** A partial's counts in parts, each head with its failure if it has one. */
export interface CountsInParts {
  readonly ends: Ends;
  readonly heads: readonly [out: CountsOrFailure, in_: CountsOrFailure];
  readonly body: Counts;
  /** How many chunks there are in all. */
  readonly chunks: number;
}
export type CountsOrFailure = Counts | { readonly failure: Failure };

/**
 * What counts of chunks whose heads may have failed. They count whole or not at all: where one head has failed, the body
 * counts for the other alone, and where both have, for none. Where it depends on the beginning how they end, nothing is
 * common, not even that they were done.
 */
export function wholeOrNot(parts: CountsInParts, rejectsMax: number): Counts & { readonly lanes: Lanes } {
  const [out, in_] = parts.heads;
  const [outEnd, inEnd] = parts.ends;
  const sound = !('failure' in out) && !('failure' in in_);
  const shared = sound && outEnd === inEnd;
  const head = (one: CountsOrFailure, section: 'out' | 'in'): Head => {
    if ('failure' in one) return failedHead(one.failure, parts.chunks);
    if (shared) return { ...one, sections: [section] };
    return { ...addCounts(one, parts.body, rejectsMax), sections: sound ? [section] : [section, 'body'] };
  };
  const { sections: _, ...nothing } = NOTHING;
  const lanes: Lanes = { ends: parts.ends, heads: [head(out, 'out'), head(in_, 'in')] };
  return { ...(shared ? parts.body : nothing), lanes };
}

function failedHead(failure: Failure, failed: number): Head {
  const chunks = { succeeded: 0, failed };
  return { ...NOTHING, chunks, failures: [failure], ...(failure.fatal ? { fatal: failure } : {}) };
}
