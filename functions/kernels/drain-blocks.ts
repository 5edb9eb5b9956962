/** What a kernel has sorted, block by block. */
import { PARTIAL_BLOCK_BYTES } from '../limits.ts';
import type { Kernel, KernelExports } from './kernel.ts';
import type { PairBlock } from './pair-block.ts';

/** How a kernel gives what it holds: up to a bound, if there is one; how long it is, and how many entries it was. */
interface Draining {
  readonly drain: KernelExports['drainBlock'];
  readonly entries: KernelExports['blockEntries'];
  /** What a block may be longer than it should, by its last entry. Bytes. */
  readonly beyondBytes: number;
}

/** No block spans a boundary. */
export function* drainBlocks(
  kernel: Kernel,
  boundaries: readonly Uint8Array[],
  { drain, entries, beyondBytes }: Draining,
): Generator<PairBlock> {
  const bounds = boundaries.map((bound) => ({ at: kernel.keep(bound), bytes: bound.length }));
  const out = kernel.exports.alloc(PARTIAL_BLOCK_BYTES + beyondBytes);
  for (const { at, bytes } of [...bounds, { at: 0, bytes: 0 }]) {
    for (;;) {
      const length = drain(out, PARTIAL_BLOCK_BYTES, at, bytes);
      if (length === 0) break;
      yield { bytes: kernel.bytes.subarray(out, out + length), entries: entries.value };
    }
  }
}
