/** Writes a partial: entries in, bytes out as they are full. Cuts partitions by itself, since keys come sorted. */
import { constants, crc32, zstdCompressSync } from 'node:zlib';
import { assert } from '../errors.ts';
import { PARTIAL_BLOCK_BYTES } from '../limits.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import {
  encodeHeader,
  FOOTER,
  FOOTER_HEADER_BYTES,
  type Footer,
  MAGIC,
  type PartitionSize,
  type SectionIndex,
  type SectionName,
  TRAILER,
} from './partial-format.ts';
import type { Summary } from './summary.ts';

/** Under this, compression gains nothing. */
const COMPRESS_BYTES_MIN = 512;

/** Collects entries; `blocks()` gives the bytes of those that are full. */
export class PartialWriter {
  readonly #boundaries: readonly Uint8Array[];
  readonly #block = new ByteWriter(PARTIAL_BLOCK_BYTES + 4096);
  readonly #sections: SectionIndex[] = [];
  #section: OpenSection | undefined;
  #blockEntries = 0;
  #ready: Uint8Array[] = [MAGIC];
  /** Bytes that are ready or were given away. */
  #length = MAGIC.length;
  /** Entries added so far. */
  entries = 0;

  /** @param boundaries the first key of each partition but the first, ascending: n of them make n + 1 partitions */
  constructor(boundaries: readonly Uint8Array[] = []) {
    this.#boundaries = boundaries;
  }

  /** Begins a section; what is added before any is the body's. Short sections come first, the body last. */
  section(name: SectionName): void {
    this.#endSection();
    assert(!this.#sections.some((section) => section.name === name), `a partial with two sections ${name}`);
    this.#section = { name, start: this.#length, partitions: [], next: this.#boundaries[0], size: [0, 0, 0] };
  }

  /** Keys come in byte order, within a section. */
  addPair(key: Uint8Array, value: Uint8Array): void {
    const section = this.#sectionFor(key);
    const block = this.#block;
    block.varint(key.length);
    block.bytes(key);
    block.varint(value.length);
    block.bytes(value);
    this.#added(section, 1);
  }

  /** The same for whole pairs that are encoded as they are stored, any number of them. */
  addEncodedPairs(encoded: Uint8Array): void {
    const from = new ByteReader(encoded);
    let section = this.#opened;
    let start = 0;
    let entries = 0;
    const addUpTo = (end: number) => {
      this.#block.bytes(encoded.subarray(start, end));
      this.#added(section, entries);
      start = end;
      entries = 0;
    };
    while (!from.done) {
      const at = from.at;
      const key = from.bytes(from.varint());
      from.bytes(from.varint());
      if (isBeyond(section, key)) {
        addUpTo(at);
        section = this.#sectionFor(key);
      }
      entries += 1;
      if (this.#block.length + from.at - start >= PARTIAL_BLOCK_BYTES) addUpTo(from.at);
    }
    addUpTo(encoded.length);
  }

  /** Rows as they will stand in the result. */
  addRows(bytes: Uint8Array, rows: number): void {
    const section = this.#opened;
    this.#block.bytes(bytes);
    this.#added(section, rows);
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
    this.#endSection();
    const footer: Footer = { summary, sections: this.#sections };
    const json = Buffer.from(JSON.stringify(footer));
    const header = Buffer.alloc(FOOTER_HEADER_BYTES);
    header[0] = FOOTER;
    header.writeUInt32LE(json.length, 1);
    header.writeUInt32LE(crc32(json), 5);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(json.length, 0);
    return [...this.blocks(), header, json, length, TRAILER];
  }

  get #opened(): OpenSection {
    if (this.#section === undefined) this.section('body');
    assert(this.#section, 'a section was begun');
    return this.#section;
  }

  /** The section at hand, in the partition of a key. */
  #sectionFor(key: Uint8Array): OpenSection {
    const section = this.#opened;
    while (isBeyond(section, key)) this.#endPartition(section);
    return section;
  }

  #added(section: OpenSection, entries: number): void {
    this.entries += entries;
    this.#blockEntries += entries;
    if (this.#block.length >= PARTIAL_BLOCK_BYTES) this.#flush(section);
  }

  #endSection(): void {
    const section = this.#section;
    if (section === undefined) return;
    this.#endPartition(section);
    const { name, start, partitions } = section;
    while (partitions.at(-1)?.[0] === 0) partitions.pop();
    if (partitions.length > 0) this.#sections.push({ name, start, partitions });
    this.#section = undefined;
  }

  #endPartition(section: OpenSection): void {
    this.#flush(section);
    section.partitions.push(section.size);
    section.size = [0, 0, 0];
    section.next = this.#boundaries[section.partitions.length];
  }

  #flush(section: OpenSection): void {
    if (this.#block.length === 0) return;
    const raw = this.#block.take();
    const packed =
      raw.length < COMPRESS_BYTES_MIN
        ? raw
        : zstdCompressSync(raw, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
    const stored = packed.length < raw.length ? packed : raw;
    const entries = this.#blockEntries;
    const partition = section.partitions.length;
    const sizes = { rawBytes: raw.length, storedBytes: stored.length };
    const header = encodeHeader({ section: section.name, partition, entries, ...sizes }, stored);
    const [bytes, before, crc] = section.size;
    const length = header.length + stored.length;
    section.size = [bytes + length, before + entries, crc32(stored, crc32(header, crc))];
    this.#length += length;
    this.#ready.push(header, stored);
    this.#blockEntries = 0;
  }
}

interface OpenSection {
  readonly name: SectionName;
  readonly start: number;
  /** Those that have ended. */
  readonly partitions: PartitionSize[];
  /** Where the partition at hand ends. */
  next: Uint8Array | undefined;
  /** What the partition at hand came to. */
  size: PartitionSize;
}

const isBeyond = ({ next }: OpenSection, key: Uint8Array) => next !== undefined && Buffer.compare(key, next) >= 0;

/** A partial without entries, whole: what a failure is. */
export function emptyPartial(summary: Summary): Uint8Array {
  return Buffer.concat(new PartialWriter().end(summary));
}
