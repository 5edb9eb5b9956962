/** What is where in a partial: its sections, and their partitions. */

/** A block names its section by its place here. */
export const SECTIONS = ['body', 'out', 'in'] as const;
export type SectionName = (typeof SECTIONS)[number];

/** Where a partition lies, and what must come of reading it. */
export type PartitionSize = readonly [bytes: number, entries: number, crc32: number];

/** A section's partitions, one behind the other from `start`. */
export interface SectionIndex {
  readonly name: SectionName;
  readonly start: number;
  readonly partitions: readonly PartitionSize[];
}

/** A partition of a section as ranged requests read it: bytes [start, end) of the partial. */
export interface Extent {
  readonly section: SectionName;
  readonly partition: number;
  readonly start: number;
  readonly end: number;
  readonly entries: number;
  readonly crc32: number;
}

/** Where the partitions of a section lie that have anything in them, one behind the other. */
export function extentsOf(sections: readonly SectionIndex[], section: SectionName): Extent[] {
  const index = sections.find(({ name }) => name === section);
  let end = index?.start ?? 0;
  return (index?.partitions ?? []).flatMap(([bytes, entries, crc], partition) => {
    const start = end;
    end += bytes;
    return bytes === 0 ? [] : [{ section, partition, start, end, entries, crc32: crc }];
  });
}
