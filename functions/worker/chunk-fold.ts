/** What a chunk comes to. Where it may begin in either of two states, for both, as far as they differ. */
import { type Counts, type CountsOrFailure, NOTHING, wholeOrNot } from '../core/counts.ts';
import type { Room } from '../core/memory-bounds.ts';
import type { ChunkMessage } from '../core/messages.ts';
import { PartialWriter } from '../core/partial-writer.ts';
import { boundaryKeys } from '../core/partitions.ts';
import { failureOf, type Summary } from '../core/summary.ts';
import { type Ends, IN, OUT } from '../core/two-state.ts';
import { assert, isResult } from '../errors.ts';
import type { RecordSink, TwoStateSink } from '../formats/format.ts';
import type { Job } from '../job.ts';
import type { Bisection } from './bisection.ts';
import { type Asked, Gathering } from './gathering.ts';
import type { ChunkSinks } from './read-chunk.ts';
import { withSource } from './read-segment.ts';

/** All of a summary that does not come from the records. */
export type Known = Omit<Summary, 'chunks' | 'lanes' | 'entries' | keyof Counts> & {
  readonly chunks: { readonly first: number; readonly end: number };
};

/** Of a chunk's memory, for each head: next to the body, and as a rule far more than it takes. */
const HEAD_SHARE = 1 / 8;

export class ChunkFold implements ChunkSinks {
  readonly #job: Job;
  readonly #bisection: Bisection | undefined;
  readonly #asked: Asked;
  readonly #boundaries: readonly Uint8Array[];
  readonly #room: Room;
  readonly #body: Gathering;
  /** What counts only if the chunk begins outside of quotes, and within. */
  #heads: readonly [Gathering, Gathering] | undefined;
  /** The state at the chunk's end, where it is not known to be outside of quotes. */
  ends: Ends | undefined;

  /** @param bisection of a run that leaves out the records that a chunk fails for */
  constructor(
    job: Job,
    { params, boundaries, ...asked }: Asked & Pick<ChunkMessage, 'boundaries'>,
    room: Room,
    bisection?: Bisection,
  ) {
    this.#room = room;
    this.#bisection = bisection;
    this.#job = job;
    this.#asked = { ...asked, params: Object.freeze({ ...params }) };
    this.#boundaries = boundaryKeys(boundaries);
    // Where failed chunks are tolerated, reading goes on to learn how they end: what follows them needs it.
    const patient = job.tolerate.chunks > 0 && job.tolerate.percent > 0;
    this.#body = new Gathering('body', job, this.#asked, room, patient, bisection?.of('body'));
  }

  sinkFor(source: string, tag: string | undefined): RecordSink<unknown> {
    return this.#body.sinkFor(source, tag);
  }

  /** For a range that may begin in either state, unless it begins with its object. */
  twoStateSinkFor(source: string, tag: string | undefined, begins: boolean): TwoStateSink<unknown> {
    if (begins) {
      const body = this.#body.sinkFor(source, tag);
      return { heads: [body, body], body, lost() {} };
    }
    assert(this.#heads === undefined, 'a chunk of several ranges that may begin within quotes');
    const room = partOf(this.#room, HEAD_SHARE);
    const head = (section: 'out' | 'in') =>
      new Gathering(section, this.#job, this.#asked, room, true, this.#bisection?.of(section));
    const heads = [head('out'), head('in')] as const;
    this.#heads = heads;
    return {
      heads: [heads[OUT].sinkFor(source, tag), heads[IN].sinkFor(source, tag)],
      body: this.#body.sinkFor(source, tag),
      lost(state, error) {
        heads[state].failure ??= withSource(error, source);
      },
    };
  }

  /** The chunk's partial. Throws what the chunk fails with however it begins. */
  async *partial(known: Known): AsyncGenerator<Uint8Array> {
    const writer = new PartialWriter(this.#boundaries);
    for (const head of this.#heads ?? []) yield* this.#storeHead(head, writer);
    const nowhere = this.#heads?.every(({ failure }) => failure !== undefined) ?? false;
    if (!nowhere) {
      if (this.#body.failure !== undefined) throw this.#body.failure;
      yield* this.#body.store(writer);
    }
    yield* writer.end({ ...known, ...this.#counts(known), entries: writer.entries });
  }

  /** What `combine` throws, too, is what a head comes to, and no failure of the chunk. */
  *#storeHead(head: Gathering, writer: PartialWriter): Generator<Uint8Array> {
    if (head.failure !== undefined) return;
    try {
      yield* head.store(writer);
    } catch (error) {
      if (!isResult(error)) throw error;
      head.failure = error;
    }
  }

  #counts({ chunks }: Known): Counts & Pick<Summary, 'chunks' | 'lanes'> {
    const { ends } = this;
    const body = { ...SOLID, ...this.#body.counts };
    if (ends === undefined) return { ...body, chunks: { ...chunks, ...body.chunks } };
    const [out = NOTHING, in_ = NOTHING] = this.#heads?.map((head) => headOf(head, chunks)) ?? [];
    const counts = wholeOrNot({ ends, heads: [out, in_], body, chunks: 1 }, this.#job.badRecordsMax);
    return { ...counts, chunks: { ...chunks, ...counts.chunks } };
  }
}

function partOf({ memory, scratch }: Room, share: number): Room {
  return { memory: { ...memory, tableBytesMax: memory.tableBytesMax * share }, scratch };
}

const SOLID = { chunks: { succeeded: 1, failed: 0 } };

const headOf = ({ failure, counts }: Gathering, { first, end }: Known['chunks']): CountsOrFailure =>
  failure === undefined ? { ...NOTHING, ...counts } : { failure: failureOf(failure, first, end) };
