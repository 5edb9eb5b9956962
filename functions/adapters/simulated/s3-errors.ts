/** Errors as S3's client throws them. */
import { S3ServiceException } from '@aws-sdk/client-s3';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const STATUS = {
  NoSuchBucket: 404,
  NoSuchKey: 404,
  NotFound: 404,
  NoSuchUpload: 404,
  PreconditionFailed: 412,
  InvalidRange: 416,
  InvalidPart: 400,
  InvalidPartOrder: 400,
  EntityTooSmall: 400,
  BadDigest: 400,
  AccessDenied: 403,
  ConditionalRequestConflict: 409,
  SlowDown: 503,
  InternalError: 500,
} as const;

export function s3Error(name: keyof typeof STATUS): S3ServiceException {
  const httpStatusCode = STATUS[name];
  const $fault = httpStatusCode >= 500 ? 'server' : 'client';
  return new S3ServiceException({ name, message: name, $fault, $metadata: { httpStatusCode } });
}
