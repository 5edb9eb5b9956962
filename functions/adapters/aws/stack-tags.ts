/** Tags of the chunk queue: they name what belongs to a deployment, so that its stack's name is enough to find it. */
export const STACK_TAGS = {
  stack: 'fanfold:stack',
  construct: 'fanfold:construct',
  input: 'fanfold:input',
  results: 'fanfold:results',
} as const;

/** Names of jobs, in as many tags as it takes: `fanfold:jobs-1` and on. */
const JOBS_TAG = 'fanfold:jobs-';
/** Of a tag's value, and of the tags for jobs: a queue has 50. https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html */
const VALUE_CHARACTERS_MAX = 256;
const JOBS_TAGS_MAX = 40;

/** Tags that name all jobs; none where that takes too many. */
export function tagsOfJobs(names: readonly string[]): Readonly<Record<string, string>> {
  const values: string[] = [];
  for (const name of names) {
    const last = values.at(-1);
    if (last === undefined || last.length + 1 + name.length > VALUE_CHARACTERS_MAX) values.push(name);
    else values[values.length - 1] = `${last} ${name}`;
  }
  if (values.length > JOBS_TAGS_MAX) return {};
  return Object.fromEntries(values.map((value, i) => [`${JOBS_TAG}${i + 1}`, value]));
}

/** The names again; undefined where the tags tell none. */
export function jobsOfTags(tags: Readonly<Record<string, string>>): readonly string[] | undefined {
  const values = Object.entries(tags).flatMap(([key, value]) => (key.startsWith(JOBS_TAG) ? value.split(' ') : []));
  return values.length === 0 ? undefined : values.sort();
}
