/**
 * The fan-in tree of a run, from its number of chunks and the width of its groups alone. Level 0 are the chunks; the
 * node i of level l merges the group i of level l - 1. The highest level has at most one group, the top group, and
 * publication is its parent: so a run of up to `groupSize` chunks has no aggregation between work and result.
 */

/** Nodes of each level, lowest first. */
export function levelSizes(chunks: number, groupSize: number): number[] {
  const sizes = [chunks];
  for (let size = chunks; size > groupSize; ) {
    size = Math.ceil(size / groupSize);
    sizes.push(size);
  }
  return sizes;
}

/** Nodes [first, end) of a level: siblings, or a node's children. */
export interface Members {
  readonly level: number;
  readonly first: number;
  readonly end: number;
}

/** The siblings in one group of a level. */
export function groupMembers(chunks: number, groupSize: number, level: number, group: number): Members {
  const size = levelSizes(chunks, groupSize)[level] ?? 0;
  return { level, first: group * groupSize, end: Math.min(size, (group + 1) * groupSize) };
}

/** What stands above a group: a node of the next level, or publication. */
export function parentOf(
  chunks: number,
  groupSize: number,
  level: number,
  group: number,
): { readonly kind: 'node'; readonly level: number; readonly index: number } | { readonly kind: 'publish' } {
  const top = levelSizes(chunks, groupSize).length - 1;
  return level >= top ? { kind: 'publish' } : { kind: 'node', level: level + 1, index: group };
}

/** The chunks [first, end) that a node stands for. */
export function chunksUnder(
  chunks: number,
  groupSize: number,
  level: number,
  index: number,
): { first: number; end: number } {
  const width = groupSize ** level;
  return { first: index * width, end: Math.min(chunks, (index + 1) * width) };
}
