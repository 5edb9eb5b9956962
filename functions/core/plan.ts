/** A run's first document, and what it points to: pages of chunks, each an ordered list of segments. */
import type { ParamValue } from '../params.ts';

/** What the ranges of a cut object need to know that stands at its start: its number of columns, and where named ones are. */
export interface Header {
  readonly columns: number;
  readonly names: readonly (readonly [index: number, name: string])[];
}

/** One range of one object. Bytes, half-open. */
export interface Segment {
  /** Position of the object in the run's input order, from 0. */
  readonly object: number;
  readonly bucket: string;
  readonly key: string;
  readonly etag: string;
  /** Which of the job's tagged inputs it belongs to. */
  readonly tag?: string;
  /** The whole object. */
  readonly size: number;
  readonly start: number;
  readonly end: number;
  /** Of a cut object of a format that needs it. */
  readonly header?: Header;
}

/** What one worker does: consecutive segments in input order. The one chunk of an empty run has none. */
export interface Chunk {
  readonly chunk: number;
  readonly segments: readonly Segment[];
}

/** The shape of a run: how big its chunks are and how wide its fan-in, and why. */
export interface Geometry {
  readonly chunkBytes: number;
  readonly groupSize: number;
  /** A sentence for people. */
  readonly because: string;
}

/**
 * How the result is divided into parts. Boundaries are the first keys of all partitions but the first, ascending, in
 * base64; by hash, keys have their place in front (functions/core/scatter.ts). A partition without a row makes no part.
 */
export interface Partitions {
  readonly by: 'key' | 'hash';
  readonly boundaries: readonly string[];
  /** Of rows that stay in the order of the input: objects of the result, if the request says how many at most. */
  readonly objectsMax?: number;
  /** A sentence for people. */
  readonly because: string;
}

export interface PlanTotals {
  readonly chunks: number;
  readonly objects: number;
  readonly bytes: number;
}

/** A run, and the digest of the code that made its partials. */
export interface Maker {
  readonly run: string;
  readonly digest: string;
}

export interface Plan {
  readonly version: 1;
  readonly run: string;
  readonly job: string;
  /** SHA-256 of the job's code: other code that meets this run's messages writes nothing but a failure. */
  readonly digest: string;
  readonly params: { readonly [name: string]: ParamValue };
  readonly geometry: Geometry;
  readonly partitions: Partitions;
  readonly totals: PlanTotals;
  /** Failed chunks that the result may lack; both bounds hold. */
  readonly tolerate: { readonly chunks: number; readonly percent: number };
  /** Records set aside that the result may lack. */
  readonly badRecordsMax: number;
  /** First chunk of every page, ascending; a page's key is made of it. */
  readonly pages: readonly number[];
  /** The result lacks records that their chunks fail for. */
  readonly bisect?: true;
  /** Of a redrive: whose partials count as this run's own, latest first. Nobody else's do. */
  readonly adopts?: readonly Maker[];
  /** Of a redrive: chunks that run out of memory or time may go where there is more of both. */
  readonly memoryLane?: true;
  readonly startedAtMs: number;
  readonly deadlineAtMs: number;
}
