/** What S3's answers mean to the pipeline. */
import { S3ServiceException } from '@aws-sdk/client-s3';
import { FanfoldError } from '../../errors.ts';
import type { ObjectName } from '../../ports/object-store.ts';

/** The HTTP status of an error that S3 answered with; undefined for what never got an answer. */
function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}

/** Whether an error says that there is no such object. */
export const isMissing = (error: unknown) => statusOf(error) === 404;

/** Somebody else's bytes stand under the name: `If-None-Match: *` was answered with 412. */
export const isTaken = (error: unknown) =>
  statusOf(error) === 412 || (error instanceof S3ServiceException && error.name === 'PreconditionFailed');

/** What was stored has another checksum than it should. */
export const isOtherwise = (error: unknown) => error instanceof S3ServiceException && error.name === 'BadDigest';

/** Another write of the same name was under way: nothing is known yet, and it must be tried again. */
export const isConflict = (error: unknown) =>
  error instanceof S3ServiceException && (error.name === 'ConditionalRequestConflict' || statusOf(error) === 409);

/** An error of reading, told in the words of the pipeline; one that a retry may cure comes back as it is. */
export function readingError(error: unknown, { bucket, key }: ObjectName): unknown {
  const source = `s3://${bucket}/${key}`;
  switch (statusOf(error)) {
    case 412: // another ETag than the plan's
    case 416: // shorter than the plan says: S3 checks the tag first, emulators may not
      return inputChanged(source, error);
    case 404:
      return new FanfoldError('FANFOLD_INPUT_GONE', `${source} is gone`, {
        fix: 'Upload it again, and start the run again.',
        fatal: true,
        source,
        cause: error,
      });
    case 403:
      return new FanfoldError('FANFOLD_INPUT_UNREADABLE', `Reading ${source} was denied`, {
        fix: "Allow fanfold's functions s3:GetObject and s3:ListBucket on the bucket, and kms:Decrypt on its key.",
        fatal: true,
        source,
        cause: error,
      });
    default:
      return error;
  }
}

export function inputChanged(source: string, cause?: unknown): FanfoldError {
  return new FanfoldError('FANFOLD_INPUT_CHANGED', `${source} was overwritten while the run read it`, {
    fix: 'Start the run again; leave its inputs alone until it has ended.',
    fatal: true,
    source,
    cause,
  });
}

export function storeUnavailable(what: string, cause?: unknown): FanfoldError {
  return new FanfoldError('FANFOLD_STORE_UNAVAILABLE', what, {
    fix: 'Nothing: it is tried again.',
    retry: 'safe',
    cause,
  });
}
