/** Tries to show that the result depends on where the input is cut: whole runs over the real stations, compared. */
import type { Job } from '../job.ts';
import { APPROXIMATE, aligned, CAUSES, type Finding, shownText } from './finding.ts';
import type { MemoryRunResult } from './memory-run.ts';
import { differingLines } from './probe-result.ts';
import { Random } from './random.ts';
import { readRecords, type SampleObject } from './sample.ts';
import { shrinkList } from './shrink.ts';
import { OTHERS, USUAL } from './surroundings.ts';
import type { Trial } from './trial.ts';
import { type Cut, isCuttable, ONE_PIECE, type Pieces, runPieces, sameResult, type WholeRun } from './whole-run.ts';

const CUTS_MAX = 24;
const SHRINK_TRIES = 60;
/** A chunk each: more would take long. */
const LINES_MAX = 500;

export interface CutsProbe {
  readonly refuted?: Finding;
  readonly note?: Finding;
}

/** @param once what the run in one piece came to */
export async function probeCuts(trial: Trial, once: WholeRun, runs: number): Promise<CutsProbe> {
  const { objects } = trial;
  const warm = await trial.load();
  const places = placesToCut(warm, objects);
  const random = new Random(trial.seed);
  let note: Finding | undefined;
  for (let run = 0; run < runs; run++) {
    const pieces: Pieces = {
      cuts: chooseCuts(places, run, random),
      groupSize: 2 + random.below(6),
      processes: random.below(2) === 0 ? [undefined] : [warm, undefined],
      seed: random.below(2 ** 31),
      twiceInN: random.below(2) === 0 ? 0 : 3,
      at: [USUAL, ...OTHERS.map(({ at }) => at)][random.below(2 * (OTHERS.length + 1))] ?? USUAL,
    };
    const cut = await runPieces(trial, objects, pieces);
    if (sameResult(once, cut)) continue;
    const refuted = await explain(trial, once, cut, pieces);
    if (refuted.kind !== 'approximate') return { refuted };
    note = refuted;
  }
  return note === undefined ? {} : { note };
}

/** Record starts, their neighbours, and the starts of objects: where something can go wrong. */
function placesToCut(job: Job, objects: readonly SampleObject[]): Cut[] {
  const places: Cut[] = [];
  const records = Map.groupBy(readRecords(objects, job.input), ({ object }) => object);
  for (const [object, sample] of objects.entries()) {
    if (object > 0) places.push({ object, at: 0 });
    if (!isCuttable(job, sample)) continue;
    const starts = (records.get(object) ?? []).flatMap(({ offset }) => [offset, offset - 1, offset + 1]);
    const last = sample.bytes.length - 1;
    for (const at of new Set([...starts, last])) if (at > 0 && at <= last) places.push({ object, at });
  }
  return places;
}

/** Few cuts more often than many: they are the quicker, and the easier to understand. */
function chooseCuts(places: readonly Cut[], run: number, random: Random): Cut[] {
  const count = Math.min(places.length, run % 4 === 0 ? CUTS_MAX : 1 + random.below(4));
  const left = [...places];
  return Array.from({ length: count }, () => left.splice(random.below(left.length), 1)).flat();
}

/** What is behind a difference, and the smallest example of it that is found. */
async function explain(trial: Trial, once: WholeRun, cut: WholeRun, pieces: Pieces): Promise<Finding> {
  const quiet: Pieces = { ...ONE_PIECE, cuts: pieces.cuts, groupSize: pieces.groupSize };
  const again = await runPieces(trial, trial.objects, quiet);
  // With the same chunks and groups even what is approximate must come to the same.
  if ((once.lossy || cut.lossy) && sameResult(cut, again)) {
    return { ...APPROXIMATE, where: 'combine', example: compared(once, cut) };
  }
  if (sameResult(once, again)) {
    return {
      kind: 'state',
      where: 'job',
      what: 'The result depends on which process did what, and how often, or on its surroundings',
      example: compared(once, cut),
      fix: CAUSES.state.fix,
    };
  }
  const { objects, cuts } = (await fewerLines(trial, quiet)) ?? (await fewerCuts(trial, once, quiet));
  const [whole, apart] = [
    await runPieces(trial, objects, ONE_PIECE),
    await runPieces(trial, objects, { ...quiet, cuts }),
  ];
  return {
    kind: 'cuts',
    where: 'job',
    what: 'The result depends on where the input is cut into chunks',
    example: [...cuts.map((at) => shownCut(objects, at)), ...compared(whole, apart)],
    fix: 'Look at each record alone, and combine associatively: which records share a chunk differs from run to run.',
  };
}

