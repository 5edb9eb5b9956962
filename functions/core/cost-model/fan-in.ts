/** Seconds, reads and storage of what stands between chunks and the manifest. */
import {
  JOINED_BYTES_GOAL,
  PART_BYTES_MIN,
  PARTITIONS_MAX,
  PROCESSOR_MIB,
  RESULT_PART_BYTES_GOAL,
} from '../../limits.ts';
import { FOOTER_TAIL_BYTES } from '../partial-tail.ts';
import { levelSizes } from '../tree.ts';
import * as known from './assumptions.ts';

export interface FanIn {
  readonly depth: number;
  readonly nodes: number;
  readonly parts: number;
  /** Children read by nodes and by publication. */
  readonly reads: number;
  /** Writes of result objects, besides one each. */
  readonly copies: number;
  /** Listings of groups before they are read. */
  readonly lists: number;
  readonly aggregatorSeconds: number;
  readonly seconds: number;
  /** Partials of all levels. */
  readonly storedBytes: number;
}

export interface Tree {
  readonly chunks: number;
  readonly groupSize: number;
  /** Bytes of the partial of so many chunks. */
  readonly sizeOf: (chunksUnder: number) => number;
  /** Of the aggregator. */
  readonly memoryMiB: number;
}

/** Pairs and sorted rows: each level merges what the one below it wrote. */
export function mergingFanIn({ chunks, groupSize, sizeOf, memoryMiB }: Tree): FanIn {
  const rate = known.MERGE_MEGABYTES_PER_SECOND * Math.min(1, memoryMiB / PROCESSOR_MIB) * 1e6;
  const sizes = levelSizes(chunks, groupSize);
  let [aggregatorSeconds, seconds, reads, storedBytes, under] = [0, 0, 0, chunks * sizeOf(1), 1];
  for (const [level, size] of sizes.entries()) {
    if (level === 0) continue;
    const children = sizes[level - 1] ?? 0;
    const nodeSeconds = known.STEP_SECONDS + (Math.min(groupSize, children) * sizeOf(under)) / rate;
    seconds += nodeSeconds;
    aggregatorSeconds += known.STEP_SECONDS * size + (children * sizeOf(under)) / rate;
    reads += children;
    under *= groupSize;
    storedBytes += size * sizeOf(under);
  }
  const top = sizes.at(-1) ?? 1;
  const parts = Math.min(PARTITIONS_MAX, Math.max(1, Math.ceil(sizeOf(chunks) / RESULT_PART_BYTES_GOAL)));
  const mergeSeconds = (top * sizeOf(under)) / rate;
  const steps = parts === 1 ? 1 : 3; // publication, its parts side by side, and publication again
  return {
    depth: sizes.length,
    nodes: sizes.slice(1).reduce((sum, size) => sum + size, 0),
    parts,
    reads: reads + top * (parts === 1 ? 1 : parts + 1),
    copies: 0,
    lists: 0,
    aggregatorSeconds: aggregatorSeconds + mergeSeconds + (parts + steps) * known.STEP_SECONDS,
    seconds: seconds + mergeSeconds / parts + steps * known.STEP_SECONDS,
    storedBytes,
  };
}

/** Rows that are joined where they are stored: only pieces that are too small to be copied pass through. */
export function joiningFanIn({ chunks, groupSize, sizeOf }: Tree): FanIn {
  const rate = known.NETWORK_MEGABYTES_PER_SECOND * 1e6;
  const sizes = levelSizes(chunks, groupSize);
  const isSmall = (bytes: number) => bytes < PART_BYTES_MIN;
  const readsOf = (bytes: number) => (isSmall(bytes) && bytes > FOOTER_TAIL_BYTES ? 2 : 1);
  let [aggregatorSeconds, seconds, reads, storedBytes, under, pieces] = [0, 0, 0, chunks * sizeOf(1), 1, chunks];
  for (const [level, size] of sizes.entries()) {
    if (level === 0) continue;
    const children = sizes[level - 1] ?? 0;
    const each = sizeOf(under);
    const passing = isSmall(each) ? each : 0;
    seconds += known.STEP_SECONDS + (Math.min(groupSize, children) * passing) / rate;
    aggregatorSeconds += known.STEP_SECONDS * size + (children * passing) / rate;
    storedBytes += children * passing;
    reads += children * readsOf(each);
    if (passing > 0) pieces = size;
    under *= groupSize;
  }
  const top = sizes.at(-1) ?? 1;
  const bytes = sizeOf(chunks);
  const parts = Math.min(PARTITIONS_MAX, Math.max(1, Math.ceil(bytes / JOINED_BYTES_GOAL)));
  const joinSeconds = bytes / (known.JOIN_MEGABYTES_PER_SECOND * 1e6);
  const steps = parts === 1 ? 1 : 3;
  const nodes = sizes.slice(1).reduce((sum, size) => sum + size, 0);
  return {
    depth: sizes.length,
    nodes,
    parts,
    lists: nodes + 1,
    reads: reads + top * readsOf(sizeOf(under)) * (parts === 1 ? 1 : 2),
    copies: isSmall(bytes) ? 0 : pieces + 2 * parts,
    aggregatorSeconds: aggregatorSeconds + joinSeconds + (parts + steps) * known.STEP_SECONDS,
    seconds: seconds + joinSeconds / parts + steps * known.STEP_SECONDS,
    storedBytes,
  };
}
