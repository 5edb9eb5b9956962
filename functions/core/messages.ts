/** What travels between the stations. All of it is JSON. */
import type { ParamValue } from '../params.ts';
import type { Extent, Rows, SectionName } from './partial-index.ts';
import type { Maker, Segment } from './plan.ts';

/** Asks the splitter for a run. */
export interface RunRequest {
  readonly kind: 'run';
  readonly run: string;
  readonly job: string;
  /** In input order. `{ document }` is a `.run.json` that names the inputs and parameters. */
  readonly inputs: readonly RunInput[];
  /** As text, from a command line or a document; checked and converted by the splitter. */
  readonly params: { readonly [name: string]: ParamValue };
  /** Bytes of a chunk. @default chosen by the planner */
  readonly chunkBytes?: number;
  readonly groupSize?: number;
  /** Parts of the result at most. @default chosen by the planner */
  readonly partitions?: number;
  /** A record that its chunk fails for is left out of the result, counted as rejected, and told. @default false */
  readonly bisect?: boolean;
  /** Goes on where an ended run left off: inputs, parameters and geometry are that run's, and so are its good partials. */
  readonly redrive?: Redrive;
  /** Names the upload that asked, whatever code its notification meets: it asks for one run. */
  readonly event?: string;
  /** When the run was asked for: the clock of the deadline. */
  readonly requestedAtMs: number;
}

export interface Redrive {
  /** The run that is gone on from. */
  readonly run: string;
  /** Adopts also what other code of the job has made: the result may mix the two. @default false */
  readonly acceptCode?: boolean;
  /** Chunks that ran out of memory or time are worked by functions that have more of both. @default false */
  readonly memoryLane?: boolean;
}

/** With `tag`, which of the job's tagged inputs it is; otherwise patterns tell. */
export type RunInput =
  | { readonly bucket: string; readonly key: string; readonly tag?: string }
  | { readonly bucket: string; readonly prefix: string; readonly tag?: string }
  | { readonly bucket: string; readonly document: string };

/** Asks a worker for a chunk. Carries all that the work needs, so that no plan is read. */
export interface ChunkMessage {
  readonly kind: 'chunk';
  readonly run: string;
  readonly job: string;
  readonly digest: string;
  readonly params: { readonly [name: string]: ParamValue };
  readonly chunk: number;
  /** All chunks of the run, and the width of its groups: they name the siblings. */
  readonly chunks: number;
  readonly groupSize: number;
  readonly segments: readonly Segment[];
  /** Of a result in several parts: where its partitions begin. See `Partitions`. */
  readonly boundaries?: readonly string[];
  readonly partitionedBy?: 'hash';
  /** Runs whose partial of this chunk may be taken over, latest first. */
  readonly adopts?: readonly Maker[];
  /** Records that the chunk fails for are left out. */
  readonly bisect?: true;
  /** `open`: the chunk may take the lane for those that ran out of memory or time; `taken`: it is there. */
  readonly memoryLane?: 'open' | 'taken';
}

/**
 * Asks the aggregator for a node of the tree, for the publication that is the parent of the top group, or for one part of
 * a result that has several.
 */
export type NodeRequest =
  | {
      readonly kind: 'node';
      readonly run: string;
      readonly job: string;
      readonly level: number;
      readonly index: number;
    }
  | { readonly kind: 'publish'; readonly run: string; readonly job: string }
  | PartRequest;

/** Carries all that the part is made of, so that its publication is not read. */
export interface PartRequest {
  readonly kind: 'part';
  readonly run: string;
  readonly job: string;
  readonly part: number;
  /** All parts of the result: they name the siblings. */
  readonly parts: number;
  /** In the order in which they merge. */
  readonly sources: readonly PartSource[];
  /** Instead of sources, of a transform. */
  readonly joined?: JoinedRows;
}

/** An object that is joined of stored rows; what they come to is told without its header. */
export interface JoinedRows extends Rows {
  readonly of: readonly RowSource[];
}

/** Rows [first, end) of those that a section of a partial of the top group has. */
export interface RowSource {
  /** Which of the group. */
  readonly index: number;
  readonly etag: string;
  /** Of the partial, in bytes. */
  readonly size: number;
  readonly section: SectionName;
  readonly first: number;
  readonly end: number;
}

/** A partition of a partial of the top group. */
export interface PartSource extends Extent {
  /** Which of the group. */
  readonly index: number;
  readonly etag: string;
}
