import { PROCESSOR_MIB } from '../limits.ts';

/** Processors that a function of so much memory has, of which a worker gives each a chunk: 1 to 6. */
export const processorsOf = (memoryMiB: number): number => Math.max(1, Math.round(memoryMiB / PROCESSOR_MIB));
