/** Encodes one section of a partial: entries in, blocks out as they are full. Cuts partitions by itself, since keys come sorted. */
import { constants, zstdCompressSync } from 'node:zlib';
import { LONG_BYTES_MIN, PARTIAL_BLOCK_BYTES } from '../limits.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { checksumWith, encodeHeader } from './partial-format.ts';
import type { PartitionSize, SectionName } from './partial-index.ts';

/** Under this, compression gains nothing. */
const COMPRESS_BYTES_MIN = 512;
/**
 * Compressing and decompressing take about as long as moving a sixth of the block to S3 and back, and many times as long as
 * a disk does: `node bench/codec.ts`. A block that does not shrink by more is stored as it is, and so are those behind it,
 * which are like it, before one is tried again.
 */
const WORTH_SHARE = 3 / 4;
const UNTRIED_BLOCKS = 31;
const PARAMS = { [constants.ZSTD_c_compressionLevel]: 1 };

export interface SectionSays {
  /** What `Block.numbers` will say: all values are numbers, or short bigints. @default false */
  readonly numbers?: boolean;
  /** Whether every pair is whole in its block, however long, as kernels take them. @default false */
  readonly whole?: boolean;
}

export class SectionWriter {
  readonly name: SectionName;
  readonly #boundaries: readonly Uint8Array[];
  readonly #says: SectionSays;
  readonly #block = new ByteWriter(PARTIAL_BLOCK_BYTES + 4096);
  #blockEntries = 0;
  #ready: Uint8Array[] = [];
  /** Partitions that have ended, and what the one at hand came to. */
  readonly #partitions: PartitionSize[] = [];
  #size: PartitionSize = NOTHING;
  /** Where the partition at hand ends. */
  #next: Uint8Array | undefined;
  #ended = false;
  /** Blocks that compression is not tried on. */
  #untried = 0;
  /** Entries added so far. */
  entries = 0;

  /**
   * @param boundaries the first key of each partition but the first, ascending: n of them make n + 1 partitions
   */
  constructor(name: SectionName, boundaries: readonly Uint8Array[], says: SectionSays) {
    this.name = name;
    this.#says = says;
    this.#boundaries = boundaries;
    this.#next = boundaries[0];
  }

  /** Keys come in byte order. */
  addPair(key: Uint8Array, value: Uint8Array): void {
    while (this.#isBeyond(key)) this.#endPartition();
    const block = this.#block;
    block.varint(key.length);
    block.bytes(key);
    block.varint(value.length);
    if (value.length < LONG_BYTES_MIN || this.#says.whole) block.bytes(value);
    else this.#inPieces(value);
    this.#added(1);
  }

  /** The same for a block of whole pairs that are encoded as they are stored; see `PartialWriter`. */
  addEncodedPairs(encoded: Uint8Array, pairs: number): void {
    if (this.#next !== undefined) {
      const from = new ByteReader(encoded);
      const first = from.bytes(from.varint());
      while (this.#isBeyond(first)) this.#endPartition();
    }
    // kernels take whole pairs, and so they stay
    if (this.#block.length === 0 && encoded.length >= PARTIAL_BLOCK_BYTES) {
      this.entries += pairs;
      this.#blockEntries = pairs;
      this.#store(this.#packed(encoded) ?? Buffer.from(encoded), encoded.length);
      return;
    }
    this.#block.bytes(encoded);
    this.#added(pairs);
  }

  /** Whether `blocks` has any to give. */
  get hasBlocks(): boolean {
    return this.#ready.length > 0;
  }

  /** The bytes that are ready to be stored; ask while adding, so that they need not be kept. */
  blocks(): Uint8Array[] {
    const ready = this.#ready;
    this.#ready = [];
    return ready;
  }

  /** Nothing is added any more. The partitions, without empty ones at the end; the last blocks are ready. */
  end(): readonly PartitionSize[] {
    if (!this.#ended) this.#endPartition();
    this.#ended = true;
    while (this.#partitions.at(-1)?.[0] === 0) this.#partitions.pop();
    return this.#partitions;
  }

  #isBeyond(key: Uint8Array): boolean {
    return this.#next !== undefined && Buffer.compare(key, this.#next) >= 0;
  }

  #added(entries: number): void {
    this.entries += entries;
    this.#blockEntries += entries;
    if (this.#block.length >= PARTIAL_BLOCK_BYTES) this.#flush();
  }

  /** Over as many blocks as it takes. */
  #inPieces(long: Uint8Array): void {
    for (let at = 0; at < long.length; ) {
      if (this.#block.length >= PARTIAL_BLOCK_BYTES) this.#flush();
      const piece = long.subarray(at, at + PARTIAL_BLOCK_BYTES - this.#block.length);
      this.#block.bytes(piece);
      at += piece.length;
    }
  }

  #endPartition(): void {
    this.#flush();
    this.#partitions.push(this.#size);
    this.#size = NOTHING;
    this.#next = this.#boundaries[this.#partitions.length];
  }

  #flush(): void {
    if (this.#block.length === 0) return;
    const raw = this.#block.view();
    this.#store(this.#packed(raw) ?? Buffer.from(raw), raw.length);
    this.#block.reset();
  }

  #store(stored: Buffer, rawBytes: number): void {
    const says = {
      section: this.name,
      partition: this.#partitions.length,
      entries: this.#blockEntries,
      numbers: this.#says.numbers ?? false,
    };
    const header = encodeHeader({ ...says, rawBytes, storedBytes: stored.length }, stored);
    const [bytes, entries, crc] = this.#size;
    const length = header.length + stored.length;
    this.#size = [bytes + length, entries + this.#blockEntries, checksumWith(crc, header, stored.length)];
    this.#ready.push(header, stored);
    this.#blockEntries = 0;
  }

  /** Undefined where a block is stored as it is: which ones are follows from their bytes alone. */
  #packed(raw: Uint8Array): Buffer | undefined {
    if (raw.length < COMPRESS_BYTES_MIN) return undefined;
    if (this.#untried > 0) {
      this.#untried -= 1;
      return undefined;
    }
    // most come to less than half: then there is one piece of memory, and no copy of it
    const packed = zstdCompressSync(raw, { params: PARAMS, chunkSize: raw.length >> 1 });
    if (packed.length < raw.length * WORTH_SHARE) return packed;
    this.#untried = UNTRIED_BLOCKS;
    return undefined;
  }
}

const NOTHING: PartitionSize = [0, 0, 0];
