/** Whether trying the same thing again can help. */
export type Retry = 'safe' | 'never';

export interface FanfoldErrorOptions {
  /** What to do next, as an imperative sentence. */
  readonly fix: string;
  /** `never` writes the failure down at once; `safe` gives the message back to its queue. @default 'never' */
  readonly retry?: Retry;
  /** No tolerance covers it: the run fails. @default false */
  readonly fatal?: boolean;
  /** The object that was being read, as a URI. */
  readonly source?: string;
  /** Where in the source, in bytes from its start. */
  readonly offset?: number;
  readonly cause?: unknown;
}

/**
 * Every error that fanfold raises on purpose: what happened and where (the message), what to do (`fix`),
 * a `code` that stays the same across versions, and whether trying again can help.
 *
 * @example
 * ```ts
 * const error = new FanfoldError('FANFOLD_INPUT_GONE', 's3://in/a.csv is gone', { fix: 'Upload it again.' });
 * `${error.code}: ${error.message}. ${error.fix}`;
 * // → 'FANFOLD_INPUT_GONE: s3://in/a.csv is gone. Upload it again.'
 * ```
 */
export class FanfoldError extends Error {
  readonly code: ErrorCode;
  readonly fix: string;
  readonly retry: Retry;
  readonly fatal: boolean;
  readonly source: string | undefined;
  readonly offset: number | undefined;

  constructor(code: ErrorCode, message: string, options: FanfoldErrorOptions) {
    super(message, { cause: options.cause });
    this.name = 'FanfoldError';
    this.code = code;
    this.fix = options.fix;
    this.retry = options.retry ?? 'never';
    this.fatal = options.fatal ?? false;
    this.source = options.source;
    this.offset = options.offset;
    // Shown when an error is printed whole: the message has told them, where they are known.
    for (const told of ['source', 'offset', 'retry', 'fatal']) Object.defineProperty(this, told, { enumerable: false });
  }
}

/** The codes, and when each is raised. They stay the same across versions. */
export type ErrorCode =
  | 'FANFOLD_USAGE' // a wrong command line, option or prop
  | 'FANFOLD_JOB_INVALID' // a job file that does not define a job
  | 'FANFOLD_JOB_UNKNOWN' // a run asked for a job that is not deployed
  | 'FANFOLD_JOB_ERROR' // the job's own code threw
  | 'FANFOLD_PARAM_INVALID' // a parameter is missing, unknown or of the wrong type
  | 'FANFOLD_REQUEST_INVALID' // a .run.json that cannot be read
  | 'FANFOLD_VALUE_INVALID' // a value that would not survive being stored (NaN, undefined, a function)
  | 'FANFOLD_VALUE_TOO_LARGE' // a value or row over what the memory at hand allows
  | 'FANFOLD_SCRATCH_FULL' // a chunk needs more scratch disk than there is
  | 'FANFOLD_RECORD_INVALID' // a bad record, and the job says `fail`
  | 'FANFOLD_RECORD_TOO_LONG' // a record over the format's limit
  | 'FANFOLD_TOO_MANY_BAD_RECORDS' // more records set aside than the job allows
  | 'FANFOLD_INPUT_CHANGED' // an input was overwritten while the run read it
  | 'FANFOLD_INPUT_GONE' // an input was deleted or never existed
  | 'FANFOLD_INPUT_INVALID' // an input that is not what its format says (CSV header, broken gzip)
  | 'FANFOLD_INPUT_UNMATCHED' // an object that belongs to none of a job's tagged inputs, or to several
  | 'FANFOLD_INPUT_UNREADABLE' // permission denied
  | 'FANFOLD_CODE_CHANGED' // messages of a run met other code than its plan names
  | 'FANFOLD_TOO_MANY_CHUNKS' // over the limit of chunks in one run
  | 'FANFOLD_RECEIVES_EXHAUSTED' // a message used up its receives
  | 'FANFOLD_AGGREGATION_FAILED' // a group's aggregation ran out of tries
  | 'FANFOLD_PARTIAL_CORRUPT' // a stored partial fails its checksum or order
  | 'FANFOLD_PROOF_FAILED' // ranges or counts do not add up: nothing is published
  | 'FANFOLD_NONDETERMINISTIC' // the same step gave other bytes than before
  | 'FANFOLD_TOLERANCE_EXCEEDED' // more chunks failed than a job tolerates that does tolerate some
  | 'FANFOLD_START_UNKNOWN' // a chunk of CSV failed, and nobody can tell whether the next one begins within quotes
  | 'FANFOLD_DEADLINE' // the run did not end in time
  | 'FANFOLD_CANCELLED' // somebody cancelled the run
  | 'FANFOLD_STORE_UNAVAILABLE' // the object store kept failing
  | 'FANFOLD_OUTPUT_UNWRITABLE' // the output directory cannot be written to: a full disk, no permission
  | 'FANFOLD_OUTPUT_EXISTS' // the output directory holds something already
  | 'FANFOLD_BUG'; // an assertion of fanfold itself

/** What a failed assertion raises: a defect of fanfold, never of its user. */
export function assert(condition: unknown, what: string): asserts condition {
  if (condition) return;
  throw new FanfoldError('FANFOLD_BUG', `fanfold bug: ${what}`, {
    fix: 'Please report it with the run id; the run publishes nothing.',
    fatal: true,
  });
}

/** What the world does to a step, and no property of its records. */
const CIRCUMSTANCES: readonly ErrorCode[] = [
  'FANFOLD_BUG',
  'FANFOLD_SCRATCH_FULL',
  'FANFOLD_PARTIAL_CORRUPT',
  'FANFOLD_INPUT_CHANGED',
  'FANFOLD_INPUT_GONE',
  'FANFOLD_INPUT_UNREADABLE',
];

/** Whether an error is what the records come to, and would come to again. */
export const isResult = (error: unknown): error is FanfoldError =>
  error instanceof FanfoldError && error.retry === 'never' && !CIRCUMSTANCES.includes(error.code);

/** An error as a FanfoldError: its own, or anything else as one that a retry may cure. */
export function asFanfoldError(error: unknown): FanfoldError {
  if (error instanceof FanfoldError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new FanfoldError('FANFOLD_STORE_UNAVAILABLE', message, {
    fix: 'Nothing: it is tried again.',
    retry: 'safe',
    cause: error,
  });
}
