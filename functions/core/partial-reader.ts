/** Reads partials a block at a time, and checks all of it: a whole one front to back, or one partition of one. */
import { crc32, zstdDecompressSync } from 'node:zlib';
import type { FanfoldError } from '../errors.ts';
import { PARTIAL_BLOCK_BYTES } from '../limits.ts';
import { ByteSource } from './byte-source.ts';
import { free } from './bytes.ts';
import { partialCorrupt } from './partial-corrupt.ts';
import {
  type Block,
  checksumWith,
  decodeHeader,
  decodeRowsHeader,
  FOOTER,
  FOOTER_HEADER_BYTES,
  type Footer,
  HEADER_BYTES,
  hasItsChecksum,
  MAGIC,
  TAIL_BYTES,
  TRAILER,
} from './partial-format.ts';
import {
  type Extent,
  type PartitionSize,
  type RowRange,
  type SectionIndex,
  type SectionName,
  whatIsHere,
} from './partial-index.ts';
import type { Summary } from './summary.ts';

/**
 * An input of a merge: entries in byte order of key, a block at a time. While one block is worked on the next is read:
 * memory is these two, and what a store has on its way.
 */
export abstract class EntrySource {
  #ahead: Promise<Block | undefined> | undefined;

  /** Reads the first block. To be asked of many before any is waited for. */
  begin(): void {
    this.#ahead ??= this.#read();
  }

  /** The block that `next` gives, which stays the next. */
  peek(): Promise<Block | undefined> {
    this.begin();
    return this.#ahead ?? Promise.resolve(undefined);
  }

  /** The next block, or undefined after the last, when all checksums have held. One is waited for at a time. */
  async next(): Promise<Block | undefined> {
    this.begin();
    const block = await this.#ahead;
    if (block !== undefined) this.#ahead = this.#read();
    return block;
  }

  /** Lets go of it before its end. */
  abstract close(): Promise<void>;

  protected abstract read(): Promise<Block | undefined>;

  #read(): Promise<Block | undefined> {
    const reading = this.read();
    reading.catch(() => {}); // told when its turn comes
    return reading;
  }
}

/** A whole partial. Its sections follow each other: only one of `body` alone is an input of a merge. */
export class PartialReader extends EntrySource {
  readonly #blocks: BlockReader;
  readonly #seen = new SeenSections(MAGIC.length);
  #begun = false;
  /** Of the rows at hand. */
  #rowBytesLeft = 0;
  #footer: Footer | undefined;

  /** @param name what to call it in errors */
  constructor(source: AsyncIterable<Uint8Array>, name: string) {
    super();
    this.#blocks = new BlockReader(source, name);
  }

  protected async read(): Promise<Block | undefined> {
    if (this.#footer !== undefined) return undefined;
    const blocks = this.#blocks;
    if (this.#rowBytesLeft > 0) return this.#readRows(this.#seen.section, 0);
    if (!this.#begun) {
      this.#begun = true;
      blocks.check((await blocks.take(MAGIC.length)).equals(MAGIC), 'it does not begin as a partial does');
    }
    const kind = await blocks.take(1);
    if (kind[0] === FOOTER) {
      await this.#readFooter();
      return undefined;
    }
    const header = await blocks.header(kind);
    const rows = decodeRowsHeader(header);
    if (rows !== undefined) {
      this.#seen.beginRows(rows.section, rows.entries);
      this.#rowBytesLeft = rows.bytes;
      return this.#readRows(rows.section, rows.entries);
    }
    const { block, storedBytes } = await blocks.next(header);
    this.#seen.add(block, header, storedBytes);
    return block;
  }

  /** Of rows that lie one behind the other; all of their entries are told with the first. */
  async #readRows(section: SectionName, entries: number): Promise<Block> {
    const bytes = await this.#blocks.take(Math.min(PARTIAL_BLOCK_BYTES, this.#rowBytesLeft));
    this.#rowBytesLeft -= bytes.length;
    this.#seen.addRows(bytes);
    return { section, partition: 0, entries, numbers: false, bytes };
  }

  /** What the partial says about itself. Known after the last block. */
  get summary(): Summary {
    if (this.#footer === undefined) throw this.#blocks.corrupt('its footer was asked for before its end');
    return this.#footer.summary;
  }

  close(): Promise<void> {
    return this.#blocks.close();
  }

  async #readFooter(): Promise<void> {
    const blocks = this.#blocks;
    const header = await blocks.take(FOOTER_HEADER_BYTES - 1);
    const json = await blocks.take(header.readUInt32LE(0));
    blocks.check(crc32(json) === header.readUInt32LE(4), 'its footer has another checksum');
    const tail = await blocks.take(TAIL_BYTES);
    blocks.check(tail.subarray(4).equals(TRAILER), 'it does not end as a partial does');
    const footer = JSON.parse(json.toString()) as Footer; // written by `PartialWriter`, and its checksum holds
    const { entries, sections } = this.#seen;
    const { here, elsewhere } = whatIsHere(footer.sections);
    blocks.check(JSON.stringify(here) === JSON.stringify(sections), 'its blocks are others than it says');
    const held = footer.summary.entries === entries + elsewhere;
    blocks.check(held, 'its blocks hold another number of entries than it says');
    this.#footer = footer;
    await this.close();
  }
}

/** Partitions of one section that follow each other, from their bytes alone. */
export class ExtentReader extends EntrySource {
  readonly #blocks: BlockReader;
  /** Those that are not read out, the one at hand first. */
  readonly #left: Extent[];
  #size: PartitionSize = NOTHING;

