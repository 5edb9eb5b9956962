/** What the parts of a result are made of: sealed when the partials are proven complete, before any part is begun. */
import type { JoinedRows, PartRequest, PartSource } from './messages.ts';
import { extentsOf, type SectionIndex } from './partial-index.ts';
import type { Plan } from './plan.ts';
import type { Summary } from './summary.ts';

export interface Publication {
  /** Of all partials together. */
  readonly summary: Summary;
  /** Sections of the partials of the top group, in the order in which they merge. */
  readonly sources: readonly SectionSource[];
  /** Instead of sources, of a transform: what each part is joined of. */
  readonly objects?: readonly JoinedRows[];
}

interface SectionSource extends SectionIndex {
  /** Which of the group. */
  readonly index: number;
  readonly etag: string;
}

/** A request for each part, in order. A partition without entries makes no part; a result without any has one empty part. */
export function partRequests(
  { run, job }: Pick<Plan, 'run' | 'job'>,
  { sources, objects }: Publication,
): PartRequest[] {
  if (objects !== undefined) {
    const parts = objects.length;
    return objects.map((joined, part) => ({ kind: 'part', run, job, part, parts, sources: [], joined }));
  }
  const partitions = new Map<number, PartSource[]>();
  for (const { index, etag, ...section } of sources) {
    for (const extent of extentsOf([section], section.name)) {
      const before = partitions.get(extent.partition) ?? [];
      before.push({ ...extent, index, etag });
      partitions.set(extent.partition, before);
    }
  }
  const filled = [...partitions].sort(([a], [b]) => a - b).map(([, some]) => some);
  const parts = filled.length === 0 ? [[]] : filled;
  return parts.map((some, part) => ({ kind: 'part', run, job, part, parts: parts.length, sources: some }));
}
