/** Tries to show that `combine` is not associative, by the rows that come of it. */
import type { Job } from '../job.ts';
import { isLossy, membersOf, withoutLossy } from './approximate.ts';
import { Combiner } from './combiner.ts';
import { APPROXIMATE, aligned, type Finding, shownRecord, shownText, shownValue } from './finding.ts';
import { atRandom, fromTheLeft, fromTheRight, type Grouping, shownGrouping } from './grouping.ts';
import type { KeyValues, Yielded } from './key-values.ts';
import { finishedWith } from './probe-result.ts';
import { Random } from './random.ts';
import { shrinkList } from './shrink.ts';
import { USUAL, within } from './surroundings.ts';
import { type Answer, encoded, sameAnswer, stored, type Trial } from './trial.ts';

const RANDOM_GROUPINGS = 6;
const SHRINK_TRIES = 200;

/** Two groupings of the same values that come to different answers. */
interface Difference {
  readonly key: string;
  readonly values: readonly Yielded[];
  readonly groupings: readonly [Grouping, Grouping];
  readonly answers: readonly [Answer, Answer];
  readonly rows: readonly [Answer, Answer];
}

export interface GroupingProbe {
  readonly refuted?: Finding;
  /** Values differ, and the rows of this sample do not show it. */
  readonly note?: Finding;
}

/** @param sound whether rows are known to depend on their values alone, so that they can be compared */
export function probeGrouping(trial: Trial, keys: readonly KeyValues[], sound: boolean): Promise<GroupingProbe> {
  return within(USUAL, async () => probe(await trial.load(), trial, keys, sound));
}

async function probe(job: Job, trial: Trial, keys: readonly KeyValues[], sound: boolean): Promise<GroupingProbe> {
  const combiner = new Combiner(job, trial.params);
  let hidden: Difference | undefined;
  for (const { key, values } of keys) {
    // Records may come again, so that of one or two values more can be made; what then throws, says nothing.
    const repeated = values.length < 3;
    const list = repeated ? [...values, ...values, ...values] : values;
    const look = (some: readonly Yielded[], byRow: boolean) =>
      difference(combiner, key, some, trial.seed, byRow, repeated);
    const inRows = sound ? look(list, true) : undefined;
    if (inRows === undefined) {
      hidden ??= look(list, false);
      continue;
    }
    const fewest = await shrinkList(list, (some) => look(some, true) !== undefined, SHRINK_TRIES);
    const smallest = look(fewest, true) ?? inRows;
    if (!isApproximate(smallest) && (await showsInResult(job, trial, keys, smallest)))
      return { refuted: told(smallest, false) };
    hidden ??= smallest;
  }
  return hidden === undefined ? {} : { note: told(hidden, true) };
}

function difference(
  combiner: Combiner,
  key: string,
  values: readonly Yielded[],
  seed: number,
  byRow: boolean,
  mustAnswer: boolean,
): Difference | undefined {
  const { length } = values;
  if (length < 3) return undefined;
  const bytes = values.map((value) => value.bytes);
  const random = new Random(seed);
  const left = fromTheLeft(length);
  const answer = combiner.grouped(left, bytes);
  const row = combiner.row(key, answer);
  const others = [fromTheRight(length), ...Array.from({ length: RANDOM_GROUPINGS }, () => atRandom(length, random))];
  for (const grouping of others) {
    const other = combiner.grouped(grouping, bytes);
    const otherRow = combiner.row(key, other);
    if (byRow ? sameAnswer(row, otherRow) : sameAnswer(answer, other)) continue;
    if (mustAnswer && (answer.problem ?? other.problem ?? row.problem ?? otherRow.problem) !== undefined) continue;
    return { key, values, groupings: [left, grouping], answers: [answer, other], rows: [row, otherRow] };
  }
  return undefined;
}

/** Whether `finish`, if there is one, lets the difference through. */
async function showsInResult(
  job: Job,
  trial: Trial,
  keys: readonly KeyValues[],
  { key, answers }: Difference,
): Promise<boolean> {
  if (job.finish === undefined) return true;
  const [a, b] = await Promise.all(answers.map((answer) => finishedWith(job, trial, keys, key, answer)));
  return a === undefined || b === undefined || !sameAnswer(a, b);
}

function told({ key, values, groupings, answers, rows }: Difference, hidden: boolean): Finding {
  const names = values.map((_, i) => (values.length <= 26 ? String.fromCharCode(97 + i) : `v${i + 1}`));
  const rounding = closeEnough(answers);
  const shown = (nth: 0 | 1) => {
    const { bytes, problem } = answers[nth];
    const value = problem === undefined ? shownValue(stored(bytes)) : shownText(bytes);
    const { bytes: row, problem: none } = rows[nth];
    return hidden || none !== undefined || problem !== undefined ? value : `${value}   row ${shownText(row.trimEnd())}`;
  };
  const example = aligned([
    ['key', shownValue(key)],
    ...values.map(({ bytes, record }, i): [string, string] => [
      names[i] ?? '',
      `${shownValue(stored(bytes))}   from ${shownRecord(record)}`,
    ]),
    [shownGrouping(groupings[0], names), shown(0)],
    [shownGrouping(groupings[1], names), shown(1)],
  ]);
  const quiet = hidden ? '; the rows of this sample do not show it, those of others may' : '';
  if (isApproximate({ answers })) return { ...APPROXIMATE, where: 'combine', example };
  if (rounding) {
    return {
      kind: 'rounding',
      where: 'combine',
      what: `combine adds floating-point numbers, whose last digits depend on the grouping, and the grouping on the chunks${quiet}`,
      example,
      fix: "Add exactly: bigints of a column 'decimal(n)' or 'integer', whole numbers below 2^53 such as cents; or round in reduce, which makes a difference rare and not impossible.",
    };
  }
  return {
    kind: 'grouping',
    where: 'combine',
    what: `combine is not associative: how values are grouped shows, and chunks decide that${quiet}`,
    example,
    fix: 'Make combine(combine(a, b), c) equal combine(a, combine(b, c)): carry what adds up, such as a sum and a count, and divide in reduce; keep lists, Maps and Sets in the order of the input, or sort them in reduce.',
  };
}

/** Whether they differ in nothing but what an approximate combiner has lost. */
function isApproximate({ answers: [a, b] }: Pick<Difference, 'answers'>): boolean {
  if (a.problem !== undefined || b.problem !== undefined) return false;
  const [inA, inB] = [stored(a.bytes), stored(b.bytes)];
  return (isLossy(inA) || isLossy(inB)) && encoded(withoutLossy(inA)) === encoded(withoutLossy(inB));
}

/** Whether both are the same but for the last digits of floating-point numbers. */
function closeEnough([a, b]: readonly [Answer, Answer]): boolean {
  return a.problem === undefined && b.problem === undefined && close(stored(a.bytes), stored(b.bytes));
}

const RELATIVE_MAX = 1e-9;

function close(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number') {
    return Math.abs(a - b) <= RELATIVE_MAX * Math.max(Math.abs(a), Math.abs(b));
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) === 0;
  const [inA, inB] = [membersOf(a), membersOf(b)];
  return inA.length === inB.length && inA.every((member, i) => close(member, inB[i]));
}
