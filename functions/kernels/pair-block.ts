/** Sorted pairs as they stand in a partial: `varint key bytes, key, varint value bytes, value`. */
import { ByteReader, ByteWriter } from '../core/bytes.ts';
import type { Pair } from '../core/merge.ts';
import { PARTIAL_BLOCK_BYTES } from '../limits.ts';

export interface EncodedPair {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

export interface PairBlock {
  /** Valid until the next block is asked for. */
  readonly bytes: Buffer;
  readonly entries: number;
}

/** Pairs, in their order, in blocks. */
export function* pairBlocks(pairs: Iterable<EncodedPair>): Generator<PairBlock> {
  const block = new ByteWriter(PARTIAL_BLOCK_BYTES + 4096);
  let entries = 0;
  for (const { key, value } of pairs) {
    block.varint(key.length);
    block.bytes(key);
    block.varint(value.length);
    block.bytes(value);
    entries += 1;
    if (block.length < PARTIAL_BLOCK_BYTES) continue;
    yield { bytes: block.view(), entries };
    block.reset();
    entries = 0;
  }
  if (entries > 0) yield { bytes: block.view(), entries };
}

/** The pairs of a block, as views. */
export function* pairsIn(block: Buffer): Generator<Pair> {
  for (const from = new ByteReader(block); !from.done; ) {
    yield { key: from.bytes(from.varint()), value: from.bytes(from.varint()) };
  }
}
