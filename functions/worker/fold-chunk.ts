/** One chunk's records, through the job's `map`, into a partial. */
import type { ChunkMessage } from '../core/messages.ts';
import { PairTable } from '../core/pair-table.ts';
import { PartialWriter } from '../core/partial-writer.ts';
import type { Segment } from '../core/plan.ts';
import { coverOf, position, type Reject, type Summary } from '../core/summary.ts';
import { encodeText } from '../core/text.ts';
import { FanfoldError } from '../errors.ts';
import type { Format, RecordSink } from '../formats/format.ts';
import { formatOf, taggedRecord } from '../formats/tagged.ts';
import type { Job, MapContext } from '../job.ts';
import { GroupFold } from '../kernels/group-fold.ts';
import { mergeRuns } from '../kernels/merge-blocks.ts';
import { pairBlocks } from '../kernels/pair-block.ts';
import { chunkPlan } from '../kernels/plan.ts';
import { BAD_RECORD_PREVIEW_BYTES } from '../limits.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { jobError } from '../protocol/job-error.ts';
import { workOf } from '../protocol/work-of.ts';
import { prefetchSmall } from './prefetch.ts';
import { readSegment, sourceOf, withSource } from './read-segment.ts';

/** Reads and maps a whole chunk; the partial that comes of it is made as it is stored. */
export async function foldChunk(
  store: ObjectStore,
  message: ChunkMessage,
  job: Job,
): Promise<AsyncIterable<Uint8Array>> {
  const fold = new ChunkFold(job, message.params);
  const reading = prefetchSmall(store, message.segments);
  let bounds: Summary['bounds'] = null;
  for (const segment of message.segments) {
    const source = sourceOf(segment);
    try {
      const read = await readSegment(reading, segment, fold.formatOf(segment.tag), fold.sinkFor(source, segment.tag));
      bounds = extend(bounds, segment, read);
    } catch (error) {
      throw error instanceof FanfoldError ? withSource(error, source) : error;
    }
  }
  if (message.segments.length === 0) bounds = { head: [0, 0], tail: [0, 0] };
  const { segments } = message;
  return fold.partial({
    run: message.run,
    digest: message.digest,
    work: workOf(message),
    chunks: { first: message.chunk, end: message.chunk + 1, succeeded: 1, failed: 0 },
    cover: coverOf(segments),
    bounds,
    bytes: segments.reduce((sum, segment) => sum + segment.end - segment.start, 0),
    failures: [],
  });
}

function extend(
  bounds: Summary['bounds'],
  segment: Segment,
  read: { readonly head: number; readonly tail: number } | undefined,
): Summary['bounds'] {
  if (segment.size === 0) return { head: bounds?.head ?? [segment.object, 0], tail: [segment.object + 1, 0] };
  if (read === undefined) return bounds;
  return { head: bounds?.head ?? position(segment, read.head), tail: position(segment, read.tail) };
}

/** The state of the chunk at hand: what its records came to so far. */
class ChunkFold {
  readonly #job: Job;
  readonly #params: ChunkMessage['params'];
  /** Groups on bytes; records that are beyond it go through `map` into the table, as all do without it. */
  readonly #kernel: GroupFold | undefined;
  readonly #table: PairTable | undefined;
  readonly #writer = new PartialWriter();
  readonly #rejects: Reject[] = [];
  #read = 0;
  #rejected = 0;

  constructor(job: Job, params: ChunkMessage['params']) {
    this.#job = job;
    this.#params = Object.freeze({ ...params });
    this.#table = job.shape === 'keyed' ? new PairTable(job.combine) : undefined;
    const plan = chunkPlan(job);
    this.#kernel = plan === undefined ? undefined : new GroupFold(plan);
  }

  /** How objects of a tag are read: into the kernel, if there is one. */
  formatOf(tag: string | undefined): Pick<Format<unknown>, 'open'> {
    return this.#kernel ?? formatOf(this.#job.input, tag);
  }

