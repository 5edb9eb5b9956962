import type { Segment } from '../core/plan.ts';
import { type ErrorCode, FanfoldError } from '../errors.ts';
import { KIND_BYTES, otherKindFix } from '../formats/other-kind.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { bytesAt } from './read-segment.ts';

/** What comes of an object whose records are none. */
const OF_RECORDS: readonly ErrorCode[] = [
  'FANFOLD_RECORD_INVALID',
  'FANFOLD_RECORD_TOO_LONG',
  'FANFOLD_INPUT_INVALID',
  'FANFOLD_TOO_MANY_BAD_RECORDS',
];

/**
 * The same error, which says what to do with the whole object if its first bytes show that it is of another kind: wherever
 * the record is, since of an object that is cut any chunk may be the first to fail. Reads them only of a chunk that fails.
 */
export async function withKind(
  error: FanfoldError,
  store: Pick<ObjectStore, 'read'>,
  segment: Segment,
): Promise<FanfoldError> {
  const { code, message, offset, source, fatal, retry } = error;
  if (!OF_RECORDS.includes(code) || offset === undefined || source === undefined) return error;
  const fix = otherKindFix(await bytesAt(store, segment, 0, KIND_BYTES), offset);
  return fix === undefined
    ? error
    : new FanfoldError(code, message, { fix, offset, source, fatal, retry, cause: error });
}
