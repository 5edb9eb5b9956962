/**
 * Publication in several parts. The proof comes first and is sealed with what each part is made of; then the parts are
 * asked for; the one that reports last asks for this again, and then the manifest is written.
 */
import { partReportKey, partsStartedKey, publicationKey } from '../core/keys.ts';
import { sectionsOf } from '../core/lanes.ts';
import type { Plan } from '../core/plan.ts';
import { type Publication, partRequests } from '../core/publication.ts';
import type { Services } from '../ports/services.ts';
import { readJson, settleJson } from '../protocol/documents.ts';
import { failPublication, topGroup } from '../protocol/fail-publication.ts';
import { type PartReport, seenParts } from '../protocol/parts.ts';
import { groupFooters, inTurns, notThere } from './group-footers.ts';
import { joinAll } from './open-partials.ts';
import { proven } from './prove.ts';
import { succeed } from './succeed.ts';

/** Does what is next for a publication that is sealed. */
export async function publishParts(services: Services, plan: Plan, publication: Publication): Promise<void> {
  const requests = partRequests(plan, publication);
  const { reports, started } = await seenParts(services, plan.run);
  const missing = requests.filter(({ part }) => !reports.has(part));
  if (missing.length === 0) return finish(services, plan, publication, requests.length);
  if (started) return; // whoever reports last comes back here
  await inTurns(missing, (request) => services.aggregator.invoke(request));
  await settleJson(services, partsStartedKey(plan.run), { parts: requests.length });
}

/** The publication of a keyed result that stands, or else ours, if the partials prove complete. */
export async function sealedPublication(services: Services, plan: Plan): Promise<Publication> {
  const key = publicationKey(plan.run);
  const stands = await readJson<Publication>(services, key);
  return stands ?? (await settleJson(services, key, await provenPublication(services, plan))).document;
}

async function provenPublication(services: Services, plan: Plan): Promise<Publication> {
  const footers = await groupFooters(services, plan, topGroup(plan));
  const entries = footers.reduce((sum, { summary }) => sum + summary.entries, 0);
  const summaries = footers.map(({ summary }) => summary);
  const summary = proven(plan, joinAll(summaries, entries, plan));
  const sources = sectionsOf(summaries).body.flatMap(({ partial, section }) => {
    const { object, sections } = footers[partial] ?? { sections: [] };
    const index = sections.find(({ name }) => name === section);
    return object === undefined || index === undefined ? [] : [{ index: partial, etag: object.etag, ...index }];
  });
  return { summary, sources };
}

async function finish(services: Services, plan: Plan, { summary }: Publication, parts: number): Promise<void> {
  const reports = await inTurns(
    Array.from({ length: parts }, (_, part) => part),
    async (part) => {
      const report = await readJson<PartReport>(services, partReportKey(plan.run, part));
      if (report === undefined) throw notThere(`The report of part ${part}`);
      return report;
    },
  );
  const failed = reports.find((report) => 'failed' in report);
  if (failed !== undefined) return failPublication(services, plan, failed.failed);
  const results = reports.flatMap((report) => ('result' in report ? [report.result] : []));
  await succeed(services, plan, summary, results);
}
