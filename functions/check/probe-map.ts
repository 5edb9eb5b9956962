/** Tries to show that `map` depends on more than its arguments, or changes what it should not. */
import type { Job } from '../job.ts';
import { aligned, CAUSES, type Finding, shownRecord, shownValue } from './finding.ts';
import { type Mapped, mapAll, mapAllSlowly, shownMapped } from './map-pass.ts';
import { readRecords, type SampleRecord } from './sample.ts';
import { shrinkList } from './shrink.ts';
import { OTHERS, type Surroundings, USUAL, within } from './surroundings.ts';
import { encoded, sameAnswer, stored, type Trial } from './trial.ts';

export interface MapProbe {
  readonly findings: readonly Finding[];
  readonly records: readonly SampleRecord[];
  readonly mapped: readonly Mapped[];
}

/** Tries of a shorter list of records that still shows a dependence on earlier ones. */
const SHRINK_TRIES = 60;

export async function probeMap(trial: Trial): Promise<MapProbe> {
  const passes = new Passes(trial);
  const { records, mapped } = await passes.inOrder(USUAL);
  const answered = (findings: readonly Finding[]) => ({ findings, records, mapped });
  const wrong = problemOf(records, mapped) ?? changedLater(records, mapped);
  if (wrong !== undefined) return answered([wrong]);
  const again = await passes.inOrder(USUAL);
  const unrepeatable = differing('unrepeatable', records, mapped, again.mapped);
  if (unrepeatable !== undefined) return answered([unrepeatable]);
  const findings: Finding[] = [];
  for (const { kind, at } of OTHERS) {
    const other = differing(kind, records, mapped, (await passes.inOrder(at)).mapped);
    if (other !== undefined) findings.push(other);
  }
  if (findings.length > 0) return answered(findings);
  const kept = (await passes.stateful(mapped)) ?? (await passes.goingOn(records, mapped));
  const changed = kept ?? (await passes.changedRecord(records));
  return answered(changed === undefined ? [] : [changed]);
}

/** What `map` gave that no job may give. */
function problemOf(records: readonly SampleRecord[], mapped: readonly Mapped[]): Finding | undefined {
  for (const [i, { problem, bytes }] of mapped.entries()) {
    const record = records[i];
    if (record === undefined || problem === undefined) continue;
    const example = [shownRecord(record)];
    if (problem === 'promise') {
      const fix =
        'Write `*map(…) { … }` without async, and yield values and not promises: what needs waiting belongs before the run.';
      return { kind: 'async', where: 'map', what: 'map gives a promise', example, fix };
    }
    if (problem === 'unstorable') {
      const fix = 'Yield numbers, bigints, strings, booleans, null, arrays, plain objects, Map, Set or Uint8Array.';
      const what = 'map yields a value that cannot be stored, as every value is when its chunk is done';
      return { kind: 'unstorable', where: 'map', what, example: [...example, bytes], fix };
    }
    const fix = 'Correct the job, or the record.';
    return { kind: 'fails', where: 'map', what: 'map throws', example: [...example, bytes], fix };
  }
  return undefined;
}

/** A value that was yielded must stay what it was: it waits to be combined. */
function changedLater(records: readonly SampleRecord[], mapped: readonly Mapped[]): Finding | undefined {
  for (const [i, { pairs }] of mapped.entries()) {
    const record = records[i];
    const pair = pairs.find(({ value, bytes }) => encoded(value) !== bytes);
    if (record === undefined || pair === undefined) continue;
    return {
      kind: 'mutation',
      where: 'map',
      what: 'A value that map had yielded changed later',
      example: aligned([
        ['record', shownRecord(record)],
        ['yielded', shownValue([pair.key, stored(pair.bytes)])],
        ['later', shownValue([pair.key, pair.value])],
      ]),
      fix: 'Yield a new object each time; do not keep what was yielded, nor write to it.',
    };
  }
  return undefined;
}

/** The first answers that differ, told for the shortest record. */
function differing(
  kind: keyof typeof CAUSES,
  records: readonly SampleRecord[],
  before: readonly Mapped[],
  after: readonly Mapped[],
): Finding | undefined {
  let shortest: { record: SampleRecord; a: Mapped; b: Mapped } | undefined;
  for (const [i, record] of records.entries()) {
    const a = before[i];
    const b = after[i];
    if (a === undefined || b === undefined || sameAnswer(a, b)) continue;
    if (shortest === undefined || record.text.length < shortest.record.text.length) shortest = { record, a, b };
  }
  if (shortest === undefined) return undefined;
  const { record, a, b } = shortest;
  return {
    kind,
    where: 'map',
    what: `map ${CAUSES[kind].what}`,
    example: aligned([
      ['record', shownRecord(record)],
      ['once', shownMapped(a)],
      ['again', shownMapped(b)],
    ]),
    fix: CAUSES[kind].fix,
  };
}

