/** What the values of a group are made of, as `aggregate` is told. */
import type { Ordered } from './order.ts';

/** How many records a group has. */
export interface Count {
  readonly kind: 'count';
  readonly column?: never;
}

/** The sum, the least or the greatest of a column, or how many values it has. */
export interface OfColumn<K extends 'count' | 'sum' | 'min' | 'max', C extends string> {
  readonly kind: K;
  readonly column: C;
}

/** What `min` and `max` take: a column, or two values. */
export type Compared = readonly [column: string] | readonly [a: Ordered, b: Ordered];
export type ComparedTo<K extends 'min' | 'max', A extends Compared> = A extends readonly [infer C extends string]
  ? OfColumn<K, C>
  : A[number];
