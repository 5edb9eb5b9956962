/** The values of each key in the sample: what `combine` is tried on. */
import { shownText, shownValue } from './finding.ts';
import type { MapProbe } from './probe-map.ts';
import type { SampleRecord } from './sample.ts';
import { type Answer, stored } from './trial.ts';

/** A value that `map` yielded, and the record it is from. */
export interface Yielded {
  readonly value: unknown;
  readonly bytes: string;
  readonly record: SampleRecord;
}

/** The values of a key in the order of the input. */
export interface KeyValues {
  readonly key: string;
  readonly values: readonly Yielded[];
}

/** Enough to refute, few enough to be quick. */
const KEYS_MAX = 300;
const VALUES_MAX = 24;

/** Keys with many values first: they say most about `combine`. */
export function valuesByKey({ records, mapped }: MapProbe): KeyValues[] {
  const byKey = new Map<string, Yielded[]>();
  for (const [i, record] of records.entries()) {
    for (const { key, value, bytes } of mapped[i]?.pairs ?? []) {
      const values = byKey.get(key) ?? [];
      byKey.set(key, values);
      if (values.length < VALUES_MAX) values.push({ value, bytes, record });
    }
  }
  return [...byKey]
    .map(([key, values]) => ({ key, values }))
    .sort((a, b) => b.values.length - a.values.length)
    .slice(0, KEYS_MAX);
}

/** An answer of `combine`, for people. */
export const shownAnswer = ({ bytes, problem }: Answer) =>
  problem === undefined ? shownValue(stored(bytes)) : shownText(bytes);
