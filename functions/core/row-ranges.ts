/** Where the rows of a transform lie. */
import { crc32Combine } from './crc32-combine.ts';
import type { StoredPiece } from './join-pieces.ts';
import type { SectionOf } from './lanes.ts';
import { partialCorrupt } from './partial-corrupt.ts';
import { NO_ROWS, type RowRange, type Rows, type SectionIndex, type SectionName } from './partial-index.ts';

/** Rows, wherever they are stored. */
export interface StoredRows extends StoredPiece {
  readonly entries: number;
  readonly crc32: number;
}

/** The same, as one of the rows that a section of a partial has. */
export interface NthRows extends StoredRows {
  /** Which partial, in the order of the plan. */
  readonly partial: number;
  readonly section: SectionName;
  readonly nth: number;
}

interface Partial {
  readonly object: { readonly key: string; readonly etag: string };
  readonly sections: readonly SectionIndex[];
  readonly summary: { readonly entries: number };
}

/** The rows of sections of partials, in the order of the sections. */
export function* rowsOf(partials: readonly Partial[], sections: readonly SectionOf[]): Generator<NthRows> {
  for (const partial of partials) checkEntries(partial);
  for (const { partial, section } of sections) {
    const of = partials[partial];
    const rows = of?.sections.find(({ name }) => name === section)?.rows ?? [];
    if (of === undefined) continue;
    for (const [nth, range] of rows.entries()) yield { partial, section, nth, ...stored(of.object, range) };
  }
}

/** What neighbours come to together. */
export const addRows = (a: Rows, b: Rows): Rows => ({
  bytes: a.bytes + b.bytes,
  entries: a.entries + b.entries,
  crc32: crc32Combine(a.crc32, b.crc32, b.bytes),
});

export const sumOfRows = (some: readonly StoredRows[]): Rows =>
  some.map(({ start, end, entries, crc32 }) => ({ bytes: end - start, entries, crc32 })).reduce(addRows, NO_ROWS);

function stored({ key, etag }: Partial['object'], { of = { key, etag }, ...range }: RowRange): StoredRows {
  return { key: of.key, etag: of.etag, ...range };
}

/** A partial whose entries are no rows is of a job of another shape: its result would silently lack them. */
function checkEntries({ object, sections, summary }: Partial): void {
  let entries = 0;
  for (const { rows = [] } of sections) for (const range of rows) entries += range.entries;
  if (entries !== summary.entries) throw partialCorrupt(object.key, 'it holds another number of rows than it says');
}
