/** What a chunk comes to. Where it may begin in either of two states, for both, as far as they differ. */
import { type Counts, type CountsOrFailure, NOTHING, wholeOrNot } from '../core/counts.ts';
import type { Room } from '../core/memory-bounds.ts';
import type { ChunkMessage } from '../core/messages.ts';
import type { SectionName } from '../core/partial-index.ts';
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

/**
 * Of a chunk's memory, for what counts if it begins outside of quotes, and within. Where there are no quotes, the first is
 * all there is; where lanes meet early, as a rule, the body is.
 */
const HEAD_SHARES = { out: 1 / 2, in: 1 / 8 };
const BODY_SHARE = 3 / 8;
const BODY_SHARE_EARLY = 7 / 8;
/** Records that lanes read before they met, if that was early. */
const EARLY_RECORDS = 1_000;

export class ChunkFold implements ChunkSinks {
  readonly #job: Job;
  readonly #bisection: Bisection | undefined;
  readonly #asked: Asked;
  readonly #boundaries: readonly Uint8Array[];
  readonly #room: Room;
  readonly #tolerant: boolean;
  #body: Gathering | undefined;
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
    this.#tolerant = job.tolerate.chunks > 0 && job.tolerate.percent > 0;
  }

  sinkFor(source: string, tag: string | undefined): RecordSink<unknown> {
    return this.#bodyNow.sinkFor(source, tag);
  }

  /** For a range that may begin in either state, unless it begins with its object. */
  twoStateSinkFor(source: string, tag: string | undefined, begins: boolean): TwoStateSink<unknown> {
    if (begins) {
      const body = this.sinkFor(source, tag);
      return { heads: [body, body], body: () => body, lost() {}, isOver: () => false };
    }
    assert(this.#heads === undefined, 'a chunk of several ranges that may begin within quotes');
    const head = (section: 'out' | 'in') => this.#gathering(section, HEAD_SHARES[section], true);
    const heads = [head('out'), head('in')] as const;
    this.#heads = heads;
    return {
      heads: [heads[OUT].sinkFor(source, tag), heads[IN].sinkFor(source, tag)],
      body: () => this.#bodyNow.sinkFor(source, tag),
      lost(state, error) {
        heads[state].failure ??= withSource(error, source);
      },
      // How the chunk ends in this state matters only if its failure is tolerated.
      isOver: (state) => heads[state].failure !== undefined && (heads[state].failure.fatal || !this.#tolerant),
    };
  }

  /** The chunk's partial. Throws what the chunk fails with however it begins. */
  async *partial(known: Known): AsyncGenerator<Uint8Array> {
    const writer = new PartialWriter(this.#boundaries);
    for (const head of this.#heads ?? []) yield* this.#storeHead(head, writer);
    const nowhere = this.#heads?.every(({ failure }) => failure !== undefined) ?? false;
    if (!nowhere) {
      if (this.#bodyNow.failure !== undefined) throw this.#bodyNow.failure;
      yield* this.#bodyNow.store(writer);
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

  /** What counts however the chunk begins, made when the first of it comes. */
  get #bodyNow(): Gathering {
    this.#body ??= this.#gathering('body', this.#bodyShare(), this.#tolerant);
    return this.#body;
  }

  #bodyShare(): number {
    if (this.#heads === undefined) return 1;
    return this.#heads[OUT].counts.records.read < EARLY_RECORDS ? BODY_SHARE_EARLY : BODY_SHARE;
  }

  #gathering(section: SectionName, share: number, patient: boolean): Gathering {
    const { memory, scratch } = this.#room;
    const room = { memory: { ...memory, tableBytesMax: memory.tableBytesMax * share }, scratch };
    return new Gathering(section, this.#job, this.#asked, room, patient, this.#bisection?.of(section));
  }

  #counts({ chunks }: Known): Counts & Pick<Summary, 'chunks' | 'lanes'> {
    const { ends } = this;
    const body = { ...SOLID, ...this.#bodyNow.counts };
    if (ends === undefined) return { ...body, chunks: { ...chunks, ...body.chunks } };
    const [out = NOTHING, in_ = NOTHING] = this.#heads?.map((head) => headOf(head, chunks)) ?? [];
    const counts = wholeOrNot({ ends, heads: [out, in_], body, chunks: 1 }, this.#job.badRecordsMax);
    return { ...counts, chunks: { ...chunks, ...counts.chunks } };
  }
}

const SOLID = { chunks: { succeeded: 1, failed: 0 } };

const headOf = ({ failure, counts }: Gathering, { first, end }: Known['chunks']): CountsOrFailure =>
  failure === undefined ? { ...NOTHING, ...counts } : { failure: failureOf(failure, first, end) };
