/** Writes a partial: sections of entries in, bytes out as they are full. */
import { crc32 } from 'node:zlib';
import { assert } from '../errors.ts';
import {
  encodeRowsHeader,
  FOOTER,
  FOOTER_HEADER_BYTES,
  type Footer,
  HEADER_BYTES,
  MAGIC,
  TRAILER,
} from './partial-format.ts';
import type { RowRange, Rows, SectionIndex, SectionName } from './partial-index.ts';
import { type SectionSays, SectionWriter } from './section-writer.ts';
import type { Summary } from './summary.ts';

/** Collects entries; `blocks()` gives the bytes of those that are full. */
export class PartialWriter {
  /** The first key of each partition but the first. */
  readonly boundaries: readonly Uint8Array[];
  readonly #sections: SectionIndex[] = [];
  /** Of sections of rows. */
  readonly #rows = new Map<SectionName, RowRange[]>();
  #section: SectionWriter | undefined;
  #ready: Uint8Array[] = [MAGIC];
  /** Bytes of what stands before the section at hand. */
  #length = MAGIC.length;
  #entries = 0;

  /** @param boundaries the first key of each partition but the first, ascending: n of them make n + 1 partitions */
  constructor(boundaries: readonly Uint8Array[] = []) {
    this.boundaries = boundaries;
  }

  /** Entries added so far. */
  get entries(): number {
    return this.#entries + (this.#section?.entries ?? 0);
  }

  /** Begins a section; what is added before any is the body's. Short sections come first, the body last. */
  section(name: SectionName, says: SectionSays = {}): void {
    this.#endSection();
    this.#section = new SectionWriter(name, this.boundaries, says);
  }

  /** Keys come in byte order, within a section. */
  addPair(key: Uint8Array, value: Uint8Array): void {
    this.#opened.addPair(key, value);
  }

  /**
   * The same for a block of whole pairs that are encoded as they are stored: what a kernel makes. It is taken as it is, so
   * it must lie within one partition, and be as long as a block unless it is the last one there.
   */
  addEncodedPairs(encoded: Uint8Array, pairs: number): void {
    this.#opened.addEncodedPairs(encoded, pairs);
  }

  /**
   * Rows of a section that has nothing else, behind those that it has: stored elsewhere, or here. Then what is returned is
   * to be stored first, and the rows directly behind it.
   */
  rows(name: SectionName, some: Rows | RowRange): Uint8Array[] {
    this.#endSection();
    const { entries, crc32 } = some;
    const rows = this.#rowsOf(name);
    this.#entries += entries;
    if (!('bytes' in some)) {
      rows.push(some);
      return [];
    }
    const { bytes } = some;
    const start = this.#length + HEADER_BYTES;
    this.#length = start + bytes;
    rows.push({ start, end: this.#length, entries, crc32 });
    return [...this.blocks(), encodeRowsHeader({ section: name, entries, bytes })];
  }

  /** Whether `blocks` has any to give. */
  get hasBlocks(): boolean {
    return this.#section?.hasBlocks ?? this.#ready.length > 1;
  }

  /** The bytes that are ready to be stored; ask while adding, so that they need not be kept. */
  blocks(): Uint8Array[] {
    const ready = [...this.#ready, ...(this.#section?.blocks() ?? [])];
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

  get #opened(): SectionWriter {
    if (this.#section === undefined) this.section('body');
    assert(this.#section, 'a section was begun');
    return this.#section;
  }

  #endSection(): void {
    const section = this.#section;
    if (section === undefined) return;
    this.#index(section);
    this.#ready.push(...section.blocks());
    this.#section = undefined;
  }

  #rowsOf(name: SectionName): RowRange[] {
    const section = this.#rows.get(name) ?? [];
    if (!this.#rows.has(name)) {
      this.#rows.set(name, section);
      this.#note({ name, start: this.#length, partitions: [], rows: section });
    }
    return section;
  }

  #index(section: SectionWriter): void {
    const partitions = section.end();
    if (partitions.length > 0) this.#note({ name: section.name, start: this.#length, partitions });
    this.#length += partitions.reduce((sum, [bytes]) => sum + bytes, 0);
    this.#entries += section.entries;
  }

  #note(section: SectionIndex): void {
    const { name } = section;
    assert(!this.#sections.some((other) => other.name === name), `a partial with two sections ${name}`);
    this.#sections.push(section);
  }
}

/** A partial without entries, whole: what a failure is. */
export function emptyPartial(summary: Summary): Uint8Array {
  return Buffer.concat(new PartialWriter().end(summary));
}
