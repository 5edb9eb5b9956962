/**
 * The stored form of a partial: blocks of entries, then a footer that says what is where. It is read front to back in
 * one request, or one partition of one section in one ranged request once the footer is known.
 *
 * ```
 * "FFP2"  (block | rows)*  footer  length of the footer's JSON (u32)  "2PFF"
 * block  = ('B' | 'N') section:u8 partition:u16 entries:u32 rawBytes:u32 storedBytes:u32 crc32:u32 stored
 *          (zstd, or as it is where that is smaller; the checksum covers the header before it, and what is stored)
 * rows   = 'R' section:u8 0:u16 entries:u64 bytes:u64 the bytes
 * footer = 'F' bytes:u32 crc32:u32 JSON of { summary, sections: [{ name, start, partitions: [[bytes, entries, crc32], …] }] }
 * ```
 * Entries of a keyed job are `varint key bytes, key, varint value bytes, value`, by key, in blocks; those of a transform
 * are rows, or if they are sorted, pairs in blocks of what they are sorted by and the row (empty for a row that is its key
 * and a line end). A value of LONG_BYTES_MIN and more goes on in as many blocks as it takes, so that an input of a merge
 * holds little of it until its turn; the last of them counts it.
 *
 * An 'N' says that all values of its section are numbers, or bigints of at most LONG_BYTES_MIN bytes, so that its blocks
 * hold whole pairs: kernels can merge it.
 *
 * A *section* is one run of entries, sorted by itself. All partials have `body`; where a chunk does not know yet how its
 * input begins, what depends on that comes in sections of its own, stored before the body since they are short. Which of
 * them count, and in which order, the summaries say (lanes.ts); a reader of the whole partial gets one section after the
 * other, so only partials of a body alone are inputs of a merge as they are. Others are read by extents.
 *
 * A *partition* is what lies between two of the plan's boundaries, in each section by itself: no block spans two, so the
 * bytes of a partition are contiguous. Its checksum covers all of them, headers included. A section that lacks
 * partitions at its end, or a section that is not there, has nothing in them.
 *
 * *Rows* stand as they will in the result, neither compressed nor divided, since that is what a copy where they lie can
 * take. Of a section that has them the footer says `rows: [{ start, end, entries, crc32 }, …]` instead of partitions, where
 * bytes [start, end) are those of this partial, or with `of: { key, etag }` of another one of the run.
 */
import { crc32 } from 'node:zlib';
import { crc32Combine } from './crc32-combine.ts';
import { SECTIONS, type SectionIndex, type SectionName } from './partial-index.ts';
import type { Summary } from './summary.ts';

export const MAGIC = Buffer.from('FFP2', 'latin1');
export const TRAILER = Buffer.from('2PFF', 'latin1');
const BLOCK = 0x42;
const NUMBERS = 0x4e;
const ROWS = 0x52;
export const FOOTER = 0x46;
/** Of blocks, and of rows. */
export const HEADER_BYTES = 20;
/** Of a block's header: what it covers ends here. */
const CHECKSUM_AT = 16;
export const FOOTER_HEADER_BYTES = 9;
/** After the footer's JSON: its length again, and the trailer. */
export const TAIL_BYTES = 8;

export interface Footer {
  readonly summary: Summary;
  /** In the order in which they are stored. */
  readonly sections: readonly SectionIndex[];
}

/** What a reader of a partial gives: entries of one partition, all of them whole but long values. */
export interface Block {
  readonly section: SectionName;
  readonly partition: number;
  readonly entries: number;
  /** Whether kernels can merge what is in its section: numbers. */
  readonly numbers: boolean;
  /** The receiver's own: nobody else has this memory. */
  readonly bytes: Buffer;
}

export interface BlockHeader {
  readonly section: SectionName;
  readonly partition: number;
  readonly entries: number;
  readonly numbers: boolean;
  readonly rawBytes: number;
  readonly storedBytes: number;
}

/** A block's header, with the checksum of both. */
export function encodeHeader(block: BlockHeader, stored: Uint8Array): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  header[0] = block.numbers ? NUMBERS : BLOCK;
  header[1] = SECTIONS.indexOf(block.section);
  header.writeUInt16LE(block.partition, 2);
  header.writeUInt32LE(block.entries, 4);
  header.writeUInt32LE(block.rawBytes, 8);
  header.writeUInt32LE(block.storedBytes, 12);
  header.writeUInt32LE(blockChecksum(header, stored), CHECKSUM_AT);
  return header;
}

/** Undefined where the bytes are no header of a block. */
export function decodeHeader(header: Buffer): BlockHeader | undefined {
  const section = SECTIONS[header.readUInt8(1)];
  if ((header[0] !== BLOCK && header[0] !== NUMBERS) || section === undefined) return undefined;
  return {
    section,
    partition: header.readUInt16LE(2),
    entries: header.readUInt32LE(4),
    numbers: header[0] === NUMBERS,
    rawBytes: header.readUInt32LE(8),
    storedBytes: header.readUInt32LE(12),
  };
}

export interface RowsHeader {
  readonly section: SectionName;
  readonly entries: number;
  readonly bytes: number;
}

export function encodeRowsHeader({ section, entries, bytes }: RowsHeader): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header[0] = ROWS;
  header[1] = SECTIONS.indexOf(section);
  header.writeBigUInt64LE(BigInt(entries), 4);
  header.writeBigUInt64LE(BigInt(bytes), 12);
  return header;
}

/** Undefined where the bytes are no header of rows. */
export function decodeRowsHeader(header: Buffer): RowsHeader | undefined {
  const section = SECTIONS[header.readUInt8(1)];
  if (header[0] !== ROWS || section === undefined || header.readUInt16LE(2) !== 0) return undefined;
  return { section, entries: Number(header.readBigUInt64LE(4)), bytes: Number(header.readBigUInt64LE(12)) };
}

export const hasItsChecksum = (header: Buffer, stored: Uint8Array) =>
  header.readUInt32LE(CHECKSUM_AT) === blockChecksum(header, stored);

const blockChecksum = (header: Buffer, stored: Uint8Array) => crc32(stored, crc32(header.subarray(0, CHECKSUM_AT)));

/**
 * The checksum of what stands before a block, header and all, together with the block. It follows from the block's own: both
 * are of the same stored bytes behind something else, and reading those once more takes ten times as long.
 */
export function checksumWith(before: number, header: Buffer, storedBytes: number): number {
  const other = crc32(header.subarray(0, CHECKSUM_AT)) ^ crc32(header, before);
  return crc32Combine(other, header.readUInt32LE(CHECKSUM_AT), storedBytes);
}
