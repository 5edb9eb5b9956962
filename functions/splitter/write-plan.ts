/**
 * Writes a run's plan page by page. Each page says where the next begins, so what a page holds follows from the pages
 * before it and from the input: a splitter that comes back, or a second one, reads what stands and goes on from that.
 */

import { type InputObject, Pack, rangeSegment, rangesOf, tooManyChunks } from '../core/cut.ts';
import { planPageKey, planPagesPrefix } from '../core/keys.ts';
import type { RunRequest } from '../core/messages.ts';
import type { Chunk, Geometry, PlanTotals, Segment } from '../core/plan.ts';
import { FanfoldError } from '../errors.ts';
import type { Format } from '../formats/format.ts';
import { formatOf, tagOf } from '../formats/tagged.ts';
import { CHUNKS_MAX, PLAN_PAGE_BYTES_MAX, PLAN_PAGE_CHUNKS_MAX } from '../limits.ts';
import type { Services } from '../ports/services.ts';
import { settleJson } from '../protocol/documents.ts';
import { listAll } from '../protocol/list-all.ts';
import { type Cursor, type PlanPage, readPage } from '../protocol/plan-pages.ts';
import { inOrder } from './in-order.ts';
import { type Listed, objectsFrom, START } from './inputs.ts';
import { readStart } from './read-start.ts';

/** Starts of objects that are read at the same time. */
const STARTS = 32;

/** What a segment takes in JSON besides its key, about. */
const SEGMENT_JSON_BYTES = 160;

export interface PlannedPages {
  readonly pages: readonly number[];
  readonly totals: PlanTotals;
}

/** What is to be planned. */
export interface Planning {
  readonly run: string;
  readonly inputs: RunRequest['inputs'];
  readonly geometry: Geometry;
  /** How the job reads them: it tells what may be cut, and which tagged input an object is. */
  readonly format: Format<unknown>;
}

export async function writePages(services: Services, planning: Planning): Promise<PlannedPages> {
  const { run } = planning;
  const pages = await storedPages(services, run);
  const lastFirst = pages.at(-1);
  let last = lastFirst === undefined ? undefined : await readPage(services, run, lastFirst);
  while (last === undefined || last.next !== undefined) {
    const source = new ObjectSource(services, planning, last?.next ?? START);
    let totals = last?.totals ?? { chunks: 0, objects: 0, bytes: 0 };
    // Pages come from one listing as long as each is the one that stands; otherwise from the cursor of the one that does.
    try {
      for (let ours = true; ours; ) {
        const page: PlanPage = await nextPage(source, totals);
        const settled = await settleJson(services, planPageKey(run, totals.chunks), page);
        pages.push(totals.chunks);
        last = settled.document;
        totals = last.totals;
        ours = settled.created && last.next !== undefined;
      }
    } finally {
      await source.close();
    }
  }
  return { pages, totals: last.totals };
}

/** First chunks of the pages that stand already. */
async function storedPages(services: Services, run: string): Promise<number[]> {
  const prefix = planPagesPrefix(run);
  const pages: number[] = [];
  for await (const { key } of listAll(services.store, services.results, prefix)) {
    pages.push(Number.parseInt(key.slice(prefix.length), 10));
  }
  return pages;
}

/** The input from a cursor on, with one object looked ahead. */
class ObjectSource {
  readonly chunkBytes: number;
  readonly pageChunksMax: number;
  /** Ranges of the next object that are in a chunk already. */
  range: number;
  /** The next object, if ranges of it were cut before. */
  #pinned: Cursor['cut'];
  readonly #store: Services['store'];
  readonly #format: Format<unknown>;
  readonly #objects: AsyncGenerator<Next>;
  #head: Promise<Next | undefined> | undefined;

  constructor(services: Services, { inputs, geometry, format }: Planning, from: Cursor) {
    const { store, pageChunksMax = PLAN_PAGE_CHUNKS_MAX } = services;
    this.chunkBytes = geometry.chunkBytes;
    this.pageChunksMax = pageChunksMax;
    this.range = from.range;
    this.#pinned = from.cut;
    this.#store = store;
    this.#format = format;
    this.#objects = inOrder(objectsFrom(store, inputs, from), STARTS, (listed) => this.#begin(listed));
  }

  /** The next object, which stays the next. */
  peek(): Promise<Next | undefined> {
    this.#head ??= this.#take();
    return this.#head;
  }

  skip(): void {
    this.#head = undefined;
    this.range = 0;
  }

  async close(): Promise<void> {
    await this.#objects.return(undefined);
  }

