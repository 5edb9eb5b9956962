/**
 * Ranges that begin in one of two states, and how neighbours join. The state is taken only just after a line feed, where
 * a record of CSV starts (OUT) or a quoted field goes on (IN). What a range came to is kept for either state at its
 * start, as far as that matters: a head each, and a body that is the same for both. Joining is associative, so that any
 * tree of neighbours comes to what one pass over all of them would have.
 */

export const OUT = 0;
export const IN = 1;
export type State = typeof OUT | typeof IN;

/** The state at a range's end, for either at its start; null where nobody can tell. */
export type Ends = readonly [out: State | null, in_: State | null];

/** What a range came to. One that begins with an object begins in one way: its heads are empty, its ends the same. */
export interface TwoState<T> {
  readonly ends: Ends;
  /** What counts only if the range begins so. */
  readonly heads: readonly [out: T, in_: T];
  /** What counts however it begins. Empty if `ends` differ. */
  readonly body: T;
}

/** How what ranges came to adds up. */
export interface Sum<T> {
  readonly empty: T;
  /** Associative; `empty` changes nothing. */
  add(earlier: T, later: T): T;
  /** In place of a head, where the state before it is not known: nothing that counts, if neither head has any. */
  either(heads: TwoState<T>['heads']): T;
}

/** Neighbours, in the order of the input. */
export function join<T>(a: TwoState<T>, b: TwoState<T>, sum: Sum<T>): TwoState<T> {
  const head = (state: State | null) => (state === null ? sum.either(b.heads) : b.heads[state]);
  const [out, in_] = a.ends;
  const ends: Ends = [endOf(b, out), endOf(b, in_)];
  if (out === in_) {
    return { ends, heads: a.heads, body: sum.add(sum.add(a.body, head(out)), b.body) };
  }
  return { ends, heads: [sum.add(a.heads[OUT], head(out)), sum.add(a.heads[IN], head(in_))], body: b.body };
}

/** The state at the end of a range that begins in this one. */
function endOf({ ends: [out, in_] }: TwoState<unknown>, state: State | null): State | null {
  if (out === in_) return out;
  return state === OUT ? out : state === IN ? in_ : null;
}

/** What a range came to that begins outside of quotes, as the first one does. */
export const atStart = <T>({ heads, body }: TwoState<T>, sum: Sum<T>): T => sum.add(heads[OUT], body);
