/** How big a run's chunks are, and why. */
import { FanfoldError } from '../errors.ts';
import { CHUNK_BYTES_MAX, CHUNK_BYTES_MIN, CHUNK_SECONDS_GOAL, GROUP_SIZE_DEFAULT, GROUP_SIZE_MAX } from '../limits.ts';
import type { Geometry } from './plan.ts';

/** Below the 30 s goal, a run is spread over this many chunks: more would be mostly cold starts. */
const CHUNKS_GOAL = 64;

export interface GeometryInput {
  /** What was counted of the input; at least this much. Bytes. */
  readonly bytes: number;
  readonly megabytesPerSecond: number;
  /** Given with the request. */
  readonly chunkBytes: number | undefined;
  readonly groupSize: number | undefined;
}

/** Input beyond which the chunk size no longer changes, so that counting may stop. Bytes. */
export const bytesThatDecide = (megabytesPerSecond: number) => goalBytes(megabytesPerSecond) * CHUNKS_GOAL;

/** @throws FANFOLD_REQUEST_INVALID for a chunk or group size out of bounds */
export function chooseGeometry({ bytes, megabytesPerSecond, chunkBytes, groupSize }: GeometryInput): Geometry {
  const width = groupSize ?? GROUP_SIZE_DEFAULT;
  checkSize('groupSize', width, 2, GROUP_SIZE_MAX);
  if (chunkBytes !== undefined) {
    checkSize('chunkBytes', chunkBytes, 1, Number.MAX_SAFE_INTEGER);
    return { chunkBytes, groupSize: width, because: `${chunkBytes} bytes a chunk, as the request says` };
  }
  const goal = goalBytes(megabytesPerSecond);
  const spread = Math.ceil(bytes / CHUNKS_GOAL);
  const chosen = Math.min(goal, Math.max(CHUNK_BYTES_MIN, spread));
  const because =
    chosen === goal
      ? `${CHUNK_SECONDS_GOAL} s of work at ${megabytesPerSecond} MB/s, within ${CHUNK_BYTES_MIN} and ${CHUNK_BYTES_MAX} bytes`
      : `${bytes} bytes spread over ${CHUNKS_GOAL} chunks, of ${CHUNK_BYTES_MIN} bytes at least`;
  return { chunkBytes: chosen, groupSize: width, because };
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
