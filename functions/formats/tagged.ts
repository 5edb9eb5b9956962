/** Several inputs in one run, each with a format of its own: what joins are made of. */
import { assert, FanfoldError } from '../errors.ts';
import type { Format, Tags } from './format.ts';
import { keyPattern } from './key-pattern.ts';

/** One of the inputs of `tagged()`. */
export interface TaggedInput<R> {
  /**
   * Which objects belong to it, by key or by the path given to `fanfold run`: `*` is any characters but `/`, `**` any at
   * all, `?` one character but `/`, `{a,b}` either. Without a `/` it is about the name alone, in whatever folder: `*.csv`
   * is all CSV. A list matches what any of its members does.
   */
  readonly from: string | readonly string[];
  /** How they are read: `csv(columns)`, `jsonl(schema)` … */
  readonly read: Format<R>;
}

export type TaggedInputs = { readonly [tag: string]: TaggedInput<unknown> };

/** The record of a tagged job: which input it comes from, and what that input's format made of it. */
export type TaggedRecord<I extends TaggedInputs> = {
  [T in keyof I & string]: {
    readonly input: T;
    readonly record: I[T]['read'] extends Format<infer R> ? R : never;
  };
}[keyof I & string];

/**
 * Reads objects of several kinds in one run, so that `map` can bring them together under one key. A record is
 * `{ input, record }`, and `input` tells the type of `record`. Every object must match the patterns of exactly one
 * input, or be named under it in a `.run.json`; a run with another is refused when it is planned.
 *
 * @throws FANFOLD_JOB_INVALID naming all that is wrong with the inputs; FANFOLD_INPUT_UNMATCHED, when a run is planned,
 * for an object that belongs to none of them or to several
 * @example
 * ```ts
 * const job = defineJob({
 *   name: 'spent',
 *   input: tagged({
 *     customers: { from: 'customers*.csv', read: csv({ id: 'text', name: 'text' }) },
 *     orders: { from: 'orders*.csv', read: csv({ customer: 'text', amount: 'decimal(2)' }) },
 *   }),
 *   *map(from) {
 *     if (from.input === 'customers') yield [from.record.id, { name: from.record.name, cents: 0n }];
 *     else yield [from.record.customer, { name: '', cents: from.record.amount }];
 *   },
 *   combine: (a, b) => ({ name: a.name || b.name, cents: a.cents + b.cents }),
 *   reduce: (id, { name, cents }) => ({ id, name, spent: decimal(cents, 2) }),
 *   output: csvRows(['id', 'name', 'spent']),
 * });
 * job.input.kind; // → 'tagged'
 * ```
 */
export function tagged<const I extends TaggedInputs>(inputs: I): Format<TaggedRecord<I>> {
  const tags = tagsOf(inputs);
  return {
    kind: 'tagged',
    cut: 'never',
    megabytesPerSecond: Math.min(...[...tags.values()].map(({ read }) => read.megabytesPerSecond)),
    tags,
    open() {
      throw new FanfoldError('FANFOLD_BUG', 'fanfold bug: a tagged input is opened without its tag', {
        fix: 'Please report it.',
        fatal: true,
      });
    },
  };
}

/** Members of records and documents, and short. */
const TAG = /^[A-Za-z][A-Za-z0-9_-]{0,39}$/;

function tagsOf(inputs: TaggedInputs): Tags {
  const tags = new Map<string, { patterns: RegExp[]; read: Format<unknown> }>();
  const wrong: string[] = [];
  for (const [tag, { from, read }] of Object.entries(inputs)) {
    if (!TAG.test(tag))
      wrong.push(`the tag ${JSON.stringify(tag)} is not 1 to 40 letters, digits, - and _, a letter first`);
    if (typeof read?.open !== 'function' || read.tags !== undefined)
      wrong.push(`${tag}: \`read\` must be a format such as csv() or jsonl(), and not tagged() again`);
    const patterns: RegExp[] = [];
    const globs = typeof from === 'string' ? [from] : (from ?? []);
    for (const glob of globs) {
      const pattern = keyPattern(glob);
      if (pattern === undefined) wrong.push(`${tag}: the braces of ${JSON.stringify(glob)} do not match`);
      else patterns.push(pattern);
    }
    if (globs.length === 0) wrong.push(`${tag}: \`from\` names nothing`);
    tags.set(tag, { patterns, read });
  }
  if (tags.size === 0) wrong.push('there is no input');
  if (wrong.length === 0) return tags;
  throw new FanfoldError('FANFOLD_JOB_INVALID', `tagged(): ${wrong.join('; ')}`, {
    fix: "Give { tag: { from: 'name*.csv', read: csv() } }.",
  });
}

/** How the objects of a tag are read; of an input without tags, how all are. */
export function formatOf(input: Format<unknown>, tag: string | undefined): Format<unknown> {
  if (input.tags === undefined) return input;
  const read = input.tags.get(tag ?? '')?.read;
  assert(read, `the plan gives an object the tag ${tag}, which the job does not know`);
  return read;
}

/** An object as it is named, with the tag that a `.run.json` gave it. */
interface Named {
  readonly key: string;
  readonly tag?: string;
}

/**
 * The tag of an object: the one that the request gave it, or else that of the only input whose patterns match its key.
 * Undefined where the job has no tags.
 *
 * @throws FANFOLD_INPUT_UNMATCHED
 */
export function tagOf({ tags }: Format<unknown>, { key, tag }: Named): string | undefined {
  if (tags === undefined) {
    if (tag === undefined) return undefined;
    throw unmatched(key, `is named as an input ${tag}, and the job has no tagged inputs`, 'Name it under `objects`.');
  }
  const known = () => [...tags.keys()].join(', ');
  if (tag !== undefined) {
    if (tags.has(tag)) return tag;
    throw unmatched(
      key,
      `is named as an input ${tag}, which the job does not have`,
      `Name it under one of ${known()}.`,
    );
  }
  const name = key.replace(/^(?:\.{1,2}\/)+/, ''); // paths may lead out of the working directory
  const found = [...tags].filter(([, { patterns }]) => patterns.some((pattern) => pattern.test(name)));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only[0];
  const said =
    only === undefined
      ? `matches none of the job's inputs ${known()}`
      : `matches several of the job's inputs: ${found.map(([each]) => each).join(', ')}`;
  throw unmatched(key, said, 'Rename it, leave it out, correct the patterns of tagged(), or name it in a .run.json.');
}

/** What `map` gets for a record of an object: with its tag, if it has one. */
export const taggedRecord = (tag: string | undefined, record: unknown): unknown =>
  tag === undefined ? record : { input: tag, record };

function unmatched(key: string, what: string, fix: string): FanfoldError {
  return new FanfoldError('FANFOLD_INPUT_UNMATCHED', `The object ${key} ${what}`, { fix, fatal: true, source: key });
}
