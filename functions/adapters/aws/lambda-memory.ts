/** What a function has to work in: its memory, and the disk behind it. */
import { type MemoryBounds, memoryBounds } from '../../core/memory-bounds.ts';
import { SCRATCH_MIB_MAX, SCRATCH_MIB_MIN } from '../../limits.ts';
import type { Scratch } from '../../ports/scratch.ts';
import { DiskScratch } from '../local/disk-scratch.ts';

const MiB = 2 ** 20;
/** Where nobody says how much there is: little. */
const MEMORY_MIB_UNKNOWN = 512;
/** In the one directory that a function may write to. It outlives an invocation, and also a process that was killed. */
export const SCRATCH_DIRECTORY = '/tmp/fanfold';

/** What the construct says of the function; one where it says nothing. */
export const lambdaProcessors = (env: NodeJS.ProcessEnv): number => Number(env['FANFOLD_PROCESSORS'] ?? 1);

/**
 * A processor's share of what Lambda says (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html): V8 has no
 * more than that for its objects in any thread, the first one included.
 */
export function lambdaMemory(env: NodeJS.ProcessEnv): MemoryBounds {
  const mebibytes = Number(env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'] ?? MEMORY_MIB_UNKNOWN);
  return memoryBounds((mebibytes * MiB) / lambdaProcessors(env));
}

/** @param env `FANFOLD_SCRATCH_MIB` is the size of `/tmp`; without it, it is as small as it can be */
export function lambdaScratch(
  env: NodeJS.ProcessEnv,
  directory = env['FANFOLD_SCRATCH'] ?? SCRATCH_DIRECTORY,
): Scratch {
  const mebibytes = Number(env['FANFOLD_SCRATCH_MIB'] ?? SCRATCH_MIB_MIN);
  return new DiskScratch({
    directory,
    bytesMax: mebibytes * MiB,
    exclusive: true,
    fix: `Set workerScratchMiB of the construct higher than ${mebibytes} (at most ${SCRATCH_MIB_MAX}), or chunkBytes lower.`,
  });
}
