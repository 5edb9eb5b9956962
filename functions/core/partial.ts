/**
 * The stored form of a partial: blocks of entries, then a footer with the summary. Read front to back in one request.
 *
 * ```
 * "FFP1"  block*  footer  length of the footer's JSON (u32)  "1PFF"
 * block  = 'B' rawBytes:u32 storedBytes:u32 crc32:u32 entries:u32 stored     (zstd, or as it is where that is smaller)
 * footer = 'F' bytes:u32 crc32:u32 JSON of { crc32 of all blocks, summary }
 * ```
 * Entries of a keyed job are `varint key bytes, key, varint value bytes, value`, by key; those of a transform are rows
 * of the result as they will stand there.
 */
import { constants, crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { FanfoldError } from '../errors.ts';
import { PARTIAL_BLOCK_BYTES } from '../limits.ts';
import { ByteWriter } from './bytes.ts';
import type { Summary } from './summary.ts';

const MAGIC = Buffer.from('FFP1', 'latin1');
const TRAILER = Buffer.from('1PFF', 'latin1');
const BLOCK = 0x42;
const FOOTER = 0x46;
const BLOCK_HEADER_BYTES = 17;
const FOOTER_HEADER_BYTES = 9;
/** Under this, compression gains nothing. */
const COMPRESS_BYTES_MIN = 512;

/** Collects entries; `blocks()` gives the bytes of those that are full. */
export class PartialWriter {
  readonly #block = new ByteWriter(PARTIAL_BLOCK_BYTES + 4096);
  #blockEntries = 0;
  #ready: Uint8Array[] = [MAGIC];
  #crc = 0;
  /** Entries added so far. */
  entries = 0;

  addPair(key: Uint8Array, value: Uint8Array): void {
    const block = this.#block;
    block.varint(key.length);
    block.bytes(key);
    block.varint(value.length);
    block.bytes(value);
    this.#added(1);
  }

  addRows(bytes: Uint8Array, rows: number): void {
    this.#block.bytes(bytes);
    this.#added(rows);
  }

  /** Whether `blocks` has any to give. */
  get hasBlocks(): boolean {
    return this.#ready.length > 1;
  }

  /** The bytes that are ready to be stored; ask while adding, so that they need not be kept. */
  blocks(): Uint8Array[] {
    const ready = this.#ready;
    this.#ready = [];
    return ready;
  }

  /** The last bytes. */
  end(summary: Summary): Uint8Array[] {
    this.#flush();
    const footer: Footer = { crc32: this.#crc, summary };
    const json = Buffer.from(JSON.stringify(footer));
    const header = Buffer.alloc(FOOTER_HEADER_BYTES);
    header[0] = FOOTER;
    header.writeUInt32LE(json.length, 1);
    header.writeUInt32LE(crc32(json), 5);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(json.length, 0);
    return [...this.blocks(), header, json, length, TRAILER];
  }

  #added(entries: number): void {
    this.entries += entries;
    this.#blockEntries += entries;
    if (this.#block.length >= PARTIAL_BLOCK_BYTES) this.#flush();
  }

  #flush(): void {
    if (this.#block.length === 0) return;
    const raw = this.#block.take();
    const packed =
      raw.length < COMPRESS_BYTES_MIN
        ? raw
        : zstdCompressSync(raw, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
    const stored = packed.length < raw.length ? packed : raw;
    const header = Buffer.alloc(BLOCK_HEADER_BYTES);
    header[0] = BLOCK;
    header.writeUInt32LE(raw.length, 1);
    header.writeUInt32LE(stored.length, 5);
    header.writeUInt32LE(crc32(stored), 9);
    header.writeUInt32LE(this.#blockEntries, 13);
    this.#crc = crc32(stored, crc32(header, this.#crc));
    this.#ready.push(header, stored);
    this.#blockEntries = 0;
  }
}

interface Footer {
  readonly crc32: number;
  readonly summary: Summary;
}

/** A partial without entries, whole: what a failure is. */
export function emptyPartial(summary: Summary): Uint8Array {
  return Buffer.concat(new PartialWriter().end(summary));
}

export interface Block {
  readonly bytes: Buffer;
  readonly entries: number;
}

/** Reads a partial front to back, a block at a time. */
export class PartialReader {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #name: string;
  #buffered: Buffer = Buffer.alloc(0);
  #begun = false;
  #entries = 0;
  #crc = 0;
  #summary: Summary | undefined;

  /** @param name what to call it in errors */
  constructor(source: AsyncIterable<Uint8Array>, name: string) {
    this.#source = source[Symbol.asyncIterator]();
    this.#name = name;
  }

  /** The next block, or undefined after the last. */
  async next(): Promise<Block | undefined> {
    if (this.#summary !== undefined) return undefined;
    if (!this.#begun) {
      this.#begun = true;
      this.#check((await this.#take(4)).equals(MAGIC), 'it does not begin as a partial does');
    }
    const kind = await this.#take(1);
    if (kind[0] === FOOTER) {
      await this.#readFooter();
      return undefined;
    }
    this.#check(kind[0] === BLOCK, `a block of the unknown kind ${kind[0]}`);
    const header = await this.#take(BLOCK_HEADER_BYTES - 1);
    const rawBytes = header.readUInt32LE(0);
    const crc = header.readUInt32LE(8);
    const entries = header.readUInt32LE(12);
    const stored = await this.#take(header.readUInt32LE(4));
    this.#check(crc32(stored) === crc, 'a block has another checksum');
    const bytes = stored.length === rawBytes ? stored : zstdDecompressSync(stored);
    this.#check(bytes.length === rawBytes, 'a block has another length');
    this.#entries += entries;
    this.#crc = crc32(stored, crc32(header, crc32(kind, this.#crc)));
    return { bytes, entries };
  }

  /** What the partial says about itself. Known after the last block. */
  get summary(): Summary {
    if (this.#summary === undefined) throw this.#corrupt('its footer was asked for before its end');
    return this.#summary;
  }

  /** Lets go of the source before its end. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }

  async #readFooter(): Promise<void> {
    const header = await this.#take(FOOTER_HEADER_BYTES - 1);
    const json = await this.#take(header.readUInt32LE(0));
    this.#check(crc32(json) === header.readUInt32LE(4), 'its footer has another checksum');
    const trailer = await this.#take(8);
    this.#check(trailer.subarray(4).equals(TRAILER), 'it does not end as a partial does');
    const { crc32: crc, summary } = JSON.parse(json.toString()) as Footer; // written by `end`, and its checksum holds
    this.#check(crc === this.#crc, 'its blocks are others, or in another order');
    this.#check(summary.entries === this.#entries, 'its blocks hold another number of entries than it says');
    this.#summary = summary;
    await this.close();
  }

  async #take(length: number): Promise<Buffer> {
    if (this.#buffered.length < length) {
      const pieces: Uint8Array[] = [this.#buffered];
      for (let have = this.#buffered.length; have < length; ) {
        const { done, value } = await this.#source.next();
        if (done) throw this.#corrupt('it ends early');
        pieces.push(value);
        have += value.length;
      }
      this.#buffered = Buffer.concat(pieces);
    }
    const taken = this.#buffered.subarray(0, length);
    this.#buffered = this.#buffered.subarray(length);
    return taken;
  }

  #check(ok: boolean, what: string): void {
    if (!ok) throw this.#corrupt(what);
  }

  #corrupt(what: string): FanfoldError {
    return new FanfoldError('FANFOLD_PARTIAL_CORRUPT', `The partial ${this.#name} is damaged: ${what}`, {
      fix: 'Start the run again; if it comes back, something else writes to the results bucket.',
      fatal: true,
    });
  }
}

/** The last bytes of a partial that hold its summary, unless it is unusually long. */
export const SUMMARY_TAIL_BYTES = 64 * 1024;

/**
 * The summary from the last bytes of a partial, without its entries.
 *
 * @returns how many last bytes it takes, where `tail` holds fewer; undefined where it is no end of a partial
 */
export function summaryOfTail(tail: Buffer): Summary | { readonly needsBytes: number } | undefined {
  if (tail.length < 8 || !tail.subarray(-4).equals(TRAILER)) return undefined;
  const length = tail.readUInt32LE(tail.length - 8);
  const start = tail.length - 8 - length;
  if (start < FOOTER_HEADER_BYTES) return { needsBytes: 8 + length + FOOTER_HEADER_BYTES };
  const json = tail.subarray(start, tail.length - 8);
  if (crc32(json) !== tail.readUInt32LE(start - 4)) return undefined;
  return (JSON.parse(json.toString()) as Footer).summary; // written by `end`, and its checksum holds
}
