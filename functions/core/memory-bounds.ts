/** What a step may hold in memory: shares of what its process has, never of what its data needs. */
import { MERGE_MEMORY_SHARE, TABLE_MEMORY_SHARE, VALUE_MEMORY_SHARE } from '../limits.ts';
import type { ScratchFiles } from './scratch-file.ts';

export interface MemoryBounds {
  /** Pairs or rows of a chunk, as they lie in memory: more of them are written to scratch, sorted. Bytes. */
  readonly tableBytesMax: number;
  /** One value, as it lies in memory, or one row as it is written: a larger one is refused. Bytes. */
  readonly valueBytesMax: number;
  /** What is read ahead of all sorted spills that are merged together. Bytes. */
  readonly mergeBytesMax: number;
}

/** @param processBytes memory of the function, or the thread's share of a laptop's */
export function memoryBounds(processBytes: number): MemoryBounds {
  const share = (part: number) => Math.floor(processBytes * part);
  return {
    tableBytesMax: share(TABLE_MEMORY_SHARE),
    valueBytesMax: share(VALUE_MEMORY_SHARE),
    mergeBytesMax: share(MERGE_MEMORY_SHARE),
  };
}

/** What a chunk may use besides its input. */
export interface Room {
  readonly memory: MemoryBounds;
  readonly scratch: ScratchFiles;
}
