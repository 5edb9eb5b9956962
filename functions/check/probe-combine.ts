/** Tries to show that `combine` is not associative, changes its arguments, or needs values that were never stored. */
import { Combiner } from './combiner.ts';
import { aligned, CAUSES, type Finding, shownRecord, shownValue } from './finding.ts';
import { type KeyValues, shownAnswer, type Yielded } from './key-values.ts';
import { OTHERS, USUAL, within } from './surroundings.ts';
import { encoded, sameAnswer, stored, type Trial } from './trial.ts';

/** Its arguments and answers, call by call; `groupingFindings` looks at what they add up to. */
export async function probeCombine(trial: Trial, keys: readonly KeyValues[]): Promise<Finding | undefined> {
  const inUsual = (probe: (combiner: Combiner, keys: readonly KeyValues[]) => Finding | undefined) =>
    within(USUAL, async () => probe(new Combiner(await trial.load(), trial.params), keys));
  return (await inUsual(argumentsAndAnswers)) ?? (await dependence(trial, keys)) ?? (await inUsual(stale));
}

/** Neighbours of one key, and of a key with one value this value with itself. */
function* neighbours(keys: readonly KeyValues[]) {
  for (const { key, values } of keys) {
    for (const [i, earlier] of values.entries()) {
      const later = values[i + 1] ?? (values.length === 1 ? earlier : undefined);
      if (later !== undefined) yield { key, earlier, later };
    }
  }
}

function argumentsAndAnswers(combiner: Combiner, keys: readonly KeyValues[]): Finding | undefined {
  for (const { key, earlier, later } of neighbours(keys)) {
    const a = stored(earlier.bytes);
    const b = stored(later.bytes);
    const answer = combiner.combineLive(a, b);
    const given = { key, earlier, later };
    if (answer.problem === 'promise') {
      return told(
        'async',
        'combine gives a promise',
        given,
        [],
        'Write combine without async: it must answer at once.',
      );
    }
    if (answer.problem === 'unstorable' && earlier !== later) {
      const fix =
        'Combine to numbers, bigints, strings, booleans, null, arrays, plain objects, Map, Set or Uint8Array.';
      return told(
        'unstorable',
        'combine gives a value that cannot be stored',
        given,
        [['it gives', answer.bytes]],
        fix,
      );
    }
    for (const [which, value, before] of [
      ['earlier', a, earlier.bytes],
      ['later', b, later.bytes],
    ] as const) {
      const after = changed(value, before);
      if (after === undefined) continue;
      return told(
        'mutation',
        `combine changes the ${which} of its arguments`,
        given,
        [['afterwards', `${which} is ${after}`]],
        'Make a new value and leave both as they are: the same one may be combined again, or stand in two places.',
      );
    }
  }
  return undefined;
}

/** The value as it is now, if it is another one than before. */
function changed(value: unknown, before: string): string | undefined {
  try {
    return encoded(value) === before ? undefined : shownValue(value);
  } catch {
    return shownValue(value);
  }
}

/** Values as they were yielded, and as they come back from where they were stored, must be the same to `combine`. */
function stale(combiner: Combiner, keys: readonly KeyValues[]): Finding | undefined {
  for (const { key, earlier, later } of neighbours(keys)) {
    const answer = combiner.combineLive(earlier.value, later.value);
    const fromStore = combiner.combine(earlier.bytes, later.bytes);
    if (sameAnswer(answer, fromStore)) continue;
    return told(
      'storage',
      'combine gives another answer for values that were stored and read again',
      { key, earlier, later },
      [
        ['as yielded', shownAnswer(answer)],
        ['as stored', shownAnswer(fromStore)],
      ],
      'Use what is kept of a value: a Buffer comes back as Uint8Array, an instance of Map, Set or Array as a plain one, without further members.',
    );
  }
  return undefined;
}

/** Two processes, two calls, and every one of the surroundings. */
async function dependence(trial: Trial, keys: readonly KeyValues[]): Promise<Finding | undefined> {
  const pairs = [...neighbours(keys)];
  const answersAt = (at = USUAL, order = pairs, times = 1) =>
    within(at, async () => {
      const combiner = new Combiner(await trial.load(), trial.params);
      const answer = ({ earlier, later }: (typeof pairs)[number]) => combiner.combine(earlier.bytes, later.bytes);
      for (let time = 1; time < times; time++) order.forEach(answer);
      return new Map(order.map((pair) => [pair, answer(pair)]));
    });
  const first = await answersAt();
  const tries = [
    { kind: 'unrepeatable', answers: () => answersAt() },
    ...OTHERS.map(({ kind, at }) => ({ kind, answers: () => answersAt(at) })),
    { kind: 'state', answers: () => answersAt(USUAL, pairs.toReversed()) },
    { kind: 'state', answers: () => answersAt(USUAL, pairs, 2) },
    { kind: 'state', answers: () => answersAt(USUAL, pairs.slice(1)) },
  ] as const;
  for (const { kind, answers } of tries) {
    const others = await answers();
    for (const pair of pairs) {
      const answer = first.get(pair) ?? { bytes: '' };
      const other = others.get(pair) ?? answer;
      if (sameAnswer(answer, other)) continue;
      const lines: [string, string][] = [
        ['once', shownAnswer(answer)],
        ['again', shownAnswer(other)],
      ];
      return told(kind, `combine ${CAUSES[kind].what}`, pair, lines, CAUSES[kind].fix);
    }
  }
  return undefined;
}

interface Given {
  readonly key: string;
  readonly earlier: Yielded;
  readonly later: Yielded;
}

function told(
  kind: Finding['kind'],
  what: string,
  { key, earlier, later }: Given,
  lines: readonly (readonly [string, string])[],
  fix: string,
): Finding {
  const example = aligned([
    ['key', shownValue(key)],
    ['earlier', `${shownValue(stored(earlier.bytes))}   from ${shownRecord(earlier.record)}`],
    ['later', `${shownValue(stored(later.bytes))}   from ${shownRecord(later.record)}`],
    ...lines,
  ]);
  return { kind, where: 'combine', what, example, fix };
}
