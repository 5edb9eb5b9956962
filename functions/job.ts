/**
 * Start here: what a job is. A job file default-exports `defineJob({ … })` and needs nothing else.
 */
import type { Aggregation } from './aggregation.ts';
import type { Format } from './formats/format.ts';
import type { Output } from './formats/output.ts';
import type { ParamRecord, ParamSpecs, ParamValues } from './params.ts';

/** What `map` may know besides its record: only what is the same when the chunk is worked again. */
export interface MapContext<P> {
  /** The object the record comes from: `s3://bucket/key`, or the path given to `fanfold run`. */
  readonly source: string;
  /** Where the record starts in the object (of the decompressed bytes, if it is compressed). Bytes, from 0. */
  readonly offset: number;
  /** The run's parameters, with defaults filled in. */
  readonly params: P;
}

/** What `reduce` and `finish` may know. */
export interface ResultContext<P> {
  readonly params: P;
}

/** What a job says about the run around its functions; all of it optional. */
export interface RunOptions<S extends ParamSpecs> {
  /** Parameters of a run (`--param top=5`, or `params` in a `.run.json`), with their types and defaults. */
  readonly params?: S;
  /**
   * A record that cannot be read (`fail`: the chunk fails; `set-aside`: the record is written to the run's
   * rejects with its source and byte offset, counted, and the run goes on). @default 'fail'
   */
  readonly badRecords?: 'fail' | 'set-aside';
  /** With `set-aside`: more than this many in a run fail it. 0 to 10,000. @default 1000 */
  readonly badRecordsMax?: number;
  /** How many failed chunks the result may lack: `chunks` as a count, `percent` of all chunks; both must hold. @default none */
  readonly tolerate?: { readonly chunks?: number; readonly percent?: number };
  /** The run fails if it has not ended by then. 60 to 86,400 seconds. @default 21600 (six hours) */
  readonly deadlineSeconds?: number;
}

interface Shared<R, S extends ParamSpecs> extends RunOptions<S> {
  /** Names the job, its uploads and its results: lower-case letters, digits and dashes, at most 40. */
  readonly name: string;
  /** How bytes become records: `lines()`, `words()`, `jsonl(schema)`, `csv(columns)`. */
  readonly input: Format<R>;
}

interface Keyed<R, V, S extends ParamSpecs> extends Shared<R, S> {
  /** Turns one record into any number of pairs. Depends on its arguments only: it may run twice. */
  readonly map: (record: R, context: MapContext<ParamValues<S>>) => Iterable<readonly [key: string, value: V]>;
  /**
   * Joins two values of one key, always (earlier, later) in input order. Must be associative, and must not change its
   * arguments: a value that `map` yielded twice would change in both places.
   */
  readonly combine: (earlier: V, later: V) => V;
}

/** How a large result is divided. */
export interface Divided {
  /**
   * A large result comes in several parts. `key`: they are ranges of keys, and one after the other in byte order of
   * key; where they are divided is decided by a sample of the input. `any`: a hash of the key says which part it is in,
   * so that parts are even whatever the keys are; only within a part are keys in order. @default 'key'
   */
  readonly order?: 'key' | 'any';
}

/** Turns the final value of a key into a row. */
type Reduce<V, Row, S extends ParamSpecs> = (key: string, value: V, context: ResultContext<ParamValues<S>>) => Row;

/** Grouped work, and rows as `{ key, value }`. */
export interface PairsJob<R, V, S extends ParamSpecs> extends Keyed<R, V, S>, Divided {
  readonly reduce?: never;
  readonly finish?: never;
  /** How rows become bytes: `csvRows(columns)`, `jsonRows()`, `textLines()`. */
  readonly output: Output<KeyValue<V>>;
}

/** Grouped work: `map` yields pairs, `combine` joins the values of a key, `reduce` makes a row of the last one. */
export interface KeyedJob<R, V, Row, S extends ParamSpecs> extends Keyed<R, V, S>, Divided {
  readonly reduce: Reduce<V, Row, S>;
  readonly finish?: never;
  /** How rows become bytes: `csvRows(columns)`, `jsonRows()`, `textLines()`. */
  readonly output: Output<Row>;
}

