/** Every key that a run writes, from the run and a position alone. All are written once. */

const digits = (n: number) => String(n).padStart(8, '0');

/** The run that an upload asked for first. No run's name is `events`: all of them have a dash and digits. */
export const eventKey = (job: string, event: string) => `runs/events/${job}/${event}.json`;
export const surveyKey = (run: string) => `runs/${run}/survey.json`;
export const planKey = (run: string) => `runs/${run}/plan.json`;
export const planPagesPrefix = (run: string) => `runs/${run}/plan/`;
export const planPageKey = (run: string, firstChunk: number) => `${planPagesPrefix(run)}${digits(firstChunk)}.json`;
/** Written when all chunks of a page are queued: a splitter that comes back goes on behind it. */
export const sentPrefix = (run: string) => `runs/${run}/sent/`;
export const sentKey = (run: string, firstChunk: number) => `${sentPrefix(run)}${digits(firstChunk)}`;
/** The nth time that a sample of the input was begun. */
export const sampleKey = (run: string, nth: number) => `runs/${run}/samples/${nth}`;
/** Slash-terminated, so that LIST of group 1 never sees group 10. */
export const groupPrefix = (run: string, level: number, group: number) =>
  `runs/${run}/partials/${level}/${digits(group)}/`;
export const levelPrefix = (run: string, level: number) => `runs/${run}/partials/${level}/`;
export const partialKey = (run: string, level: number, index: number, groupSize: number) =>
  `${groupPrefix(run, level, Math.floor(index / groupSize))}${digits(index)}`;
/** Claim of the nth time that a node was started again. */
export const resendKey = (run: string, node: string, nth: number) => `${resendPrefix(run, node)}${nth}`;
export const resendPrefix = (run: string, node: string) => `runs/${run}/resends/${node}/`;

/** What the parts of a result are made of; sealed before any of them is begun. */
export const publicationKey = (run: string) => `runs/${run}/publication.json`;
/** What became of each part; beside them `started`, when all of them have been asked for. */
export const partsPrefix = (run: string) => `runs/${run}/parts/`;
export const partReportKey = (run: string, part: number) => `${partsPrefix(run)}${digits(part)}`;
export const partsStartedKey = (run: string) => `${partsPrefix(run)}started`;

/** What is known of a chunk that ends the processes which work it. */
export const bisectPrefix = (run: string, chunk: number) => `runs/${run}/bisect/${digits(chunk)}/`;

/** Who counts what a run had come to when it ends early. */
export const endingKey = (run: string) => `runs/${run}/ending.json`;

/** Where a run's result stands: parts, rejects, and last of all the manifest. */
export const resultPrefix = (job: string, run: string) => `${job}/${run}/`;
export const MANIFEST_NAME = 'manifest.json';
export const manifestKey = (job: string, run: string) => resultPrefix(job, run) + MANIFEST_NAME;
export const partName = (part: number, extension: string) => `part-${String(part).padStart(5, '0')}.${extension}`;
export const REJECTS_NAME = 'rejects-00000.jsonl';

/** One marker for each run, under its day, so that the watcher finds the runs that may still be running. */
export const watchPrefix = 'watch/';
export const watchDay = (timeMs: number) => new Date(timeMs).toISOString().slice(0, 10);
export const watchKey = (day: string, job: string, run: string) => `${watchPrefix}${day}/${job}/${run}.json`;
