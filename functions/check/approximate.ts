/** Values that may depend on the grouping by design: sketches of `approxTop` that have lost something. */
import { hasLost } from '../combiners/approx-top.ts';

/** Whether there is one in a value. */
export function isLossy(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (value instanceof Uint8Array) return hasLost(value);
  return membersOf(value).some(isLossy);
}

/** The same value without what they hold. */
export function withoutLossy(value: unknown): unknown {
  if (!isLossy(value)) return value;
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return 'approximate';
  return membersOf(value).map(withoutLossy);
}

/** All that a value holds, names included, in order. */
export function membersOf(value: object): unknown[] {
  if (value instanceof Map) return [...value].flat();
  if (value instanceof Set || Array.isArray(value)) return [...value];
  return Object.entries(value).flat();
}
