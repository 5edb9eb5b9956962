/** One pass of a job's `map` over the records of the sample, as one process would do it. */
import type { Job } from '../job.ts';
import type { ParamRecord } from '../params.ts';
import { shownText, shownValue } from './finding.ts';
import type { SampleRecord } from './sample.ts';
import { type Answer, encoded, isPromise, said, stored } from './trial.ts';

/** What `map` gave for one record. */
export interface Mapped extends Answer {
  /** Of a keyed job: what was yielded, alive, and its encoding at that moment. */
  readonly pairs: readonly { readonly key: string; readonly value: unknown; readonly bytes: string }[];
}

/** Maps records in the order given, with one context for each object, as the engine does. */
export function mapAll(job: Job, records: readonly SampleRecord[], params: ParamRecord): Mapped[] {
  const contexts = new Map<number, { source: string; offset: number; params: ParamRecord }>();
  return records.map((record) => {
    const context = contexts.get(record.object) ?? { source: record.source, offset: 0, params };
    contexts.set(record.object, context);
    context.offset = record.offset;
    return mapOne(job, record.record, context);
  });
}

/** The same, with other work of the process between one record and the next: what was begun and not awaited goes on. */
export async function mapAllSlowly(job: Job, records: readonly SampleRecord[], params: ParamRecord): Promise<Mapped[]> {
  const mapped: Mapped[] = [];
  for (const record of records) {
    mapped.push(...mapAll(job, [record], params));
    await new Promise((resolve) => setImmediate(resolve));
  }
  return mapped;
}

function mapOne(job: Job, record: unknown, context: Parameters<Job['map']>[1]): Mapped {
  const pairs: Mapped['pairs'][number][] = [];
  let rows = '';
  try {
    const mapped: unknown = job.map(record, context);
    if (isPromise(mapped) || isAsyncIterable(mapped)) return { bytes: 'a promise', problem: 'promise', pairs };
    for (const one of mapped as Iterable<unknown>) {
      if (job.shape === 'transform') {
        if (isPromise(one)) return { bytes: 'a promise', problem: 'promise', pairs };
        rows += job.output.encode(one);
        continue;
      }
      const [key, value] = one as [unknown, unknown]; // the run in one piece has refused all else
      if (isPromise(value)) return { bytes: 'a promise', problem: 'promise', pairs };
      pairs.push({ key: String(key), value, bytes: storable(value) });
    }
  } catch (error) {
    const problem = error instanceof NotStorable ? 'unstorable' : 'threw';
    return { bytes: error instanceof NotStorable ? error.message : `it threw ${said(error)}`, problem, pairs };
  }
  const bytes = job.shape === 'transform' ? rows : JSON.stringify(pairs.map((pair) => [pair.key, pair.bytes]));
  return { bytes, pairs };
}

class NotStorable extends Error {}

function storable(value: unknown): string {
  try {
    return encoded(value);
  } catch (error) {
    throw new NotStorable(said(error));
  }
}

const isAsyncIterable = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

/** What `map` gave, for people. */
export function shownMapped({ bytes, problem, pairs }: Mapped): string {
  if (problem !== undefined) return shownText(bytes);
  if (pairs.length > 0)
    return shownText(pairs.map((pair) => `${shownValue([pair.key, stored(pair.bytes)])}`).join(' '));
  return bytes === '[]' || bytes === '' ? 'nothing' : shownText(bytes.trimEnd());
}
