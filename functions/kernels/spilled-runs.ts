/** Sorted runs of encoded pairs in a scratch file: what a kernel's groups or lines came to whenever they took too much memory. */
import { free } from '../core/bytes.ts';
import type { ScratchFile, ScratchFiles } from '../core/scratch-file.ts';
import { PARTIAL_BLOCK_BYTES, SPILLS_MERGED_MAX } from '../limits.ts';
import type { PairBlock } from './pair-block.ts';

/** A run that is merged has a block here, and one in the kernel. */
const BLOCKS_OF_A_RUN = 2;

interface StoredBlock {
  readonly start: number;
  readonly end: number;
  readonly entries: number;
}

export class SpilledRuns {
  readonly #scratch: ScratchFiles;
  /** Of each run where its blocks lie. */
  readonly #runs: StoredBlock[][] = [];
  #file: ScratchFile | undefined;
  /** The longest block. */
  #blockBytesMax = PARTIAL_BLOCK_BYTES;

  constructor(scratch: ScratchFiles) {
    this.#scratch = scratch;
  }

  get count(): number {
    return this.#runs.length;
  }

  write(blocks: Iterable<PairBlock>): void {
    this.#file ??= this.#scratch.create();
    const run: StoredBlock[] = [];
    for (const { bytes, entries } of blocks) {
      const start = this.#file.length;
      this.#file.append(bytes);
      run.push({ start, end: this.#file.length, entries });
      this.#blockBytesMax = Math.max(this.#blockBytesMax, bytes.length);
    }
    this.#runs.push(run);
  }

  /** Each run, to be read a block at a time. */
  read(): Generator<PairBlock>[] {
    return this.#runs.map((run) => this.#blocks(run));
  }

  /**
   * So few that this much memory is enough to merge them all at once, with what is in memory: neighbours are merged, in
   * several passes where there are many. Two at a time take what they take. What these become is in others, and these are
   * closed.
   */
  within(mergeBytesMax: number, merge: (runs: Generator<PairBlock>[]) => Iterable<PairBlock>): SpilledRuns {
    const fit = Math.floor(mergeBytesMax / (BLOCKS_OF_A_RUN * this.#blockBytesMax));
    const width = Math.max(2, Math.min(SPILLS_MERGED_MAX, fit));
    if (this.count < width) return this;
    const fewer = new SpilledRuns(this.#scratch);
    const runs = this.read();
    for (let i = 0; i < runs.length; i += width) fewer.write(merge(runs.slice(i, i + width)));
    this.close();
    return fewer.within(mergeBytesMax, merge);
  }

  close(): void {
    this.#file?.close();
  }

  *#blocks(run: readonly StoredBlock[]): Generator<PairBlock> {
    for (const { start, end, entries } of run) {
      const bytes = Buffer.allocUnsafe(end - start);
      this.#file?.read(start, bytes);
      yield { bytes, entries };
      free(bytes);
    }
  }
}
