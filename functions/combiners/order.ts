import { compareText } from '../core/compare-keys.ts';

/** What has an order that is the same everywhere. */
export type Ordered = number | bigint | string;

/** Negative, 0 or positive, as `a` comes before, with or after `b`. */
export function order(a: Ordered, b: Ordered): number {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}
