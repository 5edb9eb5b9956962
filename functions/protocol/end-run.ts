/** The end of a run: `manifest.json` is its one terminal register, and whoever writes it first has decided. */
import { manifestKey } from '../core/keys.ts';
import type { Manifest, Reason, RunState } from '../core/manifest.ts';
import type { Plan } from '../core/plan.ts';
import type { Summary } from '../core/summary.ts';
import type { Services } from '../ports/services.ts';
import { settleJson } from './documents.ts';

/** What is known of a run at its end. */
export interface Ending {
  readonly run: string;
  readonly job: string;
  readonly plan: Plan | undefined;
  /** What its partials came to, as far as they were read. */
  readonly summary: Pick<Summary, 'chunks' | 'records' | 'failures' | 'adopted'> | undefined;
  /** Where the records stand that were set aside, if they are written down. */
  readonly rejects?: Manifest['rejects'];
  readonly startedAtMs: number;
}

/** Whether a run has ended, however it did. */
export async function hasEnded(services: Services, job: string, run: string): Promise<boolean> {
  return (await services.store.head({ bucket: services.results, key: manifestKey(job, run) })) !== undefined;
}

/** Ends a run that publishes nothing. Returns the manifest that stands: ours, or the one that was first. */
export function endRun(
  services: Services,
  state: Exclude<RunState, 'succeeded'>,
  reason: Reason,
  ending: Ending,
): Promise<Manifest> {
  const { code, message, fix } = reason;
  return settleManifest(services, {
    ...draft(services, ending),
    state,
    reason: { code, message, fix },
    results: [],
  });
}

/** Writes the manifest for people too: what they look for first comes first, a member a line. */
export async function settleManifest(services: Services, manifest: Manifest): Promise<Manifest> {
  const { version, run, job, state, reason, ...rest } = manifest;
  const ordered: Manifest = { version, run, job, state, ...(reason === undefined ? {} : { reason }), ...rest };
  const { document, created } = await settleJson(services, manifestKey(job, run), ordered, 2);
  if (created) services.log('run ended', { run, job, state, reason, chunks: manifest.chunks });
  return document;
}

/** All of a manifest that is told the same way however the run ended. */
export function draft(services: Services, ending: Ending): Omit<Manifest, 'state' | 'results'> {
  const { run, job, plan, summary, rejects } = ending;
  return {
    version: 1,
    run,
    job,
    digest: plan?.digest ?? '',
    params: plan?.params ?? {},
    inputs: { objects: plan?.totals.objects ?? 0, bytes: plan?.totals.bytes ?? 0 },
    chunks: {
      total: plan?.totals.chunks ?? 0,
      succeeded: summary?.chunks.succeeded ?? 0,
      failed: summary?.chunks.failed ?? 0,
    },
    ...(summary?.adopted === undefined ? {} : { adopted: summary.adopted }),
    ...(services.resumed === undefined ? {} : { resumed: services.resumed }),
    records: { read: summary?.records.read ?? 0, rejected: summary?.records.rejected ?? 0 },
    ...(rejects === undefined ? {} : { rejects }),
    failures: summary?.failures ?? [],
    startedAt: new Date(plan?.startedAtMs ?? ending.startedAtMs).toISOString(),
    endedAt: new Date(services.clock.nowMs()).toISOString(),
  };
}
