/**
 * What V8 is told of a function's memory. On its own Lambda gives it 90 % of the function for objects that stay, and 5 %
 * for each half of the space where objects begin
 * (https://dev.to/wonderfulsoap/deep-dive-into-aws-lambda-3-official-nodejs-runtime-analysis-43je); with either option in
 * NODE_OPTIONS it leaves both alone. That is too much of each: blocks that are read and written lie outside of V8's heap,
 * and go only when the small objects in front of them are collected, which a large space puts off.
 */

import { OLD_SPACE_SHARE } from '../functions/limits.ts';

/** Of a processor's share of memory, a half of the space where objects begin; V8 takes powers of two. */
const SEMI_SPACE_SHARE = 1 / 128;
/** V8's own, where there is memory enough. */
const SEMI_SPACE_MIB_MAX = 16;

/**
 * Options of Node for a function of so much memory.
 *
 * @param processors threads that share it; the options hold for each
 */
export function heapOptions(memoryMiB: number, processors = 1): string[] {
  const share = memoryMiB / processors;
  const semiSpace = 2 ** Math.floor(Math.log2(share * SEMI_SPACE_SHARE));
  return [
    `--max-old-space-size=${Math.floor(share * OLD_SPACE_SHARE)}`,
    `--max-semi-space-size=${Math.max(1, Math.min(SEMI_SPACE_MIB_MAX, semiSpace))}`,
  ];
}
