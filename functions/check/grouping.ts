/** Ways to combine a list of values, all in its order: associativity says that they come to the same. */
import type { Random } from './random.ts';

/** Values [start, end) of the list: one of them, or two parts that are combined. */
export type Grouping = number | readonly [Grouping, Grouping];

export const fromTheLeft = (count: number): Grouping =>
  Array.from({ length: count - 1 }).reduce<Grouping>((earlier, _, i) => [earlier, i + 1], 0);

export const fromTheRight = (count: number, first = 0): Grouping =>
  first >= count - 1 ? first : [first, fromTheRight(count, first + 1)];

export function atRandom(count: number, random: Random, first = 0): Grouping {
  if (count <= 1) return first;
  const left = 1 + random.below(count - 1);
  return [atRandom(left, random, first), atRandom(count - left, random, first + left)];
}

/** `((a, b), c)`. */
export const shownGrouping = (grouping: Grouping, names: readonly string[]): string =>
  typeof grouping === 'number'
    ? (names[grouping] ?? '?')
    : `(${shownGrouping(grouping[0], names)}, ${shownGrouping(grouping[1], names)})`;

/** Evaluates a grouping over values. */
export function combineGrouped<V>(grouping: Grouping, at: (i: number) => V, combine: (a: V, b: V) => V): V {
  if (typeof grouping === 'number') return at(grouping);
  const earlier = combineGrouped(grouping[0], at, combine);
  return combine(earlier, combineGrouped(grouping[1], at, combine));
}
