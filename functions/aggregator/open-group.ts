/** What is merged of a group's partials, in the order of the plan. */
import { asOwn } from '../core/adoption.ts';
import { memoryOf } from '../core/bytes.ts';
import { type SectionOf, sectionsOf } from '../core/lanes.ts';
import { extentsOf } from '../core/partial-index.ts';
import { type EntrySource, ExtentReader, type PartialReader } from '../core/partial-reader.ts';
import type { Plan } from '../core/plan.ts';
import type { Summary } from '../core/summary.ts';
import type { Members } from '../core/tree.ts';
import type { Format } from '../formats/format.ts';
import type { Job } from '../job.ts';
import { PARTIAL_BLOCK_BYTES } from '../limits.ts';
import type { Services } from '../ports/services.ts';
import type { StoredFooter } from '../protocol/stored-summary.ts';
import { groupFooters } from './group-footers.ts';
import { closeAll, joinAll, openPartials } from './open-partials.ts';

export interface Group {
  /** What counts however the group's input begins: of the top group that is all. */
  readonly body: readonly EntrySource[];
  /** What counts only if it begins outside of quotes, and within. */
  readonly heads: readonly [out: readonly EntrySource[], in_: readonly EntrySource[]];
  /** What the partials came to, once the body is read out. */
  joined(entries: number): Summary;
  close(): Promise<void>;
}

/** One request a partial; where chunks may begin within quotes two, and a listing: what counts must be known first. */
export async function openGroup(services: Services, plan: Plan, job: Job, members: Members): Promise<Group> {
  if (!mayBeginWithin(job.input)) return wholePartials(await openPartials(services, plan, members), plan);
  return sectionsOfPartials(services, await groupFooters(services, plan, members), plan);
}

export const wholePartials = (readers: readonly PartialReader[], plan: Plan): Group => ({
  body: readers,
  heads: [[], []],
  joined: (entries) =>
    joinAll(
      readers.map(({ summary }) => asOwn(plan, summary)),
      entries,
      plan,
    ),
  close: () => closeAll(readers),
});

function sectionsOfPartials(services: Services, partials: readonly StoredFooter[], plan: Plan): Group {
  const summaries = partials.map(({ summary }) => summary);
  const { heads, body } = sectionsOf(summaries);
  const open = (sections: readonly SectionOf[]) =>
    sections.flatMap(({ partial, section }) => openSection(services, partials[partial], section));
  const opened = { heads: [open(heads[0]), open(heads[1])] as const, body: open(body) };
  return {
    ...opened,
    joined: (entries) => joinAll(summaries, entries, plan),
    close: () => closeAll([...opened.heads.flat(), ...opened.body]),
  };
}

/** Nothing is asked for before it is read. */
function openSection(
  { store }: Services,
  partial: StoredFooter | undefined,
  section: SectionOf['section'],
): EntrySource[] {
  const extents = extentsOf(partial?.sections ?? [], section);
  const [first, last] = [extents[0], extents.at(-1)];
  if (partial === undefined || first === undefined || last === undefined) return [];
  return [
    new ExtentReader(
      store.read(partial.object, first.start, last.end, memoryOf(PARTIAL_BLOCK_BYTES)),
      extents,
      partial.object.key,
    ),
  ];
}

const mayBeginWithin = ({ twoState, tags }: Format<unknown>): boolean =>
  twoState !== undefined || [...(tags?.values() ?? [])].some(({ read }) => mayBeginWithin(read));
