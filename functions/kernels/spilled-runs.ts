/** Sorted runs of encoded pairs in a scratch file: what a kernel's groups came to whenever they took too much memory. */
import { free } from '../core/bytes.ts';
import type { ScratchFile, ScratchFiles } from '../core/scratch-file.ts';
import type { PairBlock } from './pair-block.ts';

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
    }
    this.#runs.push(run);
  }

  /** Each run, to be read a block at a time. */
  read(): Generator<PairBlock>[] {
    return this.#runs.map((run) => this.#blocks(run));
  }

  /** Fewer and longer ones: each `width` neighbours become one. These are closed. */
  fewer(width: number, merge: (runs: Generator<PairBlock>[]) => Iterable<PairBlock>): SpilledRuns {
    const fewer = new SpilledRuns(this.#scratch);
    const runs = this.read();
    for (let i = 0; i < runs.length; i += width) fewer.write(merge(runs.slice(i, i + width)));
    this.close();
    return fewer;
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
