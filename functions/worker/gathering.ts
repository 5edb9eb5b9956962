/** What records come to: all of a chunk's, or those that count only if it begins in one state. */
import { BlockSpool } from '../core/block-spool.ts';
import type { Counts, Failure, Reject } from '../core/counts.ts';
import type { Room } from '../core/memory-bounds.ts';
import type { ChunkMessage } from '../core/messages.ts';
import { PairTable } from '../core/pair-table.ts';
import type { SectionName } from '../core/partial-index.ts';
import type { PartialWriter } from '../core/partial-writer.ts';
import { RowSorter } from '../core/row-sorter.ts';
import { RowWriter } from '../core/row-writer.ts';
import { encodeText } from '../core/text.ts';
import { rowTooLarge } from '../core/too-large.ts';
import { FanfoldError, isResult } from '../errors.ts';
import type { Bulk, RecordSink } from '../formats/format.ts';
import { formatOf, taggedRecord } from '../formats/tagged.ts';
import type { Job } from '../job.ts';
import { GroupFold } from '../kernels/group-fold.ts';
import { LineSort } from '../kernels/line-sort.ts';
import { NumberFold } from '../kernels/number-fold.ts';
import type { PairBlock } from '../kernels/pair-block.ts';
import { type ChunkPlan, chunkPlan, numberKinds, recordPlan, sortsLines, valueKinds } from '../kernels/plan.ts';
import { RecordScan } from '../kernels/record-scan.ts';
import { BAD_RECORD_PREVIEW_BYTES, FAILURES_TOLD_MAX, ROWS_HELD_BYTES_MAX } from '../limits.ts';
import { jobError } from '../protocol/job-error.ts';
import type { SectionBisection } from './bisection.ts';
import { RecordContext } from './record-context.ts';

type Params = ChunkMessage['params'];
/** What is asked of it besides the job. */
export type Asked = Pick<ChunkMessage, 'params' | 'partitionedBy'>;

/** A section of the chunk's partial, as far as it has come. */
export class Gathering {
  readonly #section: SectionName;
  readonly #job: Job;
  readonly #params: Params;
  /** What a kernel can do of the job. */
  readonly #plan: ChunkPlan | 'lines' | undefined;
  readonly #room: Room;
  /** Groups or sorts bytes, once somebody offers any; records that are beyond it go through `map`. */
  #kernel: GroupFold | LineSort | undefined;
  /** Find the fields of records for `map`, by tag; undefined where only the format can. */
  readonly #scans = new Map<string | undefined, RecordScan | undefined>();
  readonly #table: NumberFold | PairTable | undefined;
  /** Of a transform that sorts its rows. */
  readonly #sorter: RowSorter | undefined;
  /** Of a transform that does not: its rows, as they will be stored. */
  readonly #rows: RowWriter | undefined;
  readonly #spool: BlockSpool;
  readonly #rowBytesMax: number;
  readonly #patient: boolean;
  readonly #bisection: SectionBisection | undefined;
  readonly #rejects: Reject[] = [];
  /** Of records that were left out. */
  readonly #failures: Failure[] = [];
  #read = 0;
  #rejected = 0;
  /** What ended it early. Records that come afterwards change nothing. */
  failure: FanfoldError | undefined;

  /** @param patient whether an error is kept as what these records come to, and not thrown */
  constructor(
    section: SectionName,
    job: Job,
    { params, partitionedBy }: Asked,
    room: Room,
    patient: boolean,
    bisection?: SectionBisection,
  ) {
    this.#bisection = bisection;
    this.#section = section;
    this.#job = job;
    this.#params = params;
    this.#patient = patient;
    this.#room = room;
    // Kernels sort by key.
    this.#plan = partitionedBy === 'hash' ? undefined : sortsLines(job) ? 'lines' : chunkPlan(job);
    this.#table = job.shape === 'keyed' ? this.#tableFor(job, partitionedBy === 'hash') : undefined;
    this.#sorter = job.sortBy === undefined ? undefined : new RowSorter(room);
    this.#rows = (this.#table ?? this.#sorter) !== undefined ? undefined : new RowWriter();
    this.#spool = new BlockSpool(room.scratch, Math.min(room.memory.tableBytesMax, ROWS_HELD_BYTES_MAX));
    this.#rowBytesMax = room.memory.valueBytesMax;
  }

