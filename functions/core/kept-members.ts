/** What a combiner of lists says about itself, so that lists can be joined as they are stored. */
import type { Combine } from './growing.ts';

/** Of the members of both lists, in their order: all, or of equal ones the first. */
export type Kept = 'all' | 'distinct';

/** The same in each copy of this module: a job's file may bring another one. */
const KEPT = Symbol.for('fanfold.kept-members');

/** Says so of a combiner, which must be true of all lists of texts, numbers, bigints, booleans and null. */
export function keeps<C extends object>(kept: Kept, combine: C): C {
  return Object.defineProperty(combine, KEPT, { value: kept });
}

export const keptBy = (combine: Combine): Kept | undefined => (combine as { readonly [KEPT]?: Kept })[KEPT];
