/** What `fanfold check` finds, in words. */
import { inspect } from 'node:util';
import type { SampleRecord } from './sample.ts';

type FindingKind =
  | 'fails' // on the sample, also in one piece
  | 'ends' // the process
  | 'endless' // a call that does not come back
  | 'async' // a promise where there must be an answer, or what goes on after one
  | 'unstorable' // a value that cannot be stored
  | 'storage' // a value that is another one after it was stored
  | 'mutation' // what was given, or had been yielded, is changed
  | 'time'
  | 'randomness'
  | 'time-zone'
  | 'unrepeatable' // another answer each time, for a reason that does not show
  | 'state' // the answer depends on earlier calls
  | 'rounding' // grouping shows, in the last digits of floating-point numbers
  | 'grouping' // combine is not associative
  | 'approximate' // grouping shows, within what an approximate combiner promises
  | 'cuts'; // the result depends on where the input is cut

export interface Finding {
  readonly kind: FindingKind;
  /** Which function of the job, as far as that is known. */
  readonly where: 'map' | 'combine' | 'reduce' | 'finish' | 'job';
  /** A sentence. */
  readonly what: string;
  /** Lines: records, values, both answers. */
  readonly example: readonly string[];
  /** What to do. */
  readonly fix: string;
}

const CHARACTERS_MAX = 200;

/** A value as JavaScript writes it, on one line. */
export function shownValue(value: unknown): string {
  const said = inspect(value, { depth: 6, breakLength: Number.POSITIVE_INFINITY, compact: true, maxArrayLength: 12 });
  return shownText(said);
}

/** Text on one line. */
export function shownText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must be escaped
  const line = text.replace(/[\u0000-\u001f]/g, (control) => JSON.stringify(control).slice(1, -1));
  return line.length > CHARACTERS_MAX ? `${line.slice(0, CHARACTERS_MAX)}…` : line;
}

export const shownRecord = ({ source, offset, text }: SampleRecord) => `${source}, byte ${offset}: ${shownText(text)}`;

/** `label  text`, with labels of one width. */
export function aligned(lines: readonly (readonly [label: string, text: string])[]): string[] {
  const width = Math.max(...lines.map(([label]) => label.length));
  return lines.map(([label, text]) => `${label.padEnd(width)}  ${text}`);
}

export const APPROXIMATE = {
  kind: 'approximate',
  what: 'approxTop has more items than counters, so that its bounds depend on the grouping, and the grouping on the chunks',
  fix: 'Nothing, if bounds are enough; otherwise give it more counters, or count each item under a key of its own.',
} as const;

/** What to do about an answer that depends on more than the arguments. */
export const CAUSES = {
  time: {
    what: 'depends on the time of day or the date',
    fix: 'Take times from the records, or as a parameter that each run gives.',
  },
  randomness: {
    what: 'depends on Math.random',
    fix: 'Derive what must differ from the record, its source and its offset; a chunk that is worked again must give the same.',
  },
  'time-zone': {
    what: "depends on the machine's time zone",
    fix: 'Use the UTC functions of Date, or name the time zone to Intl.DateTimeFormat; on Lambda it is UTC.',
  },
  unrepeatable: {
    what: 'gives another answer each time it is called',
    fix: 'Leave out what depends on more than the arguments: random ids, process.hrtime, files, the network.',
  },
  state: {
    what: 'gives another answer for the same arguments, depending on what was called before',
    fix: 'Keep nothing between calls, in variables outside the function or in its context: which records a process sees, and in which order, differs from run to run.',
  },
} as const;
