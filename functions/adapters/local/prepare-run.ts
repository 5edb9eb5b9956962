/** What a local run is asked for, and all that is wrong with that, before anything is started or written. */
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { FanfoldError } from '../../errors.ts';
import { GROUP_SIZE_MAX, PARTITIONS_MAX } from '../../limits.ts';
import { type ExpandedInputs, expandInputs } from './expand-inputs.ts';
import { findJob } from './find-job.ts';
import type { Progress } from './progress.ts';
import { outputProblem } from './run-directory.ts';

export interface LocalRunOptions {
  /** Path of a job file, or the name of a job in `jobs/` or among the examples. */
  readonly jobFile: string;
  /** Files, directories and globs, in the order in which their records are to be read. No file may be named twice. */
  readonly inputs: readonly string[];
  /** Where the result goes: a directory that is empty or does not exist. @default `fanfold-out/<job>/<run>` */
  readonly out?: string;
  /**
   * Goes on with a run that was interrupted, or whose process was killed: the one in `out`, or else the newest of the job
   * that has not ended. A run begins anew where there is none. @default false
   */
  readonly resume?: boolean;
  /** Leaves out of the result, counts and tells the records that a chunk fails for. @default false */
  readonly bisect?: boolean;
  /**
   * Bytes of a chunk, from 1 up.
   *
   * @default as many chunks for each thread, of 256 KiB at least, and two in all at least: one or more of up to 1 GiB where
   * kernels take the job, four or more of up to 128 MiB where they do not
   */
  readonly chunkBytes?: number;
  /** Threads at most. @default one for each core */
  readonly workers?: number;
  readonly groupSize?: number;
  /** Parts of the result at most. @default as many as come to about 256 MiB each */
  readonly partitions?: number;
  /** As text, as a command line gives them. */
  readonly params?: { readonly [name: string]: string };
  /** What relative paths are relative to. @default the working directory */
  readonly cwd?: string;
  /** Interrupts the run, which then has no end: `resume` goes on with it. */
  readonly signal?: AbortSignal;
  /** Called when the job is loaded: `signal` is heard from then on. */
  readonly onLoaded?: () => void;
  readonly onProgress?: (progress: Progress) => void;
  /** Between two looks of the watcher, which sees that the deadline has passed. @default 5000 */
  readonly watchEveryMs?: number;
}

export interface PreparedRun {
  readonly options: LocalRunOptions;
  readonly cwd: string;
  readonly threads: number;
  readonly inputs: ExpandedInputs;
  /** Absolute path; empty when there is no such job. */
  readonly jobFile: string;
  /** Each as `what: what to do`. */
  readonly problems: readonly string[];
}

/** Ours: more threads than that have no cores. */
export const WORKERS_MAX = 1024;

/** @throws FANFOLD_INPUT_UNREADABLE for an input directory that may not be listed */
export async function prepareRun(options: LocalRunOptions): Promise<PreparedRun> {
  const cwd = resolve(options.cwd ?? '.');
  const { jobFile, problem } = await lookUpJob(options.jobFile, cwd);
  const inputs = expandInputs(options.inputs, cwd);
  const problems = problem === undefined ? [] : [problem];
  const whole = (...asked: Parameters<typeof wholeNumberProblem>) => {
    const wrong = wholeNumberProblem(...asked);
    if (wrong !== undefined) problems.push(wrong);
  };
  if (options.inputs.length === 0) problems.push('there is no input: name a file, a directory or a glob');
  problems.push(...inputs.problems);
  whole('chunk-bytes', options.chunkBytes, 1, Number.MAX_SAFE_INTEGER);
  whole('workers', options.workers, 1, WORKERS_MAX);
  whole('partitions', options.partitions, 1, PARTITIONS_MAX);
  whole('group-size', options.groupSize, 2, GROUP_SIZE_MAX);
  const taken =
    options.out === undefined || options.resume ? undefined : outputProblem(resolve(cwd, options.out), options.out);
  if (taken !== undefined) problems.push(taken);
  return { options, cwd, threads: options.workers ?? availableParallelism(), inputs, jobFile, problems };
}

export function wholeNumberProblem(name: string, value: number | undefined, min: number, max: number) {
  if (value === undefined || (Number.isInteger(value) && value >= min && value <= max)) return undefined;
  return `--${name} is ${value}: give a whole number from ${min} to ${max}`;
}

async function lookUpJob(given: string, cwd: string): Promise<{ jobFile: string; problem?: string }> {
  if (given === '') return { jobFile: '', problem: 'there is no job: name one, or give the path of a job file' };
  try {
    return { jobFile: await findJob(given, cwd) };
  } catch (error) {
    if (error instanceof FanfoldError) return { jobFile: '', problem: `${error.message}: ${error.fix}` };
    throw error;
  }
}