  /**
   * @param source the bytes of the partial from the first start to the last end
   * @param extents what its footer says of them
   */
  constructor(source: AsyncIterable<Uint8Array>, extents: readonly Extent[], name: string) {
    super();
    this.#blocks = new BlockReader(source, name);
    this.#left = [...extents];
  }

  protected async read(): Promise<Block | undefined> {
    const blocks = this.#blocks;
    for (let extent = this.#left[0]; extent !== undefined; extent = this.#left[0]) {
      const [bytes, entries, crc] = this.#size;
      if (bytes < extent.end - extent.start) {
        const header = await blocks.header(await blocks.take(1));
        const { block, storedBytes } = await blocks.next(header);
        this.#size = grown(this.#size, block, header, storedBytes);
        return block;
      }
      const held = bytes === extent.end - extent.start && entries === extent.entries && crc === extent.crc32;
      blocks.check(held, `the blocks of partition ${extent.partition} are others than its footer says`);
      this.#left.shift();
      this.#size = NOTHING;
    }
    await this.close();
    return undefined;
  }

  close(): Promise<void> {
    return this.#blocks.close();
  }
}

const NOTHING: PartitionSize = [0, 0, 0];

/** One block after the other, each with its checksum. */
class BlockReader {
  readonly #source: ByteSource;
  readonly #name: string;

  constructor(source: AsyncIterable<Uint8Array>, name: string) {
    this.#source = new ByteSource(source);
    this.#name = name;
  }

  /** @param kind the first byte, which was taken already */
  async header(kind: Buffer): Promise<Buffer> {
    return Buffer.concat([kind, await this.take(HEADER_BYTES - 1)]);
  }

  async next(header: Buffer): Promise<{ readonly block: Block; readonly storedBytes: number }> {
    const says = decodeHeader(header);
    if (says === undefined) throw this.corrupt('something else than a block');
    const stored = await this.take(says.storedBytes);
    this.check(hasItsChecksum(header, stored), 'a block has another checksum');
    // one piece of memory, with a byte to spare: it need not be asked whether there is more
    const chunkSize = Math.max(64, says.rawBytes + 1);
    const packed = stored.length !== says.rawBytes;
    const bytes = packed ? zstdDecompressSync(stored, { chunkSize }) : stored;
    if (packed) free(stored);
    this.check(bytes.length === says.rawBytes, 'a block has another length');
    const { section, partition, entries, numbers, storedBytes } = says;
    return { block: { section, partition, entries, numbers, bytes }, storedBytes };
  }

  async take(length: number): Promise<Buffer> {
    const taken = await this.#source.take(length);
    if (taken === undefined) throw this.corrupt('it ends early');
    return taken;
  }

  close(): Promise<void> {
    return this.#source.close();
  }

  check(ok: boolean, what: string): void {
    if (!ok) throw this.corrupt(what);
  }

  corrupt(what: string): FanfoldError {
    return partialCorrupt(this.#name, what);
  }
}

interface SeenSection extends SectionIndex {
  readonly partitions: PartitionSize[];
  readonly rows?: RowRange[];
}

/** The index that the blocks come to, to be compared with the one that is stored. */
class SeenSections {
  readonly sections: SeenSection[] = [];
  entries = 0;
  #at: number;

  constructor(start: number) {
    this.#at = start;
  }

  /** The one that was added to last. */
  get section(): SectionName {
    return this.sections.at(-1)?.name ?? 'body';
  }

  add(block: Block, header: Buffer, storedBytes: number): void {
    const { partitions } = this.#opened(block.section);
    while (partitions.length <= block.partition) partitions.push(NOTHING);
    partitions[block.partition] = grown(partitions[block.partition], block, header, storedBytes);
    this.entries += block.entries;
    this.#at += header.length + storedBytes;
  }

  beginRows(name: SectionName, entries: number): void {
    const { rows } = this.#opened(name, []);
    this.#at += HEADER_BYTES;
    rows?.push({ start: this.#at, end: this.#at, entries, crc32: 0 });
    this.entries += entries;
  }

  addRows(bytes: Buffer): void {
    const { rows } = this.sections.at(-1) ?? {};
    const last = rows?.pop();
    this.#at += bytes.length;
    if (last !== undefined) rows?.push({ ...last, end: this.#at, crc32: crc32(bytes, last.crc32) });
  }

  #opened(name: SectionName, rows?: RowRange[]): SeenSection {
    const last = this.sections.at(-1);
    if (last?.name === name) return last;
    const section = { name, start: this.#at, partitions: [], ...(rows === undefined ? {} : { rows }) };
    this.sections.push(section);
    return section;
  }
}

function grown(
  [bytes, entries, crc]: PartitionSize = NOTHING,
  block: Block,
  header: Buffer,
  storedBytes: number,
): PartitionSize {
  const length = header.length + storedBytes;
  return [bytes + length, entries + block.entries, checksumWith(crc, header, storedBytes)];
}
