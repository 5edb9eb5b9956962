/** Runs of the whole sample: in one piece, and in pieces. */
import { formatOf, tagOf } from '../formats/tagged.ts';
import type { Job } from '../job.ts';
import { isLossy } from './approximate.ts';
import { type MemoryRunResult, type Range, runInMemory } from './memory-run.ts';
import type { SampleObject } from './sample.ts';
import { type Surroundings, USUAL, within } from './surroundings.ts';
import type { Trial } from './trial.ts';

/** Where the sample is cut: before this byte of this object. At 0 one object is parted from the one before it. */
export interface Cut {
  readonly object: number;
  readonly at: number;
}

export interface Pieces {
  readonly cuts: readonly Cut[];
  readonly groupSize: number;
  /** Processes that take turns, each with the job as it was loaded; undefined is one that has just begun. */
  readonly processes: readonly (Job | undefined)[];
  readonly seed: number;
  readonly twiceInN: number;
  readonly at: Surroundings;
}

export const ONE_PIECE: Pieces = {
  cuts: [],
  groupSize: 64,
  processes: [undefined],
  seed: 1,
  twiceInN: 0,
  at: USUAL,
};

export interface WholeRun extends MemoryRunResult {
  /** An approximate combiner had to lose something: another grouping may come to another result. */
  readonly lossy: boolean;
}

export function runPieces(trial: Trial, objects: readonly SampleObject[], pieces: Pieces): Promise<WholeRun> {
  let lossy = false;
  const watched = (job: Job): Job => ({
    ...job,
    combine(earlier, later) {
      const combined = job.combine(earlier, later);
      lossy ||= isLossy(combined);
      return combined;
    },
  });
  return within(pieces.at, async () => {
    const processes: Job[] = [];
    for (const process of pieces.processes) processes.push(watched(process ?? (await trial.load())));
    const [first] = processes;
    const { groupSize, seed, twiceInN } = pieces;
    const result = await runInMemory({
      objects,
      chunks: chunksOf(objects, pieces.cuts),
      groupSize,
      params: trial.params,
      seed,
      twiceInN,
      jobFor: async (message) => processes[message % processes.length] ?? first ?? (await trial.load()),
    });
    return { ...result, lossy };
  });
}

/** Consecutive ranges, a new chunk at every cut. */
function chunksOf(objects: readonly SampleObject[], cuts: readonly Cut[]): Range[][] {
  const chunks: Range[][] = [[]];
  for (const [object, { bytes }] of objects.entries()) {
    const here = cuts.filter((cut) => cut.object === object).map(({ at }) => at);
    let start = 0;
    for (const at of [...new Set(here)].sort((a, b) => a - b)) {
      if (at > 0) chunks.at(-1)?.push({ object, start, end: at });
      chunks.push([]);
      start = at;
    }
    chunks.at(-1)?.push({ object, start, end: bytes.length });
  }
  return chunks.filter((ranges, i) => ranges.length > 0 || (i === 0 && chunks.length === 1));
}

/** Whether the format lets an object be cut. */
export function isCuttable({ input }: Job, object: SampleObject | undefined): boolean {
  if (object === undefined || object.bytes.length < 2) return false;
  const { cut, twoState } = formatOf(input, tagOf(input, object));
  return cut !== 'never' && (!twoState?.needsHeader || typeof twoState.header(object.bytes) === 'object');
}

/** Whether two runs came to the same, for a user. */
export const sameResult = (a: MemoryRunResult, b: MemoryRunResult): boolean =>
  a.manifest.state === b.manifest.state &&
  (a.manifest.state === 'failed' || (a.bytes.equals(b.bytes) && a.manifest.records.read === b.manifest.records.read));
