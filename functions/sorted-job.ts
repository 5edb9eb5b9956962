import { makeJob } from './define-job.ts';
import type { Format } from './formats/format.ts';
import type { Output } from './formats/output.ts';
import type { Job, RunOptions } from './job.ts';

export interface SortedJob extends Omit<RunOptions<never>, 'params'> {
  /** Names the job, its uploads and its results: lower-case letters, digits and dashes, at most 40. */
  readonly name: string;
  /** How bytes become records that are texts: `lines()` or `words()`. At most 16 MiB each. */
  readonly input: Format<string>;
  /** How records become bytes: `textLines()` or `jsonRows()`. */
  readonly output: Output<string>;
}

/**
 * Defines a job that sorts its records, which are texts, by their UTF-8 bytes; equal ones come as often as they are there.
 *
 * The same result as that of `defineJob` with `map: (record) => [record]` and `sortBy: (record) => record`, and several
 * times as fast for `lines()` and `textLines()`: since the engine knows what is asked, it sorts bytes, in WebAssembly, and
 * makes no JavaScript value of them.
 *
 * @throws FANFOLD_JOB_INVALID naming every wrong option at once.
 * @example
 * ```ts
 * const job = sorted({ name: 'sort', input: lines(), output: textLines() });
 * job.shape; // → 'transform'
 * ```
 */
export function sorted(job: SortedJob): Job;
export function sorted(given: object): Job {
  const others: Partial<Job> = given;
  const wrong = FUNCTIONS.filter((name) => others[name] !== undefined).map((name) => `\`${name}\` is for defineJob`);
  return makeJob({ ...others, map: (record) => [record], sortBy: (row) => row as string }, wrong, {
    recordsSorted: true,
  }); // as the format says
}

const FUNCTIONS = ['map', 'combine', 'reduce', 'finish', 'sortBy', 'order', 'params'] as const;
