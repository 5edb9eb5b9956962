import { FanfoldError } from './errors.ts';
import type { FinishedJob, FinishedPairsJob, Job, KeyedJob, PairsJob, TransformJob } from './job.ts';
import {
  BAD_RECORDS_DEFAULT,
  BAD_RECORDS_MAX,
  DEADLINE_SECONDS_DEFAULT,
  DEADLINE_SECONDS_MAX,
  DEADLINE_SECONDS_MIN,
  JOB_NAME,
  RESERVED_JOB_NAMES,
} from './limits.ts';
import type { ParamSpecs } from './params.ts';

// biome-ignore lint/complexity/noBannedTypes: `{}` is "no parameters", and lets `params` be left out
type None = {};

/**
 * Defines a job: the default export of a job file.
 *
 * With `combine` it is keyed: `map` yields `[key, value]` pairs, `combine` joins the values of a key, `reduce` makes
 * a row of the last one, `finish` sees all rows in byte order of their keys. Without `combine` it is a transform:
 * `map` yields rows, and the output keeps the order of the input, or is in byte order of `sortBy`.
 *
 * @throws FANFOLD_JOB_INVALID naming every wrong option at once.
 * @example
 * ```ts
 * const job = defineJob({
 *   name: 'word-count',
 *   input: words(),
 *   *map(word) { yield [word, 1]; },
 *   combine: sum,
 *   reduce: (word, count) => ({ word, count }),
 *   output: csvRows(['word', 'count']),
 * });
 * job.shape; // → 'keyed'
 * ```
 */
export function defineJob<R, Out, const S extends ParamSpecs = None>(job: TransformJob<R, Out, S>): Job;
export function defineJob<R, V, const S extends ParamSpecs = None>(job: PairsJob<R, V, S>): Job;
export function defineJob<R, V, Out, const S extends ParamSpecs = None>(job: FinishedPairsJob<R, V, Out, S>): Job;
export function defineJob<R, V, Row, Out, const S extends ParamSpecs = None>(job: FinishedJob<R, V, Row, Out, S>): Job;
export function defineJob<R, V, Row, const S extends ParamSpecs = None>(job: KeyedJob<R, V, Row, S>): Job;
export function defineJob(given: object): Job {
  return makeJob(given);
}

/**
 * The job of these options.
 *
 * @param wrongBefore what is known to be wrong with them already
 * @param declared what a declarative job asks
 */
export function makeJob(
  options: Partial<Job>,
  wrongBefore: readonly string[] = [],
  declared: Pick<Job, 'aggregation' | 'recordsSorted'> = {},
): Job {
  const shape: Job['shape'] = options.combine === undefined ? 'transform' : 'keyed';
  const job = {
    reduce: (key: string, value: unknown) => ({ key, value }),
    finish: undefined,
    sortBy: undefined,
    combine: () => undefined,
    order: 'key' as const,
    params: {},
    badRecords: 'fail' as const,
    badRecordsMax: BAD_RECORDS_DEFAULT,
    deadlineSeconds: DEADLINE_SECONDS_DEFAULT,
    ...options,
    ...declared,
    tolerate: tolerance(options.tolerate),
    shape,
  };
  const wrong = [...wrongBefore, ...strangers(options), ...problems(job)];
  if (wrong.length > 0) {
    throw new FanfoldError('FANFOLD_JOB_INVALID', `The job ${String(job.name)} is not valid: ${wrong.join('; ')}`, {
      fix: `Correct the options of ${declared.aggregation ? 'aggregate' : declared.recordsSorted ? 'sorted' : 'defineJob'}.`,
    });
  }
  return Object.freeze(job) as Job; // every member was checked by `problems`, the functions' types by the overloads
}

/** Both bounds hold; one alone leaves the other open; none at all tolerates nothing. */
function tolerance(given: Partial<Job['tolerate']> | undefined): Job['tolerate'] {
  if (given?.chunks === undefined && given?.percent === undefined) return { chunks: 0, percent: 0 };
  return { chunks: given.chunks ?? Number.MAX_SAFE_INTEGER, percent: given.percent ?? 100 };
}

