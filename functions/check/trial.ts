/** What the probes share: fresh instances of the job, and its functions called so that their answers can be compared. */
import { ByteWriter } from '../core/bytes.ts';
import { decodeValue, encodeValue } from '../core/codec.ts';
import type { Job } from '../job.ts';
import type { ParamRecord } from '../params.ts';
import type { SampleObject } from './sample.ts';

export interface Trial {
  /** The job as a process has it that has just begun. */
  readonly load: () => Promise<Job>;
  readonly objects: readonly SampleObject[];
  readonly params: ParamRecord;
  readonly seed: number;
}

/** What a function gave, as something that can be compared: bytes, text, or that it threw. */
export interface Answer {
  readonly bytes: string;
  /** Of something that cannot be compared as a value. */
  readonly problem?: 'threw' | 'promise' | 'unstorable';
}

const scratch = new ByteWriter();

/** The encoding of a value, a character a byte. Throws FANFOLD_VALUE_INVALID. */
export function encoded(value: unknown): string {
  scratch.reset();
  encodeValue(value, scratch);
  return scratch.view().toString('latin1');
}

/** A value as it comes back from where it was stored. */
export const stored = (bytes: string): unknown => decodeValue(Buffer.from(bytes, 'latin1'));

export const isPromise = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';

/** The answer that `step` gives. */
export function answerOf(step: () => unknown, write: (value: unknown) => string): Answer {
  let value: unknown;
  try {
    value = step();
  } catch (error) {
    return { bytes: `it threw ${said(error)}`, problem: 'threw' };
  }
  if (isPromise(value)) return { bytes: 'a promise', problem: 'promise' };
  try {
    return { bytes: write(value) };
  } catch (error) {
    return { bytes: said(error), problem: 'unstorable' };
  }
}

export const said = (error: unknown) => (error instanceof Error ? error.message : String(error));

export const sameAnswer = (a: Answer, b: Answer) => a.bytes === b.bytes && a.problem === b.problem;
