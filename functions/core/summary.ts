/** What a partial says about itself: which chunks and records it stands for. Summaries of neighbours join. */
import { FanfoldError } from '../errors.ts';
import { FAILURES_TOLD_MAX } from '../limits.ts';
import type { ChunkMessage } from './messages.ts';
import type { Maker, Segment } from './plan.ts';

/** A position in the run's input: (object, byte). The end of an object is the start of the next. */
export type Position = readonly [object: number, offset: number];

export interface Failure {
  /** Chunks [first, end) that the result lacks. */
  readonly first: number;
  readonly end: number;
  readonly code: string;
  readonly message: string;
  readonly fix: string;
  readonly fatal: boolean;
  readonly source?: string;
  readonly offset?: number;
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

export interface Summary {
  readonly run: string;
  readonly digest: string;
  /** Of one chunk: the SHA-256 of all that its content follows from, besides the code. */
  readonly work?: string;
  /** Chunks that were adopted: by whom they were made, and how many. */
  readonly adopted?: readonly Adopted[];
  /** Chunks [first, end), of which `succeeded` were counted. */
  readonly chunks: {
    readonly first: number;
    readonly end: number;
    readonly succeeded: number;
    readonly failed: number;
  };
  /** The ranges that the plan gave these chunks tile [from, to). */
  readonly cover: { readonly from: Position; readonly to: Position };
  /**
   * Where the records really began and ended. Neighbours must meet:
   *
   * | `a.tail`  | `b.head`  | |
   * | ---       | ---       | --- |
   * | position  | position  | must be the same |
   * | any       | (b null)  | no record begins in b: it lies within one record of a neighbour, and changes nothing |
   * | 'unknown' | any       | a ends in a failed chunk: nothing to compare |
   * | any       | 'unknown' | b begins with a failed chunk: nothing to compare |
   */
  readonly bounds: { readonly head: Position | 'unknown'; readonly tail: Position | 'unknown' } | null;
  readonly bytes: number;
  readonly records: { readonly read: number; readonly rejected: number };
  /** At most the job's limit; `records.rejected` counts all. */
  readonly rejects: readonly Reject[];
  /** The first FAILURES_TOLD_MAX. */
  readonly failures: readonly Failure[];
  /** The first failure that no tolerance covers, also if it is not among those. */
  readonly fatal?: Failure;
  /** Entries of the partial: pairs of a keyed job, rows of a transform. */
  readonly entries: number;
}

export interface Adopted extends Maker {
  readonly chunks: number;
}

/** The end of an object is the start of the next, so that neighbours across objects meet. */
export const position = (segment: Segment, offset: number): Position =>
  offset === segment.size ? [segment.object + 1, 0] : [segment.object, offset];

/** The input that the plan gave to a chunk. The one chunk of an empty run covers nothing, at the start. */
export function coverOf(segments: readonly Segment[]): Summary['cover'] {
  const first = segments[0];
  const last = segments.at(-1);
  if (first === undefined || last === undefined) return { from: [0, 0], to: [0, 0] };
  return { from: [first.object, first.start], to: position(last, last.end) };
}

/** What stands for a chunk that failed. */
export function failedChunk(message: ChunkMessage, error: FanfoldError): Summary {
  return failed(message.run, message.digest, message.chunk, message.chunk + 1, coverOf(message.segments), error);
}

/** What stands for chunks [first, end) that failed together. */
export function failed(
  run: string,
  digest: string,
  first: number,
  end: number,
  cover: Summary['cover'],
  error: FanfoldError,
): Summary {
  const failure = failureOf(error, first, end);
  return {
    run,
    digest,
    chunks: { first, end, succeeded: 0, failed: end - first },
    cover,
    bounds: { head: 'unknown', tail: 'unknown' },
    bytes: 0,
    records: { read: 0, rejected: 0 },
    rejects: [],
    failures: [failure],
    ...(error.fatal ? { fatal: failure } : {}),
    entries: 0,
  };
}

function failureOf(error: FanfoldError, first: number, end: number): Failure {
  return {
    first,
    end,
    code: error.code,
    message: error.message,
    fix: error.fix,
    fatal: error.fatal,
    ...(error.source === undefined ? {} : { source: error.source }),
    ...(error.offset === undefined ? {} : { offset: error.offset }),
  };
}

/**
 * The summary of neighbours, in plan order. Associative, so that any tree comes to the same.
 *
 * @param rejectsMax records set aside that are kept: one more than the limit shows that it was passed
 * @throws FANFOLD_PROOF_FAILED when they do not meet: another run or code, a gap or an overlap of chunks, ranges or records
 */
export function joinSummaries(a: Summary, b: Summary, entries: number, rejectsMax: number): Summary {
  const meet = (ok: boolean, what: string) => {
    if (!ok)
      throw proofFailed(`chunks ${a.chunks.first}-${a.chunks.end} and ${b.chunks.first}-${b.chunks.end}: ${what}`);
  };
  meet(a.run === b.run, 'of two runs');
  meet(a.digest === b.digest, 'made by two versions of the job');
  meet(a.chunks.end === b.chunks.first, 'not neighbours');
  meet(samePosition(a.cover.to, b.cover.from), `ranges end at ${a.cover.to} and begin at ${b.cover.from}`);
  const fatal = a.fatal ?? b.fatal;
  const adopted = joinAdopted(a.adopted, b.adopted);
  return {
    run: a.run,
    digest: a.digest,
    ...(adopted === undefined ? {} : { adopted }),
    chunks: {
      first: a.chunks.first,
      end: b.chunks.end,
      succeeded: a.chunks.succeeded + b.chunks.succeeded,
      failed: a.chunks.failed + b.chunks.failed,
    },
    cover: { from: a.cover.from, to: b.cover.to },
    bounds: joinBounds(a.bounds, b.bounds, meet),
    bytes: a.bytes + b.bytes,
    records: { read: a.records.read + b.records.read, rejected: a.records.rejected + b.records.rejected },
    rejects: [...a.rejects, ...b.rejects].slice(0, rejectsMax + 1),
    failures: [...a.failures, ...b.failures].slice(0, FAILURES_TOLD_MAX),
    ...(fatal === undefined ? {} : { fatal }),
    entries,
  };
}

/** By maker, in the order in which they come. */
export function joinAdopted(a: Summary['adopted'], b: Summary['adopted']): Summary['adopted'] {
  if (a === undefined || b === undefined) return a ?? b;
  const same = (maker: Maker) => (other: Maker) => other.run === maker.run && other.digest === maker.digest;
  const joined = a.map((some) => ({ ...some, chunks: some.chunks + (b.find(same(some))?.chunks ?? 0) }));
  return [...joined, ...b.filter((some) => !a.some(same(some)))];
}

function joinBounds(
  a: Summary['bounds'],
  b: Summary['bounds'],
  meet: (ok: boolean, what: string) => void,
): Summary['bounds'] {
  if (a === null) return b;
  if (b === null) return a;
  const known = a.tail !== 'unknown' && b.head !== 'unknown';
  meet(!known || samePosition(a.tail, b.head), `records end at ${a.tail} and begin at ${b.head}`);
  return { head: a.head, tail: b.tail };
}

const samePosition = (a: Position | 'unknown', b: Position | 'unknown') => a[0] === b[0] && a[1] === b[1];

export function proofFailed(what: string): FanfoldError {
  return new FanfoldError('FANFOLD_PROOF_FAILED', `The partials do not add up: ${what}`, {
    fix: 'Nothing is published. Start the run again, and report it if it comes back.',
    fatal: true,
  });
}