const WORK = ['name', 'input', 'map', 'combine', 'reduce', 'finish', 'sortBy', 'output', 'order'];
const OPTIONS = [...WORK, 'params', 'badRecords', 'badRecordsMax', 'tolerate', 'deadlineSeconds'];

/** Options that are not known, or have no meaning here: a misspelt `combine` would silently make a transform. */
function strangers(options: Partial<Job>): string[] {
  const wrong = Object.keys(options)
    .filter((name) => !OPTIONS.includes(name))
    .map((name) => `there is no option \`${name}\``);
  for (const name of Object.keys(options.tolerate ?? {})) {
    if (name !== 'chunks' && name !== 'percent') wrong.push(`\`tolerate\` has no \`${name}\``);
  }
  const { combine, reduce, finish, sortBy, order } = options;
  if (combine === undefined && (reduce ?? finish) !== undefined) wrong.push('`reduce` and `finish` need `combine`');
  if ((combine === undefined || finish !== undefined) && order !== undefined) {
    wrong.push('`order` needs `combine`, and no `finish`');
  }
  if (combine !== undefined && sortBy !== undefined) {
    wrong.push('`sortBy` is for jobs without `combine`: what those with it group comes in byte order of its keys');
  }
  return wrong;
}

function problems(
  job: { readonly [K in keyof Job]?: Job[K] | undefined } & Pick<Job, 'tolerate' | 'params'>,
): string[] {
  const wrong: string[] = [];
  const check = (ok: boolean, problem: string) => {
    if (!ok) wrong.push(problem);
  };
  const within = (n: unknown, min: number, max: number) => typeof n === 'number' && n >= min && n <= max;
  const whole = (n: unknown, min: number, max: number) => Number.isInteger(n) && within(n, min, max);
  check(
    typeof job.name === 'string' && JOB_NAME.test(job.name),
    '`name` must be 1 to 40 lower-case letters, digits and dashes, a letter first',
  );
  check(!RESERVED_JOB_NAMES.includes(job.name ?? ''), `\`name\` must not be ${RESERVED_JOB_NAMES.join(' or ')}`);
  check(typeof job.input?.open === 'function', '`input` must be a format such as lines(), jsonl() or csv()');
  check(typeof job.output?.encode === 'function', '`output` must be csvRows(columns), jsonRows() or textLines()');
  check(typeof job.map === 'function', '`map` must be a function');
  check(typeof job.combine === 'function', '`combine` must be a function');
  check(typeof job.reduce === 'function', '`reduce` must be a function');
  check(job.sortBy === undefined || typeof job.sortBy === 'function', '`sortBy` must be a function');
  check(job.finish === undefined || typeof job.finish === 'function', '`finish` must be a function');
  check(job.order === 'key' || job.order === 'any', "`order` must be 'key' or 'any'");
  check(job.badRecords === 'fail' || job.badRecords === 'set-aside', "`badRecords` must be 'fail' or 'set-aside'");
  check(whole(job.badRecordsMax, 0, BAD_RECORDS_MAX), `\`badRecordsMax\` must be 0 to ${BAD_RECORDS_MAX}`);
  check(within(job.tolerate.chunks, 0, Number.MAX_SAFE_INTEGER), '`tolerate.chunks` must be 0 or more');
  check(within(job.tolerate.percent, 0, 100), '`tolerate.percent` must be 0 to 100');
  check(
    whole(job.deadlineSeconds, DEADLINE_SECONDS_MIN, DEADLINE_SECONDS_MAX),
    `\`deadlineSeconds\` must be ${DEADLINE_SECONDS_MIN} to ${DEADLINE_SECONDS_MAX}`,
  );
  for (const [name, spec] of Object.entries(job.params)) {
    check(
      ['text', 'number', 'flag'].includes(spec?.type),
      `parameter ${name}: \`type\` must be 'text', 'number' or 'flag'`,
    );
  }
  return wrong;
}
