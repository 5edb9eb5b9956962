/** What the commands for a deployed stack share. */
import { setTimeout } from 'node:timers/promises';
import type { Remote } from '../adapters/aws/remote.ts';
import { jobOf } from '../adapters/aws/remote.ts';
import { manifestKey, planKey, watchDay, watchKey } from '../core/keys.ts';
import type { Manifest } from '../core/manifest.ts';
import { FanfoldError } from '../errors.ts';
import { readJson } from '../protocol/documents.ts';
import type { Arguments } from './arguments.ts';
import { UsageError } from './usage.ts';

/** The stack of `infra/app.ts`. */
export const DEFAULT_STACK = 'Fanfold';

/** Where a command writes: `process`, or what a test gives. */
export interface Writers {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

export interface RunOptions extends Writers {
  readonly run: string;
  /** @default 'Fanfold' */
  readonly stack?: string;
}

export const pause = (milliseconds: number) => setTimeout(milliseconds);

/** The options of a command for one run. */
export function runOptions(given: Arguments): RunOptions {
  if (given.problems.length > 0) throw new UsageError(given.problems);
  const { stdout, stderr } = process;
  return { run: given.words[0] ?? '', stack: given.text('stack') ?? DEFAULT_STACK, stdout, stderr };
}

export const readManifest = ({ services }: Remote, run: string) =>
  readJson<Manifest>(services, manifestKey(jobOf(run), run));

/** @throws FANFOLD_USAGE if nothing at all is known of the run */
export async function mustExist({ services, deployment }: Remote, run: string): Promise<void> {
  const job = jobOf(run);
  const nowMs = services.clock.nowMs();
  const days = [nowMs, nowMs - 24 * 3600 * 1000].map(watchDay);
  const keys = [manifestKey(job, run), planKey(run), ...days.map((day) => watchKey(day, job, run))];
  const heads = await Promise.all(keys.map((key) => services.store.head({ bucket: services.results, key })));
  if (heads.some((head) => head !== undefined)) return;
  throw new FanfoldError('FANFOLD_USAGE', `There is no run ${run} in the stack ${deployment.stack}`, {
    fix: 'Check the run and --stack; fanfold submit prints the run.',
  });
}

/** Where a run's result is, for people. */
export const uriOf = ({ deployment }: Remote, run: string) => `s3://${deployment.results}/${jobOf(run)}/${run}`;
