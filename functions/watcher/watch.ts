/**
 * The watcher: stateless, on a clock of its own. Events are lost and messages expire, so it looks at every run that has
 * not ended, and starts the lowest missing node again.
 */

import { watchDay, watchPrefix } from '../core/keys.ts';
import type { RunRequest } from '../core/messages.ts';
import { DEADLINE_SECONDS_MAX } from '../limits.ts';
import type { Services } from '../ports/services.ts';
import { readJson, readPlan } from '../protocol/documents.ts';
import { hasEnded } from '../protocol/end-run.ts';
import { listAll } from '../protocol/list-all.ts';
import { endLate } from './early-ends.ts';
import { mend } from './mend.ts';
import { startAgain } from './resend.ts';

/** A splitter that has shown no progress for this long is started again. */
const PLANNING_QUIET_MS = 5 * 60_000;

/** Days whose markers are looked through: a deadline is at most a day away, and an event or a tick may come late. */
const DAYS = 3;
/** Runs looked at together. */
const TOGETHER = 32;

/** One tick. */
export async function watch(services: Services): Promise<void> {
  const runs = (await markedRuns(services)).filter(({ run }) => !ended.get(services)?.has(run));
  for (let at = 0; at < runs.length; at += TOGETHER) {
    await Promise.all(runs.slice(at, at + TOGETHER).map((marked) => look(services, marked)));
  }
}

async function look(services: Services, { key, job, run, modifiedAtMs }: MarkedRun): Promise<void> {
  try {
    if (await hasEnded(services, job, run)) remember(services, run);
    else await watchRun(services, key, modifiedAtMs);
  } catch (error) {
    // One run's trouble must not hide the others; the next tick comes back to it.
    services.log('watching failed', { run, job, message: error instanceof Error ? error.message : String(error) });
  }
}

async function watchRun(services: Services, marker: string, acceptedAtMs: number): Promise<void> {
  const request = await readJson<RunRequest>(services, marker);
  if (request === undefined) return;
  const { run, job, requestedAtMs } = request;
  const now = services.clock.nowMs();
  const plan = await readPlan(services, run);
  if (now >= (plan?.deadlineAtMs ?? requestedAtMs + DEADLINE_SECONDS_MAX * 1000)) {
    await endLate(run, job, requestedAtMs, services);
  } else if (plan !== undefined) {
    await mend(services, plan, request);
  } else if (now - acceptedAtMs >= PLANNING_QUIET_MS) {
    const start = () => services.intake.send([request]);
    await startAgain(services, { run, node: 'plan', pauseMs: PLANNING_QUIET_MS, start });
  }
}

interface MarkedRun {
  readonly key: string;
  readonly job: string;
  readonly run: string;
  readonly modifiedAtMs: number;
}

/** The runs that were accepted lately. One LIST for each thousand. */
async function markedRuns(services: Services): Promise<MarkedRun[]> {
  const since = watchDay(services.clock.nowMs() - DAYS * DEADLINE_SECONDS_MAX * 1000);
  const runs: MarkedRun[] = [];
  const marked = listAll(services.store, services.results, watchPrefix, `${watchPrefix}${since}`);
  for await (const { key, modifiedAtMs } of marked) {
    const [, , job = '', name = ''] = key.split('/');
    runs.push({ key, job, run: name.replace(/\.json$/, ''), modifiedAtMs });
  }
  return runs;
}

/** Runs that an environment has seen ended: a hint that saves requests, never a truth. */
const ended = new WeakMap<Services, Set<string>>();
const REMEMBERED_MAX = 100_000;

function remember(services: Services, run: string): void {
  const runs = ended.get(services) ?? new Set<string>();
  if (runs.size >= REMEMBERED_MAX) runs.clear();
  ended.set(services, runs.add(run));
}
