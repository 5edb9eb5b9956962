/** A run's last document and its one terminal register: whoever writes it first ends the run. */
import type { Adopted, Failure } from './summary.ts';

export type RunState = 'succeeded' | 'failed' | 'cancelled';

export interface Resumed {
  /** Chunks that were done when the run was taken up the last time. */
  readonly chunks: number;
  /** When that was. ISO 8601, UTC. */
  readonly at: string;
}

/** Why a run did not succeed, and what to do. */
export interface Reason {
  readonly code: string;
  readonly message: string;
  readonly fix: string;
}

export interface Manifest {
  readonly version: 1;
  readonly run: string;
  readonly job: string;
  readonly state: RunState;
  /** Why, unless it succeeded. */
  readonly reason?: Reason;
  readonly digest: string;
  readonly params: { readonly [name: string]: unknown };
  readonly inputs: { readonly objects: number; readonly bytes: number };
  /** Of a run that ended early, `succeeded` and `failed` are what was known then: together less than `total`. */
  readonly chunks: { readonly total: number; readonly succeeded: number; readonly failed: number };
  /** Of those that succeeded, how many an earlier run had made, and in which code. */
  readonly adopted?: readonly Adopted[];
  /** The process that ended the run had taken it up after another one that did not. */
  readonly resumed?: Resumed;
  readonly records: { readonly read: number; readonly rejected: number };
  /** In order; `path` is relative to the manifest. Empty unless the run succeeded. */
  readonly results: readonly { readonly path: string; readonly bytes: number; readonly rows: number }[];
  /**
   * The records set aside, if any, also of a run that failed because its chunks had more than are allowed: then as many as
   * are, and one. `recordBytes` is what those that it tells have in the input, or in what a compressed one holds.
   */
  readonly rejects?: { readonly path: string; readonly bytes: number; readonly recordBytes: number };
  /** The first failures, in chunk order. */
  readonly failures: readonly Failure[];
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly endedAt: string;
}

/** Whether there is a plan to go on from, and anything to do again. */
export const canBeRedriven = ({ state, chunks, failures }: Manifest): boolean =>
  chunks.total > 0 && (state !== 'succeeded' || chunks.failed > 0 || failures.length > 0);
