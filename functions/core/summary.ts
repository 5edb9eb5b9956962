/** What a partial says about itself: which chunks and records it stands for. Summaries of neighbours join. */

/** A position in the run's input: (object, byte). The end of an object is the start of the next. */
export type Position = readonly [object: number, offset: number];

export interface Failure {
  /** Chunks [first, end) that the result lacks. */
  readonly first: number;
  readonly end: number;
  readonly code: string;
  readonly message: string;
  readonly fix: string;
  readonly fatal: boolean;
  readonly source?: string;
  readonly offset?: number;
}

/** A record set aside. */
export interface Reject {
  readonly source: string;
  readonly offset: number;
  readonly bytes: number;
  readonly reason: string;
  /** The first bytes of the record, invalid UTF-8 replaced. */
  readonly preview: string;
}

export interface Summary {
  readonly run: string;
  readonly digest: string;
  /** Chunks [first, end), of which `succeeded` were counted. */
  readonly chunks: { readonly first: number; readonly end: number; readonly succeeded: number; readonly failed: number };
  /** The ranges that the plan gave these chunks tile [from, to). */
  readonly cover: { readonly from: Position; readonly to: Position };
  /**
   * Where the records really began and ended: neighbours must meet. `null`: within one record. `'unknown'`: at a
   * failed chunk.
   */
  readonly bounds: { readonly head: Position | 'unknown'; readonly tail: Position | 'unknown' } | null;
  readonly bytes: number;
  readonly records: { readonly read: number; readonly rejected: number };
  /** At most the job's limit; `records.rejected` counts all. */
  readonly rejects: readonly Reject[];
  /** The first FAILURES_TOLD_MAX. */
  readonly failures: readonly Failure[];
  /** Entries of the partial: pairs of a keyed job, rows of a transform. */
  readonly entries: number;
}
