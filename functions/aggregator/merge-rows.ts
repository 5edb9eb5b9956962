/**
 * One node of the fan-in tree of a transform: what its children say of their rows. Rows stay where they are; only where
 * they are too few for a part of an upload they are read, and stored anew with their neighbours.
 */
import { sectionsOf } from '../core/lanes.ts';
import type { SectionName } from '../core/partial-index.ts';
import { PartialWriter } from '../core/partial-writer.ts';
import type { Plan } from '../core/plan.ts';
import { rowsOf, type StoredRows, sumOfRows } from '../core/row-ranges.ts';
import { IN, OUT } from '../core/two-state.ts';
import type { Services } from '../ports/services.ts';
import type { StoredTail } from '../protocol/stored-summary.ts';
import { limitsOf } from './join-object.ts';
import { joinAll } from './open-partials.ts';
import { StoredRowReader } from './stored-rows.ts';

/** Ranges that are read at a time; each is smaller than the smallest part of an upload. */
const READ_TOGETHER = 4;

/** The bytes of the merged partial. */
export async function* mergeRows(
  services: Services,
  plan: Plan,
  footers: readonly StoredTail[],
): AsyncGenerator<Uint8Array> {
  const summaries = footers.map(({ summary }) => summary);
  const { heads, body } = sectionsOf(summaries);
  const writer = new PartialWriter();
  const reader = new StoredRowReader(services, footers);
  yield* mergeSection(services, rowsOf(footers, heads[OUT]), 'out', writer, reader);
  yield* mergeSection(services, rowsOf(footers, heads[IN]), 'in', writer, reader);
  yield* mergeSection(services, rowsOf(footers, body), 'body', writer, reader);
  yield* writer.end({ ...joinAll(summaries, 0, plan), entries: writer.entries });
}

async function* mergeSection(
  services: Services,
  rows: Iterable<StoredRows>,
  name: SectionName,
  writer: PartialWriter,
  reader: StoredRowReader,
): AsyncGenerator<Uint8Array> {
  const { partBytesMin } = limitsOf(services);
  let small: StoredRows[] = [];
  async function* storeSmall() {
    const taken = small;
    small = [];
    if (taken.length > 0) yield* writer.rows(name, sumOfRows(taken));
    for (let at = 0; at < taken.length; at += READ_TOGETHER) {
      yield* await Promise.all(taken.slice(at, at + READ_TOGETHER).map((some) => reader.read(some)));
    }
  }
  for (const some of rows) {
    const { key, etag, start, end, entries, crc32 } = some;
    if (end - start < partBytesMin) {
      small.push(some);
      continue;
    }
    yield* storeSmall();
    writer.rows(name, { of: { key, etag }, start, end, entries, crc32 });
  }
  yield* storeSmall();
}
