/** The parts of a result: each reports what became of it, under a name that is written once, and then looks. */
import { partReportKey, partsPrefix, partsStartedKey } from '../core/keys.ts';
import type { Manifest, Reason } from '../core/manifest.ts';
import type { PartRequest } from '../core/messages.ts';
import type { Plan } from '../core/plan.ts';
import type { FanfoldError } from '../errors.ts';
import type { Services } from '../ports/services.ts';
import { settleJson } from './documents.ts';
import { failPublication } from './fail-publication.ts';
import { listAll } from './list-all.ts';

/** What became of a part: the result object as the manifest will tell it, or why there is none. */
export type PartReport = { readonly result: Manifest['results'][number] } | { readonly failed: Reason };

type Part = Pick<PartRequest, 'run' | 'job' | 'part' | 'parts'>;

/** Writes a part's report, unless one stands, and asks for the publication if all parts have one. Returns what stands. */
export async function reportPart(services: Services, part: Part, report: PartReport): Promise<PartReport> {
  const { document } = await settleJson(services, partReportKey(part.run, part.part), report);
  const { reports } = await seenParts(services, part.run);
  if (reports.size === part.parts) await services.aggregator.invoke({ kind: 'publish', run: part.run, job: part.job });
  return document;
}

/** A part that cannot be made fails the run, unless somebody else has made it. */
export async function failPart(services: Services, plan: Plan, part: Part, error: FanfoldError): Promise<void> {
  const { code, message, fix } = error;
  const stands = await reportPart(services, part, { failed: { code, message, fix } });
  if ('failed' in stands) await failPublication(services, plan, error);
}

export interface SeenParts {
  readonly reports: ReadonlySet<number>;
  /** All of them have been asked for. */
  readonly started: boolean;
  readonly lastAtMs: number;
}

/** Which parts have a report. */
export async function seenParts(services: Services, run: string): Promise<SeenParts> {
  const objects = await Array.fromAsync(listAll(services.store, services.results, partsPrefix(run)));
  const reports = new Set<number>();
  for (const { key } of objects)
    if (key !== partsStartedKey(run)) reports.add(Number(key.slice(key.lastIndexOf('/') + 1)));
  return {
    reports,
    started: objects.length > reports.size,
    get lastAtMs() {
      return Math.max(...objects.map(({ modifiedAtMs }) => modifiedAtMs), Number.NEGATIVE_INFINITY);
    },
  };
}
