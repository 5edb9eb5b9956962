/** How large the chunks of a local run are, where nobody says. */

const MiB = 1024 * 1024;
const CHUNK_BYTES_MIN = MiB / 4;

/**
 * Short enough for threads to end together, long enough that combining pays. What runs on kernels is worked so fast that
 * merging weighs more: what each chunk comes to is sorted, stored, read and merged once more, so it has one chunk a thread.
 */
const PLAIN = { chunksPerThread: 4, bytesMax: 128 * MiB };
const ON_KERNELS = { chunksPerThread: 1, bytesMax: 1024 * MiB };

/** At least two chunks where the input can be cut, so that a job that only works on a whole shows; else as many for each thread. */
export function chunkBytesFor(inputBytes: number, threads: number, onKernels: boolean): number {
  const { chunksPerThread, bytesMax } = onKernels ? ON_KERNELS : PLAIN;
  const rounds = Math.max(chunksPerThread, Math.ceil(inputBytes / (threads * bytesMax)));
  const even = Math.max(CHUNK_BYTES_MIN, Math.ceil(inputBytes / (threads * rounds)));
  return Math.max(1, Math.min(even, Math.ceil(inputBytes / 2)));
}
