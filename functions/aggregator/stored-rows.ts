/** Reads rows that are too few to be copied, and checks them. */
import { crc32 } from 'node:zlib';
import type { Piece } from '../core/join-pieces.ts';
import { partialCorrupt } from '../core/partial-corrupt.ts';
import type { StoredRows } from '../core/row-ranges.ts';
import type { Services } from '../ports/services.ts';
import type { StoredTail } from '../protocol/stored-summary.ts';

export class StoredRowReader {
  readonly #services: Services;
  /** The last bytes of partials, which were read with their footers: all of small ones. */
  readonly #tails: ReadonlyMap<string, StoredTail>;

  constructor(services: Services, footers: readonly StoredTail[]) {
    this.#services = services;
    this.#tails = new Map(footers.map((footer) => [footer.object.key, footer]));
  }

  /** Without a request where they are at hand. */
  async read(rows: StoredRows): Promise<Buffer> {
    const { store, results } = this.#services;
    const { key, etag, start, end } = rows;
    const atHand = this.#atHand(rows);
    if (atHand !== undefined) return atHand;
    return checked(Buffer.concat(await Array.fromAsync(store.read({ bucket: results, key, etag }, start, end))), rows);
  }

  /** For a join: what is too small to be copied, and at hand, need not be read again. */
  piece(rows: StoredRows, copiedBytesMin: number): Piece {
    const { key, etag, start, end } = rows;
    const bytes = end - start < copiedBytesMin ? this.#atHand(rows) : undefined;
    return bytes === undefined ? { key, etag, start, end } : { bytes };
  }

  #atHand(rows: StoredRows): Buffer | undefined {
    const { object, last } = this.#tails.get(rows.key) ?? {};
    if (object === undefined || last === undefined) return undefined;
    const from = object.size - last.length;
    if (rows.start < from) return undefined;
    return checked(last.subarray(rows.start - from, rows.end - from), rows);
  }
}

function checked(bytes: Buffer, rows: StoredRows): Buffer {
  if (bytes.length === rows.end - rows.start && crc32(bytes) === rows.crc32) return bytes;
  throw partialCorrupt(rows.key, 'its rows are others than its footer says');
}
