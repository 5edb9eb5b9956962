/** Groups in a kernel's hash table, and those that took too much memory, in scratch. */
import type { Combine } from '../core/growing.ts';
import type { Room } from '../core/memory-bounds.ts';
import { sumBeyondNumbers } from '../core/too-large.ts';
import { drainBlocks } from './drain-blocks.ts';
import { type Kernel, letGo, takeKernel } from './kernel.ts';
import { mergeRuns } from './merge-blocks.ts';
import { type EncodedPair, type PairBlock, pairBlocks } from './pair-block.ts';
import type { ValueKinds } from './plan.ts';
import { SpilledRuns } from './spilled-runs.ts';

/** A pair without its key at most: sixteen values, and lengths. */
const VALUE_BYTES_MAX = 1024;

export class GroupTable {
  readonly kernel: Kernel = takeKernel();
  readonly #open: (kernel: Kernel) => void;
  readonly #bytesMax: number;
  readonly #mergeBytesMax: number;
  #spills: SpilledRuns;

  /** @param open prepares a kernel that was reset: its values, and what puts groups into it */
  constructor({ memory, scratch }: Room, open: (kernel: Kernel) => void) {
    this.#open = open;
    this.#bytesMax = memory.tableBytesMax;
    this.#mergeBytesMax = memory.mergeBytesMax;
    this.#spills = new SpilledRuns(scratch);
    this.#begin();
  }

  get full(): boolean {
    return this.kernel.exports.tableBytes() > this.#bytesMax;
  }

  /**
   * Bytes that its groups take, or have taken: a kernel's memory does not shrink. Follows from what was put in alone, and not
   * from what the kernel was used for before.
   */
  get taken(): number {
    return this.#spills.count > 0 ? this.#bytesMax : Math.min(this.#bytesMax, this.kernel.exports.tableBytes());
  }

  /** Moves all groups to scratch. */
  spill(): void {
    this.#spills.write(this.sorted([]));
    this.#begin();
  }

  /**
   * Every group in byte order of key, in blocks as they stand in a partial. Nothing can be put in afterwards.
   *
   * @param later pairs that come after all of the table's, in byte order of key
   */
  *drain(
    values: ValueKinds,
    combine: Combine,
    boundaries: readonly Uint8Array[],
    later: readonly EncodedPair[],
  ): Generator<PairBlock> {
    if (this.#spills.count === 0 && later.length === 0) {
      yield* this.sorted(boundaries);
    } else {
      this.#spills = this.#spills.within(this.#mergeBytesMax, (runs) => mergeRuns(runs, { values, combine }));
      const runs = [...this.#spills.read(), this.sorted([]), pairBlocks(later)];
      yield* mergeRuns(runs, { values, combine, boundaries });
    }
    this.#spills.close();
    letGo(this.kernel);
  }

  /** The groups at hand, sorted. */
  *sorted(boundaries: readonly Uint8Array[]): Generator<PairBlock> {
    const { exports } = this.kernel;
    exports.sortGroups();
    yield* drainBlocks(this.kernel, boundaries, {
      drain: exports.drainBlock,
      entries: exports.blockEntries,
      beyondBytes: exports.keyBytesMax.value + VALUE_BYTES_MAX,
    });
    const strange = exports.strangeKey.value;
    if (strange === 0) return;
    throw sumBeyondNumbers(this.kernel.bytes.subarray(strange, strange + exports.strangeBytes.value));
  }

  #begin(): void {
    this.kernel.reset();
    this.#open(this.kernel);
  }
}