/** Grouped work whose result is made from all rows: a top-N, a running total. */
export interface FinishedJob<R, V, Row, Out, S extends ParamSpecs> extends Keyed<R, V, S> {
  readonly reduce: Reduce<V, Row, S>;
  /** Sees all rows in byte order of their keys, streaming, and yields the rows of the result. */
  readonly finish: (rows: AsyncIterable<Row>, context: ResultContext<ParamValues<S>>) => AsyncIterable<Out>;
  readonly order?: never;
  /** How rows become bytes: `csvRows(columns)`, `jsonRows()`, `textLines()`. */
  readonly output: Output<Out>;
}

/** Such a result made from rows that are `{ key, value }`. */
export interface FinishedPairsJob<R, V, Out, S extends ParamSpecs> extends Keyed<R, V, S> {
  readonly reduce?: never;
  /** Sees all rows in byte order of their keys, streaming, and yields the rows of the result. */
  readonly finish: (rows: AsyncIterable<KeyValue<V>>, context: ResultContext<ParamValues<S>>) => AsyncIterable<Out>;
  readonly order?: never;
  /** How rows become bytes: `csvRows(columns)`, `jsonRows()`, `textLines()`. */
  readonly output: Output<Out>;
}

/** Record by record work: `map` yields rows; the output keeps the order of the input, or sorts them. */
export interface TransformJob<R, Out, S extends ParamSpecs> extends Shared<R, S> {
  /** Turns one record into any number of rows. Depends on its arguments only: it may run twice. */
  readonly map: (record: R, context: MapContext<ParamValues<S>>) => Iterable<Out>;
  /** How rows become bytes: `csvRows(columns)`, `jsonRows()`, `textLines()`. */
  readonly output: Output<Out>;
  /**
   * Rows come out in byte order of this text of theirs (of its UTF-8 bytes), those of the same text in the order of the
   * input; none is lost. At most 16 MiB. @default the order of the input
   */
  readonly sortBy?: (row: Out) => string;
  readonly combine?: never;
  readonly reduce?: never;
  readonly finish?: never;
  readonly order?: never;
}

/** The row of a keyed job without `reduce`. */
export interface KeyValue<V> {
  readonly key: string;
  readonly value: V;
}

/**
 * A job as the engine sees it, its types erased: what `defineJob` returns. The engine hands a job's functions only what
 * the same job made, so the types that were checked in the job's file still hold.
 */
export interface Job {
  readonly shape: 'keyed' | 'transform';
  readonly name: string;
  /** Of `aggregate`: what the functions below come to, so that a kernel may do it on bytes. */
  readonly aggregation?: Aggregation;
  /** Of `sorted`: rows are the records, sorted by themselves. */
  readonly recordsSorted?: boolean;
  readonly input: Format<unknown>;
  readonly map: (record: unknown, context: MapContext<ParamRecord>) => Iterable<unknown>;
  /** Only of keyed jobs. */
  readonly combine: (earlier: unknown, later: unknown) => unknown;
  readonly reduce: (key: string, value: unknown, context: ResultContext<ParamRecord>) => unknown;
  readonly finish:
    | ((rows: AsyncIterable<unknown>, context: ResultContext<ParamRecord>) => AsyncIterable<unknown>)
    | undefined;
  readonly output: Output<unknown>;
  readonly order: 'key' | 'any';
  /** Only of transforms. */
  readonly sortBy: ((row: unknown) => string) | undefined;
  readonly params: ParamSpecs;
  readonly badRecords: 'fail' | 'set-aside';
  readonly badRecordsMax: number;
  readonly tolerate: { readonly chunks: number; readonly percent: number };
  readonly deadlineSeconds: number;
}

/** Whether what a job's partials hold is its rows, in the order of the input, as they will stand in the result. */
export const keepsRows = ({ shape, sortBy }: Pick<Job, 'shape' | 'sortBy'>): boolean =>
  shape === 'transform' && sortBy === undefined;
