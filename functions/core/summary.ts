/** What a partial says about itself: which chunks and records it stands for. Summaries of neighbours join. */
import { FanfoldError } from '../errors.ts';
import { addCounts, type Counts, type Failure, type Lanes, NOTHING } from './counts.ts';
import type { ChunkMessage } from './messages.ts';
import type { Maker, Segment } from './plan.ts';
import { type Ends, join, OUT, type State, type Sum, type TwoState } from './two-state.ts';

/** A position in the run's input: (object, byte). The end of an object is the start of the next. */
export type Position = readonly [object: number, offset: number];

export type { Failure, Reject } from './counts.ts';

export interface Summary extends Counts {
  readonly run: string;
  readonly digest: string;
  /** Of one chunk: the SHA-256 of all that its content follows from, besides the code. */
  readonly work?: string;
  /** Chunks that were adopted: by whom they were made, and how many. */
  readonly adopted?: readonly Adopted[];
  /** Chunks [first, end), of which `succeeded` were counted; those in the heads of `lanes` are neither nor. */
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
  /** Of chunks that may begin within quotes. All other counts are of what is sure. */
  readonly lanes?: Lanes;
  /** Entries of the partial, in all of its sections: pairs of a keyed job, rows of a transform. */
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

/** Where a range really begins and ends, and in which states. */
export interface Reach {
  readonly bounds: Summary['bounds'];
  readonly ends: Ends;
}

/**
 * What stands for a chunk that failed.
 *
 * @param reach if it is known in spite of the failure: what follows can then begin where this one ends
 */
export function failedChunk(message: ChunkMessage, error: FanfoldError, reach?: Reach): Summary {
  const cover = coverOf(message.segments);
  const summary = failed(message.run, message.digest, message.chunk, message.chunk + 1, cover, error);
  if (reach === undefined) return summary;
  return { ...summary, bounds: reach.bounds, lanes: { ends: reach.ends, heads: [NOTHING, NOTHING] } };
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

export function failureOf(error: FanfoldError, first: number, end: number): Failure {
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
  const adopted = joinAdopted(a.adopted, b.adopted);
  const { ends, heads, body } = join(twoStateOf(a), twoStateOf(b), counting(b, rejectsMax));
  const plain = a.lanes === undefined && b.lanes === undefined;
  return {
    run: a.run,
    digest: a.digest,
    ...(adopted === undefined ? {} : { adopted }),
    cover: { from: a.cover.from, to: b.cover.to },
    bounds: joinBounds(a.bounds, b.bounds, meet),
    bytes: a.bytes + b.bytes,
    ...body,
    chunks: { first: a.chunks.first, end: b.chunks.end, ...body.chunks },
    ...(plain
      ? {}
      : {
          lanes: {
            ends,
            heads: [
              { ...heads[0], sections: ['out'] },
              { ...heads[1], sections: ['in'] },
            ],
          },
        }),
    entries,
  };
}

const twoStateOf = (summary: Summary): TwoState<Counts> => ({
  ends: endsOf(summary),
  heads: summary.lanes?.heads ?? [NOTHING, NOTHING],
  body: countsOf(summary),
});

/** In which states a summary's range ends. */
export function endsOf({ lanes, bounds }: Summary): Ends {
  if (lanes !== undefined) return lanes.ends;
  // Nothing here depends on quotes; but who failed may not have said in which state it ended.
  const end = bounds?.tail === 'unknown' ? null : OUT;
  return [end, end];
}

/** What is sure of it. */
export const countsOf = ({ chunks: { succeeded, failed }, records, rejects, failures, fatal }: Summary): Counts => ({
  chunks: { succeeded, failed },
  records,
  rejects,
  failures,
  ...(fatal === undefined ? {} : { fatal }),
});

function counting(later: Summary, rejectsMax: number): Sum<Counts> {
  return {
    empty: NOTHING,
    add: (a, b) => addCounts(a, b, rejectsMax),
    either: ([head]) => (isTheSame(later) ? head : lostHead(later, head)),
  };
}

/** Whether it comes to the same however it begins, since no record begins in it that both do not have. */
const isTheSame = ({ lanes }: Summary) =>
  lanes === undefined || lanes.heads.every(({ chunks, records }) => records.read + chunks.failed === 0);

/** In place of a head: whether the range begins within quotes went with the chunk before it. */
function lostHead({ chunks: { first, end } }: Summary, { chunks }: Counts): Counts {
  const failure: Failure = {
    first,
    end,
    code: 'FANFOLD_START_UNKNOWN',
    message: `Whether chunk ${first} begins within quotes is not known, since the chunk before it failed`,
    fix: "See to that failure. To lose no more than an object to it, let csv() read objects whole: cut: 'never'.",
    fatal: true,
  };
  return {
    ...NOTHING,
    chunks: { succeeded: 0, failed: chunks.succeeded + chunks.failed },
    fatal: failure,
  };
}

/** What counts of it if it begins in a state: a whole run begins outside of quotes. */
export function beginning(state: State, summary: Summary, rejectsMax: number): Summary {
  const { lanes, ...rest } = summary;
  if (lanes === undefined) return summary;
  const { chunks, ...counts } = addCounts(lanes.heads[state], countsOf(summary), rejectsMax);
  return { ...rest, ...counts, chunks: { ...rest.chunks, ...chunks } };
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
