/** Tries to show that `reduce`, `finish` or the output depend on more than their arguments. */
import { compareText } from '../core/compare-keys.ts';
import type { Job } from '../job.ts';
import { Combiner } from './combiner.ts';
import { aligned, CAUSES, type Finding, shownText, shownValue } from './finding.ts';
import { fromTheLeft } from './grouping.ts';
import type { KeyValues } from './key-values.ts';
import { OTHERS, USUAL, within } from './surroundings.ts';
import { type Answer, isPromise, said, sameAnswer, stored, type Trial } from './trial.ts';

export async function probeResult(trial: Trial, keys: readonly KeyValues[]): Promise<Finding | undefined> {
  const finals = await within(USUAL, async () => finalValues(await trial.load(), trial, keys));
  return (await inReduce(trial, finals)) ?? (await inFinish(trial, finals));
}

type Finals = readonly { readonly key: string; readonly value: Answer }[];

/** In byte order of key, as far as a check needs it. */
function finalValues(job: Job, { params }: Trial, keys: readonly KeyValues[]): Finals {
  const combiner = new Combiner(job, params);
  return keys
    .map(({ key, values }) => ({
      key,
      value: combiner.grouped(
        fromTheLeft(values.length),
        values.map(({ bytes }) => bytes),
      ),
    }))
    .sort((a, b) => compareText(a.key, b.key));
}

const causesOf = (usual: () => Promise<readonly Answer[]>, at: (nth: number) => Promise<readonly Answer[]>) =>
  [
    { kind: 'unrepeatable', answers: usual },
    ...OTHERS.map(({ kind }, nth) => ({ kind, answers: () => at(nth) })),
  ] as const;

async function inReduce(trial: Trial, finals: Finals): Promise<Finding | undefined> {
  const rows = (at = USUAL, order = finals) =>
    within(at, async () => {
      const combiner = new Combiner(await trial.load(), trial.params);
      return order.map(({ key, value }) => combiner.row(key, value));
    });
  const first = await rows();
  for (const [i, { problem }] of first.entries()) {
    if (problem === 'promise')
      return told(finals, i, 'async', 'reduce gives a promise', [], 'Write reduce without async.');
  }
  const tries = [
    ...causesOf(rows, (nth) => rows(OTHERS[nth]?.at)),
    { kind: 'state', answers: async () => (await rows(USUAL, finals.toReversed())).reverse() },
  ] as const;
  for (const { kind, answers } of tries) {
    const others = await answers();
    const i = first.findIndex((answer, nth) => !sameAnswer(answer, others[nth] ?? answer));
    const [once, again] = [first[i], others[i]];
    if (once === undefined || again === undefined) continue;
    const lines: [string, string][] = [
      ['once', shownText(once.bytes.trimEnd())],
      ['again', shownText(again.bytes.trimEnd())],
    ];
    return told(finals, i, kind, `reduce ${CAUSES[kind].what}`, lines, CAUSES[kind].fix);
  }
  return undefined;
}

function told(
  finals: Finals,
  nth: number,
  kind: Finding['kind'],
  what: string,
  lines: readonly (readonly [string, string])[],
  fix: string,
): Finding {
  const [final] = finals.slice(nth, nth + 1);
  const given: [string, string][] =
    final === undefined
      ? []
      : [
          ['key', shownValue(final.key)],
          ['value', shownValue(stored(final.value.bytes))],
        ];
  return { kind, where: 'reduce', what, example: aligned([...given, ...lines]), fix };
}

async function inFinish(trial: Trial, finals: Finals): Promise<Finding | undefined> {
  const run = (at = USUAL, times = 1) =>
    within(at, async () => {
      const job = await trial.load();
      let answer = await finished(job, trial, finals);
      for (let time = 1; time < times; time++) answer = await finished(job, trial, finals);
      return answer;
    });
  const first = await run();
  if (first === undefined) return undefined;
  const one = async (answer: Promise<Answer | undefined>) => [(await answer) ?? first];
  const tries = [
    ...causesOf(
      () => one(run()),
      (nth) => one(run(OTHERS[nth]?.at)),
    ),
    { kind: 'state', answers: () => one(run(USUAL, 2)) },
  ] as const;
  for (const { kind, answers } of tries) {
    const [other = first] = await answers();
    if (sameAnswer(first, other)) continue;
    return {
      kind,
      where: 'finish',
      what: `finish ${CAUSES[kind].what}`,
      example: differingLines(first.bytes, other.bytes),
      fix: CAUSES[kind].fix,
    };
  }
  return undefined;
}

/** All that `finish` makes of the rows; undefined if the job has none. */
async function finished(job: Job, { params }: Trial, finals: Finals): Promise<Answer | undefined> {
  const { finish, output, reduce } = job;
  if (finish === undefined) return undefined;
  async function* rows() {
    for (const { key, value } of finals) yield reduce(key, stored(value.bytes), { params });
  }
  try {
    let bytes = '';
    for await (const row of finish(rows(), { params })) {
      if (isPromise(row)) return { bytes: 'a promise', problem: 'promise' };
      bytes += output.encode(row);
    }
    return { bytes };
  } catch (error) {
    return { bytes: `it threw ${said(error)}`, problem: 'threw' };
  }
}

/** What `finish` makes of all rows, if the value of one key is this one. */
export function finishedWith(
  job: Job,
  trial: Trial,
  keys: readonly KeyValues[],
  key: string,
  value: Answer,
): Promise<Answer | undefined> {
  const finals = finalValues(job, trial, keys);
  return finished(
    job,
    trial,
    finals.map((final) => (final.key === key ? { key, value } : final)),
  );
}

/** The first line that differs in two results. */
export function differingLines(once: string, again: string): string[] {
  const [a, b] = [once.split('\n'), again.split('\n')];
  const i = a.findIndex((line, nth) => line !== b[nth]);
  const at = i < 0 ? a.length : i;
  return aligned([
    ['once', `row ${at + 1}: ${a[at] === undefined ? 'none' : shownText(a[at])}`],
    ['again', `row ${at + 1}: ${b[at] === undefined ? 'none' : shownText(b[at])}`],
  ]);
}