class Passes {
  readonly #trial: Trial;

  constructor(trial: Trial) {
    this.#trial = trial;
  }

  /** A process of its own, with the records made anew. */
  async #fresh<T>(at: Surroundings, step: (job: Job, records: SampleRecord[]) => T | Promise<T>): Promise<T> {
    return within(at, async () => {
      const job = await this.#trial.load();
      return step(job, readRecords(this.#trial.objects, job.input));
    });
  }

  inOrder(at: Surroundings) {
    const { params } = this.#trial;
    return this.#fresh(at, (job, records) => ({ records, mapped: mapAll(job, records, params) }));
  }

  /** Backwards, and a second time in the same process: whatever came before must not show. */
  async stateful(expected: readonly Mapped[]): Promise<Finding | undefined> {
    const { params } = this.#trial;
    const backwards = await this.#fresh(USUAL, (job, records) => mapAll(job, records.reverse(), params).reverse());
    const twice = await this.#fresh(USUAL, (job, records) => {
      mapAll(job, records, params);
      return mapAll(job, readRecords(this.#trial.objects, job.input), params);
    });
    const isOther = (given: readonly Mapped[]) => (a: Mapped, i: number) => !sameAnswer(a, given[i] ?? a);
    // Rather one that has others before it: they are what made the difference.
    const find = (given: readonly Mapped[]) => {
      const others = expected.flatMap((mapped, i) => (isOther(given)(mapped, i) ? [i] : []));
      return others.find((i) => i > 0) ?? others[0];
    };
    const inReverse = find(backwards);
    const inRepeat = find(twice);
    if (inReverse !== undefined) return this.#stateAt(inReverse, false);
    return inRepeat === undefined ? undefined : this.#stateAt(inRepeat, true);
  }

  /** The fewest records before the nth that change what `map` gives for it. */
  async #stateAt(nth: number, repeated: boolean): Promise<Finding> {
    const after = (before: readonly number[]) =>
      this.#fresh(USUAL, (job, records) => {
        const pick = (i: number) => records.slice(i, i + 1);
        return { records, mapped: mapAll(job, [...before.flatMap(pick), ...pick(nth)], this.#trial.params).at(-1) };
      });
    const { records, mapped: alone } = await after([]);
    const differs = async (before: readonly number[]) => {
      const { mapped } = await after(before);
      return alone !== undefined && mapped !== undefined && !sameAnswer(alone, mapped);
    };
    const earlier = records.map((_, i) => i).slice(0, nth);
    const later = records
      .map((_, i) => i)
      .slice(nth + 1)
      .reverse();
    const all = records.map((_, i) => i);
    let before: readonly number[] = repeated ? all : earlier;
    for (const some of [repeated ? all : earlier, [nth], later]) {
      if (!(await differs(some))) continue;
      before = some;
      break;
    }
    const fewest = await shrinkList(before, differs, SHRINK_TRIES);
    const { mapped: then } = await after(fewest);
    const shown = (mapped: Mapped | undefined) => (mapped === undefined ? 'nothing' : shownMapped(mapped));
    const told = (i: number) =>
      records
        .slice(i, i + 1)
        .map(shownRecord)
        .join('');
    return {
      kind: 'state',
      where: 'map',
      what: `map ${CAUSES.state.what}`,
      example: aligned([
        ['record', told(nth)],
        ['as the first', shown(alone)],
        ...fewest.slice(-3).map((i): [string, string] => ['after', told(i)]),
        ['it gives', shown(then)],
      ]),
      fix: CAUSES.state.fix,
    };
  }

  /** With a pause after each record: what `map` began and did not await must not show either. */
  async goingOn(records: readonly SampleRecord[], expected: readonly Mapped[]): Promise<Finding | undefined> {
    const slow = await this.#fresh(USUAL, (job, fresh) => mapAllSlowly(job, fresh, this.#trial.params));
    const found = differing('state', records, expected, slow);
    if (found === undefined) return undefined;
    return {
      ...found,
      kind: 'async',
      what: 'map goes on after it has returned, and that shows',
      fix: 'Begin nothing in map that it does not finish: no promises, timers or events.',
    };
  }

  /** The same record object twice. */
  async changedRecord(records: readonly SampleRecord[]): Promise<Finding | undefined> {
    const { params } = this.#trial;
    const [once, again] = await this.#fresh(USUAL, (job, fresh) => {
      const twice = fresh.map((record) => mapAll(job, [record, record], params));
      return [twice.flatMap((two) => two.slice(0, 1)), twice.flatMap((two) => two.slice(1))];
    });
    const found = differing('state', records, once ?? [], again ?? []);
    if (found === undefined) return undefined;
    return {
      ...found,
      kind: 'mutation',
      what: 'map changes its record: given the same one again, it gives another answer',
      fix: 'Make new objects and leave the record as it is.',
    };
  }
}
