/** Collects rows of a transform as they will stand in the result: blocks out as they are full, and what they came to. */
import { crc32 } from 'node:zlib';
import { PARTIAL_BLOCK_BYTES } from '../limits.ts';
import { ByteWriter } from './bytes.ts';
import { NO_ROWS, type Rows } from './partial-index.ts';

export class RowWriter {
  readonly #block = new ByteWriter(PARTIAL_BLOCK_BYTES + 4096);
  #blockEntries = 0;
  #ready: Uint8Array[] = [];
  #rows = NO_ROWS;

  /** @param row is kept, where it is long */
  add(row: Uint8Array): void {
    const long = row.length >= PARTIAL_BLOCK_BYTES;
    if (long) this.#flush();
    else this.#block.bytes(row);
    this.#blockEntries += 1;
    if (long) this.#take(row);
    else if (this.#block.length >= PARTIAL_BLOCK_BYTES) this.#flush();
  }

  get hasBlocks(): boolean {
    return this.#ready.length > 0;
  }

  /** The bytes that are ready to be stored; ask while adding, so that they need not be kept. */
  blocks(): Uint8Array[] {
    const ready = this.#ready;
    this.#ready = [];
    return ready;
  }

  /** Nothing is added any more; the last blocks are ready. */
  end(): Rows {
    this.#flush();
    return this.#rows;
  }

  #flush(): void {
    if (this.#blockEntries > 0) this.#take(this.#block.take());
  }

  #take(block: Uint8Array): void {
    const { bytes, entries, crc32: before } = this.#rows;
    this.#rows = {
      bytes: bytes + block.length,
      entries: entries + this.#blockEntries,
      crc32: crc32(block, before),
    };
    this.#ready.push(block);
    this.#blockEntries = 0;
  }
}
