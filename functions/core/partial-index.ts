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
  /** Instead of partitions, where entries are rows: these, in order. */
  readonly rows?: readonly RowRange[];
}

/** Rows as they will stand in the result, one behind the other: how many bytes and entries, and their checksum. */
export interface Rows {
  readonly bytes: number;
  readonly entries: number;
  readonly crc32: number;
}

export const NO_ROWS: Rows = { bytes: 0, entries: 0, crc32: 0 };

/** Rows where they are stored: bytes [start, end) of this partial, or of another one of the run. */
export interface RowRange {
  readonly of?: { readonly key: string; readonly etag: string };
  readonly start: number;
  readonly end: number;
  readonly entries: number;
  readonly crc32: number;
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

/** What of an index lies in the partial itself, and how many entries lie elsewhere. */
export function whatIsHere(sections: readonly SectionIndex[]): {
  readonly here: SectionIndex[];
  readonly elsewhere: number;
} {
  const here: SectionIndex[] = [];
  let elsewhere = 0;
  for (const section of sections) {
    const rows = section.rows?.filter(({ of }) => of === undefined);
    if (rows === undefined) here.push(section);
    else if (rows.length > 0) here.push({ ...section, rows });
    for (const { of, entries } of section.rows ?? []) if (of !== undefined) elsewhere += entries;
  }
  return { here, elsewhere };
}
