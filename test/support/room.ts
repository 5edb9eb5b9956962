import { MemoryScratch } from '../../functions/adapters/simulated/memory-scratch.ts';
import { type MemoryBounds, memoryBounds, type Room } from '../../functions/core/memory-bounds.ts';

/** Room for what a chunk comes to: that of a function of a gibibyte, but for the bounds that are given. */
export function roomFor(bounds: Partial<MemoryBounds> = {}, files = new MemoryScratch()): Room {
  return { memory: { ...memoryBounds(2 ** 30), ...bounds }, scratch: files.open() };
}