interface Smaller {
  readonly objects: readonly SampleObject[];
  readonly cuts: readonly Cut[];
}

async function fewerCuts(trial: Trial, once: MemoryRunResult, quiet: Pieces): Promise<Smaller> {
  const { objects } = trial;
  const shows = async (cuts: readonly Cut[]) => !sameResult(once, await runPieces(trial, objects, { ...quiet, cuts }));
  return { objects, cuts: await shrinkList(quiet.cuts, shows, SHRINK_TRIES) };
}

/** A line of an object, and whether a chunk begins with it. */
interface Line {
  readonly object: number;
  readonly text: string;
  readonly cut: boolean;
}

/** The fewest lines, and cuts between them, that show it; undefined if no cuts between lines do. */
async function fewerLines(trial: Trial, quiet: Pieces): Promise<Smaller | undefined> {
  const job = await trial.load();
  const made = (lines: readonly Line[]): Smaller => {
    const texts = trial.objects.map(() => '');
    const cuts: Cut[] = [];
    for (const { object, text, cut } of lines) {
      const at = texts[object]?.length ?? 0;
      if (cut && (at > 0 || object > 0)) cuts.push({ object, at });
      texts[object] += text;
    }
    const objects = trial.objects.map(({ key }, i) => ({ key, bytes: Buffer.from(texts[i] ?? '', 'latin1') }));
    return { objects, cuts: cuts.filter(({ object, at }) => at === 0 || isCuttable(job, objects[object])) };
  };
  const shows = async (lines: readonly Line[]) => {
    const { objects, cuts } = made(lines);
    const whole = await runPieces(trial, objects, ONE_PIECE);
    if (whole.manifest.state !== 'succeeded' || cuts.length === 0) return false;
    return !sameResult(whole, await runPieces(trial, objects, { ...quiet, cuts }));
  };
  const all = trial.objects.flatMap(({ bytes }, object) =>
    [...bytes.toString('latin1').matchAll(/[^\n]*\n|[^\n]+/g)].map(([text]): Line => ({ object, text, cut: true })),
  );
  if (all.length > LINES_MAX || !(await shows(all))) return undefined;
  const some = await shrinkList(all, shows, SHRINK_TRIES);
  const withCuts = (kept: readonly Line[]) => some.map((line) => ({ ...line, cut: kept.includes(line) }));
  const cuts = await shrinkList(some, (kept) => shows(withCuts(kept)), SHRINK_TRIES);
  const last = withCuts(cuts);
  const fewest = await shrinkList(last, (kept) => shows(withoutOthers(last, kept)), SHRINK_TRIES);
  return made(withoutOthers(last, fewest));
}

/** The lines that are kept; where one is left out that began a chunk, the next one does. */
function withoutOthers(lines: readonly Line[], kept: readonly Line[]): Line[] {
  const left: Line[] = [];
  let cut = false;
  for (const line of lines) {
    cut ||= line.cut;
    if (!kept.includes(line)) continue;
    left.push({ ...line, cut });
    cut = false;
  }
  return left;
}

function shownCut(objects: readonly SampleObject[], { object, at }: Cut): string {
  const { key, bytes } = objects[object] ?? { key: '?', bytes: Buffer.alloc(0) };
  const before = shownText(bytes.subarray(Math.max(0, at - 40), at).toString());
  return `cut in ${key} at byte ${at}: ${before} | ${shownText(bytes.subarray(at, at + 40).toString())}`;
}

function compared(once: MemoryRunResult, cut: MemoryRunResult): string[] {
  const failure = ({ manifest }: MemoryRunResult) =>
    manifest.reason === undefined ? 'it succeeds' : shownText(`${manifest.reason.code}: ${manifest.reason.message}`);
  if (once.manifest.state !== cut.manifest.state) {
    return aligned([
      ['in one piece', failure(once)],
      ['cut', failure(cut)],
    ]);
  }
  return differingLines(once.bytes.toString(), cut.bytes.toString());
}
