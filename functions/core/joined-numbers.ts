/** What a combiner says about itself that adds or compares, so that numbers need not be handed to it. */
import type { Combine } from './growing.ts';

/** What comes of two numbers, or two bigints: their sum; or the lesser or the greater, of equal ones the earlier. */
export type NumberJoin = 'sum' | 'min' | 'max';

/** The same in each copy of this module: a job's file may bring another one. */
const JOINS = Symbol.for('fanfold.joined-numbers');

/** Says so of a combiner, which must be true of all finite numbers, and of all bigints. */
export function joins<C extends object>(join: NumberJoin, combine: C): C {
  return Object.defineProperty(combine, JOINS, { value: join });
}

export const numberJoinOf = (combine: Combine): NumberJoin | undefined =>
  (combine as { readonly [JOINS]?: NumberJoin })[JOINS];