  get counts(): Pick<Counts, 'records' | 'rejects' | 'failures'> {
    const read = this.#read + (this.#kernel?.records ?? 0);
    return { records: { read, rejected: this.#rejected }, rejects: this.#rejects, failures: this.#failures };
  }

  sinkFor(source: string, tag: string | undefined): RecordSink<unknown> {
    const context = new RecordContext(source, this.#params);
    const sink: RecordSink<unknown> = {
      record: (record, offset, bytes) => {
        this.#read += 1;
        if (this.#leavesOut(source, offset)) return;
        context.offset = offset;
        this.#table?.nextRecord(bytes);
        try {
          this.#add(this.#job.map(taggedRecord(tag, record), context));
        } catch (thrown) {
          const error = jobError(thrown, `${source}: record at byte ${offset}`, source, offset);
          if (!this.#bisection?.note(error, bytes)) throw error;
        }
      },
      bad: (reason, offset, raw) => this.#bad(reason, source, offset, raw),
    };
    const patient: Pick<RecordSink<unknown>, 'record' | 'bad'> = {
      record: (record, offset, bytes) => this.#keepFailure(() => sink.record(record, offset, bytes)),
      bad: (reason, offset, raw) => this.#keepFailure(() => sink.bad(reason, offset, raw)),
    };
    const delivered = this.#patient ? patient : sink;
    const bulk = () => this.#takesBulk() ?? this.#scanFor(tag)?.bulkFor(delivered);
    return {
      ...delivered,
      get bulk() {
        return bulk();
      },
    };
  }

  /** Stores what has come of the records: sorted pairs, or rows. None come any more. */
  *store(writer: PartialWriter): Generator<Uint8Array> {
    for (const scan of this.#scans.values()) scan?.close();
    const table = this.#table;
    if (this.#rows !== undefined) {
      const rows = this.#rows.end();
      if (rows.entries > 0) yield* writer.rows(this.#section, rows);
      yield* this.#spool.drain();
      yield* this.#rows.blocks();
    }
    const { boundaries } = writer;
    if (table instanceof NumberFold && table.plain === undefined) {
      writer.section(this.#section, { numbers: true });
      return yield* storeBlocks(this.#ofJob(table.drain(boundaries)), writer);
    }
    const sorted = (table instanceof NumberFold ? table.plain : table) ?? this.#sorter;
    if (sorted === undefined) return;
    writer.section(this.#section, { whole: valueKinds(this.#job) !== undefined }); // a kernel will merge them
    const kernel = this.#kernel;
    if (kernel === undefined) {
      for (const { key, value } of this.#pairs(sorted)) {
        writer.addPair(key, value);
        if (writer.hasBlocks) yield* writer.blocks();
      }
      return;
    }
    const blocks =
      kernel instanceof LineSort ? kernel.drain(boundaries) : kernel.drain(this.#pairs(sorted), boundaries);
    yield* storeBlocks(blocks, writer);
  }

  #pairs(sorted: PairTable | RowSorter) {
    return this.#ofJob<{ readonly key: Uint8Array; readonly value: Uint8Array }>(sorted.drain());
  }

  /** What is thrown is the job's error. */
  *#ofJob<T>(drained: Iterable<T>): Generator<T> {
    try {
      yield* drained;
    } catch (error) {
      throw jobError(error, this.#job.shape === 'keyed' ? 'combining the chunk' : 'sorting the chunk');
    }
  }

  /** Numbers are combined in a kernel, unless it reads the records, too, or it matters which of them cannot be combined. */
  #tableFor({ combine }: Job, scatters: boolean): NumberFold | PairTable {
    const byHand = scatters || this.#plan !== undefined || this.#bisection !== undefined;
    const kinds = byHand ? undefined : numberKinds(combine);
    return kinds === undefined
      ? new PairTable(combine, this.#room, scatters)
      : new NumberFold(kinds, combine, this.#room);
  }

  /** The kernel: made when it is asked for, since most ranges leave little or nothing to all but one. */
  #takesBulk(): Bulk | undefined {
    if (this.#plan === undefined) return undefined;
    if (this.#kernel === undefined) {
      const { combine } = this.#job;
      this.#kernel = this.#plan === 'lines' ? new LineSort(this.#room) : new GroupFold(this.#plan, combine, this.#room);
    }
    const kernel = this.#kernel;
    if (!this.#patient) return kernel;
    return {
      rows: (dialect, header) => kernel.rows(dialect, header),
      take: (bytes, from, starts, again) => {
        let at = from;
        this.#keepFailure(() => {
          at = kernel.take(bytes, from, starts, again);
        });
        return at;
      },
    };
  }

  #scanFor(tag: string | undefined): RecordScan | undefined {
    if (this.#scans.has(tag)) return this.#scans.get(tag);
    const plan = recordPlan(formatOf(this.#job.input, tag));
    const scan = plan && new RecordScan(plan);
    this.#scans.set(tag, scan);
    return scan;
  }

  #keepFailure(work: () => void): void {
    if (this.failure !== undefined) return;
    try {
      work();
    } catch (error) {
      if (!isResult(error)) throw error;
      this.failure = error;
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
    for (const row of mapped) this.#addRow(row);
  }

  #addRow(row: unknown): void {
    const { sortBy, output } = this.#job;
    if (this.#kernel instanceof LineSort) return this.#kernel.add(encodeText(row as string)); // as its format says
    if (sortBy !== undefined) return this.#sorter?.add(sortBy(row), output.encode(row));
    const bytes = encodeText(output.encode(row));
    if (bytes.length > this.#rowBytesMax) throw rowTooLarge(bytes.length, this.#rowBytesMax);
    this.#rows?.add(bytes);
    if (this.#rows?.hasBlocks) this.#spool.add(this.#rows.blocks());
  }

  #bad(reason: string, source: string, offset: number, raw: Uint8Array): void {
    this.#read += 1;
    if (this.#leavesOut(source, offset)) return;
    if (this.#job.badRecords === 'fail') {
      const error = new FanfoldError('FANFOLD_RECORD_INVALID', `${source}: bad record at byte ${offset}: ${reason}`, {
        fix: "Correct the record, or let the job set bad records aside with badRecords: 'set-aside'.",
        source,
        offset,
      });
      if (this.#bisection?.note(error, raw.length, raw)) return;
      throw error;
    }
    const preview = Buffer.from(raw.subarray(0, BAD_RECORD_PREVIEW_BYTES)).toString();
    this.#reject({ source, offset, bytes: raw.length, reason, preview });
  }

  /** Whether a record is one that the chunk fails for: then it is told, and nothing comes of it. */
  #leavesOut(source: string, offset: number): boolean {
    const record = this.#bisection?.at(source, offset);
    if (record === undefined) return false;
    const told = this.#bisection?.told(record);
    if (told !== undefined) {
      this.#reject(told.reject);
      if (this.#failures.length < FAILURES_TOLD_MAX) this.#failures.push(told.failure);
    }
    return true;
  }

  #reject(reject: Reject): void {
    const { source, offset, reason } = reject;
    const { badRecordsMax } = this.#job;
    this.#rejected += 1;
    if (this.#rejected > badRecordsMax) {
      throw new FanfoldError(
        'FANFOLD_TOO_MANY_BAD_RECORDS',
        `${source}: more than ${badRecordsMax} bad records, the last at byte ${offset}: ${reason}`,
        { fix: 'Correct the input, or raise badRecordsMax.', fatal: true, source, offset },
      );
    }
    this.#rejects.push(reject);
  }
}

function misshapen(what: string, fix: string): FanfoldError {
  return new FanfoldError('FANFOLD_VALUE_INVALID', `\`map\` gave ${what}`, { fix: `In \`map\`, ${fix}.` });
}

/** Stores what a kernel has come to. */
function* storeBlocks(blocks: Iterable<PairBlock>, writer: PartialWriter): Generator<Uint8Array> {
  for (const { bytes, entries } of blocks) {
    writer.addEncodedPairs(bytes, entries);
    if (writer.hasBlocks) yield* writer.blocks();
  }
}
