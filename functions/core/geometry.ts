/** How big a run's chunks are, and why. */
import { FanfoldError } from '../errors.ts';
import {
  CHUNK_BYTES_MAX,
  CHUNK_BYTES_MIN,
  CHUNK_SECONDS_GOAL,
  GROUP_BYTES_GOAL,
  GROUP_SIZE_DEFAULT,
  GROUP_SIZE_MAX,
  GROUP_SIZE_WIDE,
} from '../limits.ts';
import type { Geometry } from './plan.ts';
import { type Ramp, secondsFor } from './ramp.ts';

const MiB = 2 ** 20;
/** Below the 30 s goal, a run is spread over this many chunks: more would be mostly cold starts. */
const CHUNKS_GOAL = 64;
/** Chunks of the goal's size from which on a run is long enough for the last of them not to matter much. Ours: counting
 * the input of a run takes a request for each 1,000 objects. */
const LONG_RUN_CHUNKS = 256;
/** What a chunk costs a worker besides its bytes: an invocation, a write, a listing. Ours, from requests of some 50 ms. */
const CHUNK_OVERHEAD_SECONDS = 0.2;
/** Fewer chunks are preferred as long as they make a run no longer than this: each costs requests. */
const SLOWER_MAX = 1.1;

export interface GeometryInput {
  /** What was counted of the input; at least this much. Bytes. */
  readonly bytes: number;
  readonly megabytesPerSecond: number;
  /** Given with the request. */
  readonly chunkBytes: number | undefined;
  readonly groupSize: number | undefined;
  /** How many chunks are worked at the same time, where that is known. */
  readonly ramp: Ramp | undefined;
}

/** Input beyond which the chunk size no longer changes, so that counting may stop. Bytes. */
export const bytesThatDecide = (megabytesPerSecond: number, ramp: Ramp | undefined) =>
  goalBytes(megabytesPerSecond) * (ramp === undefined ? CHUNKS_GOAL : LONG_RUN_CHUNKS);

/** @throws FANFOLD_REQUEST_INVALID for a chunk or group size out of bounds */
export function chooseGeometry(input: GeometryInput): Geometry {
  const { bytes, megabytesPerSecond, chunkBytes, groupSize, ramp } = input;
  const width = groupSize ?? GROUP_SIZE_DEFAULT;
  checkSize('groupSize', width, 2, GROUP_SIZE_MAX);
  if (chunkBytes !== undefined) {
    checkSize('chunkBytes', chunkBytes, 1, Number.MAX_SAFE_INTEGER);
    return { chunkBytes, groupSize: width, because: `${chunkBytes} bytes a chunk, as the request says` };
  }
  const goal = goalBytes(megabytesPerSecond);
  if (bytes < bytesThatDecide(megabytesPerSecond, ramp)) {
    const shorter = ramp === undefined ? spread(bytes) : fitted(bytes, megabytesPerSecond, goal, ramp);
    if (shorter.chunkBytes < goal) return { ...shorter, groupSize: width };
  }
  const within = `but ${CHUNK_BYTES_MIN / MiB} to ${CHUNK_BYTES_MAX / MiB} MiB`;
  const because = `${CHUNK_SECONDS_GOAL} s of work at the ${megabytesPerSecond} MB/s of its format, ${within}`;
  return { chunkBytes: goal, groupSize: width, because };
}

function spread(bytes: number): Omit<Geometry, 'groupSize'> {
  return {
    chunkBytes: Math.max(CHUNK_BYTES_MIN, Math.ceil(bytes / CHUNKS_GOAL)),
    because: `${bytes} bytes spread over ${CHUNKS_GOAL} chunks, of ${CHUNK_BYTES_MIN / MiB} MiB at least`,
  };
}

/**
 * The largest chunks with which the run ends about as early as with any. Large ones leave those workers without work
 * that come late, and the last of them ends late; small ones are mostly overhead. No order of chunks takes longer than
 * work that never waits, and one chunk more (R. L. Graham, "Bounds on Multiprocessing Timing Anomalies", 1969).
 */
function fitted(bytes: number, megabytesPerSecond: number, goal: number, ramp: Ramp): Omit<Geometry, 'groupSize'> {
  const bytesPerSecond = megabytesPerSecond * 1e6;
  const takes = (chunkBytes: number) => {
    const work = bytes / bytesPerSecond + Math.ceil(bytes / chunkBytes) * CHUNK_OVERHEAD_SECONDS;
    return secondsFor(ramp, work) + Math.min(bytes, chunkBytes) / bytesPerSecond;
  };
  const sizes = [goal];
  for (let size = goal / 2; size >= CHUNK_BYTES_MIN; size /= 2) sizes.push(Math.ceil(size));
  const best = Math.min(...sizes.map(takes));
  const chunkBytes = sizes.find((size) => takes(size) <= best * SLOWER_MAX) ?? goal;
  const { start, perMinute, max } = ramp;
  const processors =
    start >= max
      ? `${max} processors`
      : `processors that are ${start} first, ${perMinute} more a minute, ${max} at most`;
  const seconds = Math.ceil(takes(chunkBytes));
  return {
    chunkBytes,
    because: `${bytes} bytes in about ${seconds} s, by ${processors}: larger chunks would take longer`,
  };
}

/**
 * Wider groups where the result is large: every level of the tree passes over all of it once more. One level of up to
 * GROUP_SIZE_WIDE chunks, else two that are about as wide as each other.
 *
 * @param groupBytes what the chunks of one group come to together
 */
export function widened(geometry: Geometry, chunks: number, groupBytes: number): Geometry {
  const { groupSize, because } = geometry;
  const wide = chunks <= GROUP_SIZE_WIDE ? chunks : Math.min(GROUP_SIZE_MAX, Math.ceil(Math.sqrt(chunks)));
  if (groupBytes <= GROUP_BYTES_GOAL || chunks <= groupSize || wide <= groupSize) return geometry;
  return {
    ...geometry,
    groupSize: wide,
    because: `${because}; groups of ${wide}, since ${groupSize} chunks come to about ${groupBytes} bytes`,
  };
}

function goalBytes(megabytesPerSecond: number): number {
  const goal = Math.round(megabytesPerSecond * 1e6 * CHUNK_SECONDS_GOAL);
  return Math.min(CHUNK_BYTES_MAX, Math.max(CHUNK_BYTES_MIN, goal));
}

function checkSize(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new FanfoldError('FANFOLD_REQUEST_INVALID', `\`${name}\` is ${value}`, {
    fix: `Give a whole number from ${min} to ${max}.`,
  });
}
