/** The result divided by key: partition p holds the keys from boundary p - 1 up to boundary p. */
import { BOUNDARIES_BYTES_MAX, BOUNDARY_BYTES_MAX, PARTITIONS_MAX, RESULT_PART_BYTES_GOAL } from '../limits.ts';
import type { Partitions } from './plan.ts';
import { scatterBoundaries } from './scatter.ts';

/** The boundaries of a plan or a message, as keys. */
export const boundaryKeys = (boundaries: readonly string[] = []): Buffer[] =>
  boundaries.map((boundary) => Buffer.from(boundary, 'base64'));

/** What a sample of the input came to. */
export interface Sample {
  /** Of the input that was read, all of it and the half of it that was folded by itself. */
  readonly bytes: number;
  readonly halfBytes: number;
  /** What the pairs of that half take once they are combined, and those of all of it, and how many these are. */
  readonly halfResultBytes: number;
  readonly resultBytes: number;
  readonly keys: number;
  /** The combined pairs of all of it, in byte order of key. */
  pairs(): readonly SampledPair[];
}

export interface SampledPair {
  readonly key: Uint8Array;
  /** Of key and value, encoded. */
  readonly bytes: number;
}

/**
 * How many partitions there are, and where they begin: so many that each comes to about RESULT_PART_BYTES_GOAL, or as many as
 * were asked for. Boundaries follow the sample; whatever they are the result is exact, and only how even it is depends on
 * them.
 */
export function partitionsFrom(
  sample: Sample,
  inputBytes: number,
  asked: number | undefined,
  order: 'key' | 'any',
): Partitions {
  const resultBytes = estimateResultBytes(sample, inputBytes);
  const wanted = asked ?? Math.max(1, Math.min(PARTITIONS_MAX, Math.ceil(resultBytes / RESULT_PART_BYTES_GOAL)));
  const told = `a sample of ${sample.bytes} bytes has ${sample.keys} keys, and tells of a result of about ${resultBytes} bytes`;
  const scatters = order === 'any' && wanted > 1;
  const boundaries = scatters ? scatterBoundaries(wanted) : wanted > 1 ? chooseBoundaries(sample.pairs(), wanted) : [];
  const fewer = boundaries.length + 1 < wanted ? `, and ${wanted} would need more keys, or shorter ones` : '';
  const why = asked === undefined ? `for ${RESULT_PART_BYTES_GOAL} bytes each` : 'as the request says';
  return {
    by: scatters ? 'hash' : 'key',
    boundaries: boundaries.map((boundary) => boundary.toString('base64')),
    because: `${boundaries.length + 1}, ${why}: ${told}${fewer}`,
  };
}

/**
 * The size of the result from its growth between half of the sample and all of it: a power of the input's size (Heaps'
 * law, https://en.wikipedia.org/wiki/Heaps%27_law), of an exponent from 0 (all keys are known) to 1 (all are new).
 */
export function estimateResultBytes(sample: Sample, inputBytes: number): number {
  const { bytes, halfBytes, halfResultBytes, resultBytes } = sample;
  if (resultBytes === 0 || bytes === 0 || inputBytes <= bytes) return resultBytes;
  const grew = halfBytes > 0 && halfResultBytes > 0 && bytes > halfBytes;
  const exponent = grew ? Math.log(resultBytes / halfResultBytes) / Math.log(bytes / halfBytes) : 1;
  return Math.ceil(resultBytes * (inputBytes / bytes) ** Math.min(1, Math.max(0, exponent)));
}

/** How far from even a partition may be for the sake of a shorter boundary. */
const SLACK = 0.1;

/** First keys of partitions that come to about the same bytes of the sample, ascending; fewer where keys are few or long. */
export function chooseBoundaries(pairs: readonly SampledPair[], partitions: number): Buffer[] {
  const before = [0];
  for (const { bytes } of pairs) before.push((before.at(-1) ?? 0) + bytes);
  const width = (before.at(-1) ?? 0) / partitions;
  const boundaries: Buffer[] = [];
  let from = 1;
  for (let partition = 1; partition < partitions && from < pairs.length; partition++) {
    const cut = bestCut(pairs, before, { from, goal: partition * width, slack: SLACK * width });
    from = cut.at + 1;
    if (cut.boundary !== undefined) boundaries.push(cut.boundary);
  }
  return fitting(boundaries);
}

/** A partition begins at a pair; without a boundary where that would be too long. */
interface Cut {
  readonly at: number;
  readonly boundary: Buffer | undefined;
}

/** The shortest boundary near the goal: at the pair that begins nearest to it, or a little off. */
function bestCut(
  pairs: readonly SampledPair[],
  before: readonly number[],
  { from, goal, slack }: { readonly from: number; readonly goal: number; readonly slack: number },
): Cut {
  const off = (at: number) => Math.abs((before[at] ?? 0) - goal);
  let nearest = from;
  while (nearest + 1 < pairs.length && off(nearest + 1) <= off(nearest)) nearest += 1;
  let best = cutAt(pairs, nearest);
  for (let at = nearest - 1; at >= from && off(at) <= slack; at--) best = shorter(best, cutAt(pairs, at));
  for (let at = nearest + 1; at < pairs.length && off(at) <= slack; at++) best = shorter(best, cutAt(pairs, at));
  return best;
}

const lengthOf = ({ boundary }: Cut) => boundary?.length ?? Number.POSITIVE_INFINITY;
const shorter = (best: Cut, other: Cut) => (lengthOf(other) < lengthOf(best) ? other : best);

/** The shortest key after the pair before and not after this one. */
function cutAt(pairs: readonly SampledPair[], at: number): Cut {
  const [earlier, later] = [pairs[at - 1]?.key, pairs[at]?.key];
  if (earlier === undefined || later === undefined) return { at, boundary: undefined };
  let same = 0;
  while (same < earlier.length && earlier[same] === later[same]) {
    same += 1;
    if (same === BOUNDARY_BYTES_MAX) return { at, boundary: undefined };
  }
  return { at, boundary: Buffer.from(later.subarray(0, same + 1)) };
}

/** As many as a message has room for, evenly left out. */
function fitting(boundaries: readonly Buffer[]): Buffer[] {
  let some = [...boundaries];
  const bytes = () => some.reduce((sum, boundary) => sum + Math.ceil(boundary.length / 3) * 4 + 3, 0);
  while (bytes() > BOUNDARIES_BYTES_MAX) some = some.filter((_, i) => i % 2 === 1);
  return some;
}
