/** The longest record that a format takes. */
import { FanfoldError } from '../errors.ts';
import { BULK_RECORD_BYTES_MAX, RECORD_BYTES_DEFAULT, RECORD_BYTES_LIMIT } from '../limits.ts';
import type { Bulk } from './format.ts';

export interface RecordLimit {
  /** A longer record, its line end not counted, fails its chunk. 1 to 268,435,456 (256 MiB). @default 16777216 (16 MiB) */
  readonly recordBytesMax?: number;
}

/** The limit that the options of a format set, checked. */
export function recordLimit(format: string, { recordBytesMax = RECORD_BYTES_DEFAULT }: RecordLimit): number {
  if (Number.isInteger(recordBytesMax) && recordBytesMax >= 1 && recordBytesMax <= RECORD_BYTES_LIMIT)
    return recordBytesMax;
  throw new FanfoldError('FANFOLD_JOB_INVALID', `${format}: recordBytesMax is ${recordBytesMax}`, {
    fix: `Set recordBytesMax to a whole number of bytes, 1 to ${RECORD_BYTES_LIMIT}.`,
  });
}

export function recordTooLong(offset: number, recordBytesMax: number): FanfoldError {
  return new FanfoldError(
    'FANFOLD_RECORD_TOO_LONG',
    `The record at byte ${offset} is longer than ${recordBytesMax} bytes`,
    {
      fix: `Set recordBytesMax of the job's input higher (at most ${RECORD_BYTES_LIMIT}), or correct the object.`,
      offset,
    },
  );
}

/** What takes many records at once, unless it might take one that is too long. */
export const bulkFor = (recordBytesMax: number, bulk: Bulk | undefined) =>
  recordBytesMax < BULK_RECORD_BYTES_MAX ? undefined : bulk;