  async #take(): Promise<Next | undefined> {
    const { done, value } = await this.#objects.next();
    if (done && this.#pinned !== undefined) throw inputGone(this.#pinned.key);
    return done ? undefined : value;
  }

  /** Looks at the start of an object that may be cut. */
  async #begin(value: Listed): Promise<Next> {
    const pinned = this.#pinned; // it is of the first object
    this.#pinned = undefined;
    if (pinned !== undefined && pinned.key !== value.object.key) throw inputGone(pinned.key);
    if (pinned !== undefined && pinned.etag !== value.object.etag) throw inputChanged(pinned.key);
    const tag = tagOf(this.#format, value.object);
    const format = formatOf(this.#format, tag);
    const big = format.cut !== 'never' && value.object.size > this.chunkBytes;
    const start = big ? await readStart(this.#store, value.object, format) : { cuttable: false };
    const object = { ...value.object, ...(tag === undefined ? {} : { tag }), ...start };
    return { object, cursor: value.cursor, ranges: rangesOf(object, this.chunkBytes) };
  }
}

interface Next {
  readonly object: InputObject;
  readonly cursor: Listed['cursor'];
  readonly ranges: number;
}

/** Cuts chunks until the page is full or the input has ended. */
async function nextPage(source: ObjectSource, before: PlanTotals): Promise<PlanPage> {
  const page = new PageBuilder(before, source.pageChunksMax);
  for (let next = await source.peek(); next !== undefined; next = await source.peek()) {
    if (page.full) return { chunks: page.chunks, totals: page.totals, next: cursorTo(next, source.range) };
    const { object, cursor, ranges } = next;
    if (ranges === 1) {
      page.add(await pack(source));
      continue;
    }
    for (; source.range < ranges && !page.full; source.range++) {
      page.add([rangeSegment(object, cursor.object, source.range, ranges)]);
    }
    if (source.range >= ranges) source.skip();
  }
  if (page.totals.chunks === 0) page.add([]); // an empty run has one empty chunk, so that it ends as every run does
  return { chunks: page.chunks, totals: page.totals };
}

/** An object that is cut already is pinned: its other ranges must be of the same version. */
function cursorTo({ cursor, object }: Next, range: number): Cursor {
  const { key, etag } = object;
  return range === 0 ? { ...cursor, range } : { ...cursor, range, cut: { key, etag } };
}

/** One chunk of whole objects, as many as fit. */
async function pack(source: ObjectSource): Promise<Segment[]> {
  const packed = new Pack();
  for (let next = await source.peek(); next?.ranges === 1; next = await source.peek()) {
    if (!packed.add(next.object, next.cursor.object, source.chunkBytes)) break;
    source.skip();
  }
  return packed.segments;
}

/** A page as it fills. */
class PageBuilder {
  readonly chunks: Chunk[] = [];
  totals: PlanTotals;
  #bytes = 0;

  readonly #chunksMax: number;

  constructor(before: PlanTotals, chunksMax: number) {
    this.totals = before;
    this.#chunksMax = chunksMax;
  }

  get full(): boolean {
    return this.chunks.length >= this.#chunksMax || this.#bytes >= PLAN_PAGE_BYTES_MAX;
  }

  add(segments: readonly Segment[]): void {
    const { chunks, objects, bytes } = this.totals;
    if (chunks >= CHUNKS_MAX) throw tooManyChunks();
    this.chunks.push({ chunk: chunks, segments });
    this.totals = {
      chunks: chunks + 1,
      objects: objects + segments.filter(({ end, size }) => end === size).length,
      bytes: segments.reduce((sum, { start, end }) => sum + end - start, bytes),
    };
    this.#bytes += segments.reduce(
      (sum, { key, tag = '', header }) => sum + 2 * key.length + tag.length + headerBytes(header) + SEGMENT_JSON_BYTES,
      0,
    );
  }
}

const headerBytes = (header: Segment['header']) =>
  header === undefined ? 0 : Buffer.byteLength(JSON.stringify(header));

function inputGone(key: string): FanfoldError {
  return new FanfoldError('FANFOLD_INPUT_GONE', `${key} was deleted while the run was planned`, {
    fix: 'Upload it again, and start the run again.',
    fatal: true,
    source: key,
  });
}

function inputChanged(key: string): FanfoldError {
  return new FanfoldError('FANFOLD_INPUT_CHANGED', `${key} was overwritten while the run was planned`, {
    fix: 'Start a new run.',
    fatal: true,
    source: key,
  });
}
