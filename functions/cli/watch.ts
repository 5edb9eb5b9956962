/** `fanfold watch`: shows a deployed run until it ends. */

import { connect, jobOf, type Remote } from '../adapters/aws/remote.ts';
import type { Progress } from '../adapters/local/progress.ts';
import { levelPrefix } from '../core/keys.ts';
import type { Plan } from '../core/plan.ts';
import { readPlan } from '../protocol/documents.ts';
import { listAll } from '../protocol/list-all.ts';
import type { Arguments, CommandShape } from './arguments.ts';
import { exitCodeOf } from './exit-code.ts';
import { ProgressBar } from './progress-bar.ts';
import { DEFAULT_STACK, mustExist, pause, type RunOptions, readManifest, runOptions, uriOf } from './remote-command.ts';
import { failureOf, summaryOf } from './summary.ts';

export const watchShape: CommandShape = { words: ['run'], options: { stack: 'text', json: 'flag' } };

/** Between two looks; a run of very many chunks takes some seconds to count, and is looked at less often. */
const LOOK_EVERY_MS = 1_000;
const LOOKING_SHARE = 0.25;

export interface WatchOptions extends RunOptions {
  /** Prints the manifest, and nothing else, on stdout. @default false */
  readonly json?: boolean;
}

export const watchCommand = (given: Arguments) => watch({ ...runOptions(given), json: given.flag('json') });

/** Resolves with the exit code of the run. */
export async function watch(options: WatchOptions): Promise<number> {
  const { run, stack = DEFAULT_STACK, stdout, stderr, json = false } = options;
  const remote = await connect(stack);
  await mustExist(remote, run);
  const startedAtMs = performance.now();
  const bar = stderr === process.stderr ? new ProgressBar(jobOf(run), process.stderr) : undefined;
  let plan: Plan | undefined;
  let before: number | undefined;
  for (;;) {
    const lookedAtMs = performance.now();
    const manifest = await readManifest(remote, run);
    if (manifest !== undefined) {
      bar?.clear();
      const told = (manifest.state === 'succeeded' ? summaryOf : failureOf)(manifest, uriOf(remote, run), stack);
      if (json) stdout.write(`${JSON.stringify(manifest, null, 2)}\n`);
      else (manifest.state === 'succeeded' ? stdout : stderr).write(told);
      return exitCodeOf(manifest);
    }
    plan ??= await readPlan(remote.services, run);
    const seen = await progress(remote, run, plan, lookedAtMs - startedAtMs);
    if (plan !== undefined) before ??= seen.bytes.done;
    bar?.draw({ ...seen, bytes: { ...seen.bytes, before: before ?? 0 } });
    await pause(Math.max(LOOK_EVERY_MS, (performance.now() - lookedAtMs) / LOOKING_SHARE));
  }
}

/** Counts the partials of the chunks. Bytes are told as the same share of all. */
async function progress(
  { services }: Remote,
  run: string,
  plan: Plan | undefined,
  elapsedMs: number,
): Promise<Progress> {
  if (plan === undefined) return { phase: 'planning', chunks: NONE, bytes: NONE, elapsedMs };
  const { chunks: total, bytes } = plan.totals;
  let done = 0;
  for await (const _ of listAll(services.store, services.results, levelPrefix(run, 0))) done += 1;
  return {
    phase: done < total ? 'working' : 'combining',
    chunks: { done, total },
    bytes: { done: Math.floor((bytes * done) / total), total: bytes },
    elapsedMs,
  };
}

const NONE = { done: 0, total: 0 };
