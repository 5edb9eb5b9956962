/** A sample by kernels, of jobs that they take: the pairs that `SampleTable` would come to, without `map`, whose code is cold. */
import type { Room } from '../core/memory-bounds.ts';
import { PairTable } from '../core/pair-table.ts';
import type { Sample, SampledPair } from '../core/partitions.ts';
import type { Bulk } from '../formats/format.ts';
import type { Job } from '../job.ts';
import { GroupFold } from '../kernels/group-fold.ts';
import { mergeRuns } from '../kernels/merge-blocks.ts';
import { type PairBlock, pairsIn } from '../kernels/pair-block.ts';
import type { ChunkPlan } from '../kernels/plan.ts';
import { SAMPLE_PAIRS_MAX } from '../limits.ts';
import type { Sampling } from './sample-table.ts';

/** Half of a sample. One is read after the other, so that one kernel does for both, and for the chunk that comes then. */
export class KernelHalf implements Sampling {
  readonly #fold: GroupFold;
  /** What comes of records that the kernel leaves. */
  readonly #left: PairTable;
  #leftPairs = 0;
  #bytes = 0;
  /** Whose rows of CSV the kernel was told of last. */
  #told: Bulk | undefined;

  constructor(plan: ChunkPlan, job: Job, room: Room) {
    this.#fold = new GroupFold(plan, job.combine, room);
    this.#left = new PairTable(job.combine, room);
  }

  get full(): boolean {
    return this.#leftPairs >= SAMPLE_PAIRS_MAX;
  }

  add(_: number, map: () => Iterable<unknown>): void {
    try {
      for (const yielded of map()) {
        if (!Array.isArray(yielded) || this.full) return;
        this.#leftPairs += 1;
        this.#left.add(yielded[0], yielded[1]);
      }
    } catch {}
  }

  read(_: number, bytes: number): void {
    this.#bytes += bytes;
  }

  bulkFor(noteRecords: (taken: number) => void): Bulk {
    const fold = this.#fold;
    let tell = () => false;
    const bulk: Bulk = {
      rows: (dialect, header) => {
        tell = () => fold.rows(dialect, header);
        this.#told = bulk;
        return tell();
      },
      take: (bytes, from, starts, again) => {
        if (this.#told !== bulk) tell();
        this.#told = bulk;
        const before = fold.records;
        const next = fold.take(bytes, from, starts, again);
        noteRecords(fold.records - before);
        return next;
      },
    };
    return bulk;
  }

  /** Nothing can be added afterwards. */
  drain(): SampledHalf {
    const blocks = this.#fold.drain(this.#left.drain(), []);
    return { bytes: Math.round(this.#bytes), blocks: Array.from(blocks, kept) };
  }
}

export interface SampledHalf {
  /** Of the input. */
  readonly bytes: number;
  readonly blocks: readonly PairBlock[];
}

export function joinHalves([half, other]: readonly [SampledHalf, SampledHalf], plan: ChunkPlan, job: Job): Sample {
  const runs = [half.blocks[Symbol.iterator](), other.blocks[Symbol.iterator]()];
  const blocks = Array.from(mergeRuns(runs, { values: plan.values, combine: job.combine }), kept);
  return {
    bytes: half.bytes + other.bytes,
    halfBytes: half.bytes,
    halfResultBytes: bytesIn(half.blocks),
    resultBytes: bytesIn(blocks),
    keys: blocks.reduce((sum, { entries }) => sum + entries, 0),
    pairs: () => sampledPairs(blocks),
  };
}

/** Blocks are valid until the next one is asked for. */
const kept = ({ bytes, entries }: PairBlock): PairBlock => ({ bytes: Buffer.from(bytes), entries });

/** What pairs come to without their lengths. */
function bytesIn(blocks: readonly PairBlock[]): number {
  let sum = 0;
  for (const { bytes } of blocks) for (const { key, value } of pairsIn(bytes)) sum += key.length + value.length;
  return sum;
}

function sampledPairs(blocks: readonly PairBlock[]): SampledPair[] {
  return blocks.flatMap(({ bytes }) =>
    Array.from(pairsIn(bytes), ({ key, value }) => ({ key, bytes: key.length + value.length })),
  );
}
