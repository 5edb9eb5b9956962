/**
 * Records that a chunk fails for, one by one: found in a first reading, which goes on behind each of them, and left out
 * of a second one. Only what a run was asked for as such: its result lacks records, and says which.
 */
import type { Failure, Reject } from '../core/counts.ts';
import type { ChunkMessage } from '../core/messages.ts';
import type { SectionName } from '../core/partial-index.ts';
import { failureOf } from '../core/summary.ts';
import { type FanfoldError, isResult } from '../errors.ts';
import { BAD_RECORD_PREVIEW_BYTES } from '../limits.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { bytesAt, sourceOf } from './read-segment.ts';

/** A record that is left out. */
export interface LeftOut {
  readonly error: FanfoldError;
  readonly source: string;
  readonly offset: number;
  readonly bytes: number;
  /** Its first bytes, once they are read. */
  preview?: string;
}

/** Of one chunk. Each section of its partial has its own: what is a record from one start state is none from the other. */
export class Bisection {
  readonly #sections = new Map<SectionName, SectionBisection>();
  readonly #chunk: number;
  readonly #recordsMax: number;

  readonly #given: readonly LeftOut[];

  /**
   * @param recordsMax what may be left out of a section
   * @param given known before anything was read
   */
  constructor(chunk: number, recordsMax: number, given: readonly LeftOut[], before?: Bisection) {
    this.#chunk = chunk;
    this.#recordsMax = recordsMax;
    this.#given = given;
    if (before === undefined) return;
    for (const [name, { all }] of before.#sections) this.#sections.set(name, this.#open(all));
  }

  of(name: SectionName): SectionBisection {
    const section = this.#sections.get(name) ?? this.#open(this.#given);
    this.#sections.set(name, section);
    return section;
  }

  /** Whether this reading has met a record that is to be left out of the next. */
  get hasNews(): boolean {
    return this.#sections.values().some(({ news }) => news.length > 0);
  }

  /** Reads the first bytes of what was found. */
  async readPreviews(store: Pick<ObjectStore, 'read'>, { segments }: ChunkMessage): Promise<void> {
    for (const record of this.#sections.values().flatMap(({ news }) => news)) {
      if (record.preview !== undefined) continue;
      const segment = segments.find((one) => sourceOf(one) === record.source && record.offset < one.end);
      if (segment === undefined) continue;
      const length = Math.min(record.bytes, BAD_RECORD_PREVIEW_BYTES);
      record.preview = (await bytesAt(store, segment, record.offset, length)).toString();
    }
  }

  #open(known: readonly LeftOut[]): SectionBisection {
    return new SectionBisection(this.#chunk, this.#recordsMax, known);
  }
}

export class SectionBisection {
  /** Found in this reading. */
  readonly news: LeftOut[] = [];
  readonly #chunk: number;
  readonly #recordsMax: number;
  readonly #known: ReadonlyMap<string, LeftOut>;

  constructor(chunk: number, recordsMax: number, known: readonly LeftOut[]) {
    this.#chunk = chunk;
    this.#recordsMax = recordsMax;
    this.#known = new Map(known.map((record) => [nameOf(record.source, record.offset), record]));
  }

  /** Known and new. */
  get all(): LeftOut[] {
    return [...this.#known.values(), ...this.news];
  }

  /** The record at a place, if it is to be left out. */
  at(source: string, offset: number): LeftOut | undefined {
    return this.#known.get(nameOf(source, offset));
  }

  /** Notes a record that fails, and resolves that reading goes on; false where leaving it out is no way. */
  note(error: FanfoldError, bytes: number, raw?: Uint8Array): boolean {
    const { source, offset } = error;
    const single = isResult(error) && !error.fatal && source !== undefined && offset !== undefined;
    if (!single || this.#known.size + this.news.length >= this.#recordsMax) return false;
    const preview = raw && Buffer.from(raw.subarray(0, BAD_RECORD_PREVIEW_BYTES)).toString();
    this.news.push({ error, source, offset, bytes, ...(preview === undefined ? {} : { preview }) });
    return true;
  }

  /** What is told of a record that was left out. */
  told({ error, source, offset, bytes, preview = '' }: LeftOut): {
    readonly reject: Reject;
    readonly failure: Failure;
  } {
    const reason = withoutPlace(error.message, source);
    const failure = { ...failureOf(error, this.#chunk, this.#chunk + 1), record: { bytes, preview } };
    return { reject: { source, offset, bytes, reason, preview }, failure };
  }
}

/** What a reject says beside its place: in one line. */
function withoutPlace(message: string, source: string): string {
  const said = message.startsWith(`${source}: `) ? message.slice(source.length + 2) : message;
  return said
    .replace(/^(bad )?record at byte \d+: /, '')
    .split('\n', 1)
    .join();
}

const nameOf = (source: string, offset: number) => `${offset} ${source}`;