  sinkFor(source: string, tag: string | undefined): RecordSink<unknown> {
    const context = new RecordContext(source, this.#params);
    return {
      record: (record, offset) => {
        this.#read += 1;
        context.offset = offset;
        try {
          this.#add(this.#job.map(taggedRecord(tag, record), context));
        } catch (error) {
          throw jobError(error, `${source}: record at byte ${offset}`, source, offset);
        }
      },
      bad: (reason, offset, raw) => this.#bad(reason, source, offset, raw),
    };
  }

  async *partial(known: Omit<Summary, 'records' | 'rejects' | 'entries'>): AsyncGenerator<Uint8Array> {
    const writer = this.#writer;
    if (this.#kernel === undefined) {
      for (const { key, value } of this.#pairs()) {
        writer.addPair(key, value);
        if (writer.hasBlocks) yield* writer.blocks();
      }
    } else {
      for (const { bytes, entries } of this.#grouped(this.#kernel)) {
        writer.addRows(bytes, entries);
        if (writer.hasBlocks) yield* writer.blocks();
      }
    }
    const records = { read: this.#read + (this.#kernel?.records ?? 0), rejected: this.#rejected };
    yield* writer.end({ ...known, records, rejects: this.#rejects, entries: writer.entries });
  }

  /** What the kernel has, and with it what it left to the table. */
  *#grouped(kernel: GroupFold) {
    if (this.#table?.size === 0) return yield* kernel.drain();
    const values = kernel.values;
    yield* mergeRuns([kernel.drain(), pairBlocks(this.#pairs())], { values, combine: this.#job.combine });
  }

  *#pairs() {
    try {
      yield* this.#table?.drain() ?? [];
    } catch (error) {
      throw jobError(error, 'combining the chunk');
    }
  }

  #add(mapped: Iterable<unknown>): void {
    // A string is an iterable of its characters, also to the compiler: one row for each is never what was meant.
    if (typeof mapped === 'string') throw misshapen('a string, not rows', 'yield it, or return it in a list');
    if (typeof mapped?.[Symbol.iterator] !== 'function') {
      throw misshapen('nothing to go through', 'write `*map`, without async, or return a list');
    }
    const table = this.#table;
    if (table !== undefined) {
      for (const pair of mapped) {
        if (!Array.isArray(pair) || pair.length !== 2)
          throw misshapen('something else than pairs', 'yield [key, value]');
        table.add(pair[0], pair[1]);
      }
      return;
    }
    for (const row of mapped) this.#writer.addRows(encodeText(this.#job.output.encode(row)), 1);
  }

  #bad(reason: string, source: string, offset: number, raw: Uint8Array): void {
    this.#read += 1;
    this.#rejected += 1;
    const { badRecords, badRecordsMax } = this.#job;
    if (badRecords === 'fail') {
      throw new FanfoldError('FANFOLD_RECORD_INVALID', `${source}: bad record at byte ${offset}: ${reason}`, {
        fix: "Correct the record, or let the job set bad records aside with badRecords: 'set-aside'.",
        source,
        offset,
      });
    }
    if (this.#rejected > badRecordsMax) {
      throw new FanfoldError(
        'FANFOLD_TOO_MANY_BAD_RECORDS',
        `${source}: more than ${badRecordsMax} bad records, the last at byte ${offset}: ${reason}`,
        { fix: 'Correct the input, or raise badRecordsMax.', fatal: true, source, offset },
      );
    }
    const preview = Buffer.from(raw.subarray(0, BAD_RECORD_PREVIEW_BYTES)).toString();
    this.#rejects.push({ source, offset, bytes: raw.length, reason, preview });
  }
}

function misshapen(what: string, fix: string): FanfoldError {
  return new FanfoldError('FANFOLD_VALUE_INVALID', `\`map\` gave ${what}`, { fix: `In \`map\`, ${fix}.` });
}

/** One object for all records of a source: `map` may read it, never keep it. */
class RecordContext implements MapContext<ChunkMessage['params']> {
  readonly source: string;
  readonly params: ChunkMessage['params'];
  offset = 0;

  constructor(source: string, params: ChunkMessage['params']) {
    this.source = source;
    this.params = params;
  }
}
