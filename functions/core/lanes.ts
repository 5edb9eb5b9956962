/** Which sections of partials count, where the content of some depends on how their range begins. */
import type { SectionName } from './partial-index.ts';
import { beginning, endsOf, type Summary } from './summary.ts';
import { join, OUT, type State, type Sum, type TwoState } from './two-state.ts';

/** A section of one of several partials. */
export interface SectionOf {
  /** Which partial, in the order of the plan. */
  readonly partial: number;
  readonly section: SectionName;
}

/**
 * The sections of neighbours, each list in the order of the input: those that count only if the first of them begins in
 * one state, and those that count in either case.
 */
export function sectionsOf(summaries: readonly Summary[]): Pick<TwoState<readonly SectionOf[]>, 'heads' | 'body'> {
  const [first, ...rest] = summaries.map(stateOf);
  if (first === undefined) return { heads: [[], []], body: [] };
  return rest.reduce((a, b) => join(a, b, CONCATENATION), first);
}

const CONCATENATION: Sum<readonly SectionOf[]> = {
  empty: [],
  add: (a, b) => (a.length === 0 ? b : b.length === 0 ? a : [...a, ...b]),
  either: () => [], // where that matters, the summaries say that nothing may be published
};

function stateOf(summary: Summary, partial: number): TwoState<readonly SectionOf[]> {
  const of = (section: SectionName): SectionOf => ({ partial, section });
  const [out, in_] = (summary.lanes?.heads ?? []).map(({ sections }) => sections);
  const taken = out?.includes('body') || in_?.includes('body');
  return {
    ends: endsOf(summary),
    heads: [(out ?? []).map(of), (in_ ?? []).map(of)],
    body: taken ? [] : [of('body')],
  };
}

/**
 * The same summaries, each with what counts of its head where it is known how it begins: a partial that begins with an
 * object, and those that follow it without a gap.
 *
 * @param summaries in the order of the plan
 */
export function resolved(summaries: readonly Summary[], rejectsMax: number): Summary[] {
  let end: State | null = null;
  let next = -1;
  return summaries.map((summary) => {
    const { lanes, cover, chunks } = summary;
    const begins = lanes === undefined || cover.from[1] === 0;
    const begin: State | null = begins ? OUT : chunks.first === next ? end : null;
    next = chunks.end;
    end = begin === null ? null : endsOf(summary)[begin];
    return begin === null ? summary : beginning(begin, summary, rejectsMax);
  });
}
