/** A bucket for the tests: given, or made and deleted. */
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListObjectVersionsCommand,
} from '@aws-sdk/client-s3';
import type { S3 } from '../../../functions/adapters/aws/clients.ts';
import { nonce, target } from './target.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
const DELETED_AT_ONCE_MAX = 1_000;

export interface TestBucket {
  readonly bucket: string;
  /** What all keys of the tests begin with. */
  readonly prefix: string;
  close(): Promise<void>;
}

export async function openBucket(s3: S3): Promise<TestBucket> {
  const bucket = target.bucket ?? `fanfold-conformance-${nonce}`;
  const prefix = `fanfold-conformance/${nonce}/`;
  if (target.bucket === undefined) await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  return {
    bucket,
    prefix,
    close: async () => {
      await empty(s3, bucket, prefix);
      if (target.bucket === undefined) await s3.send(new DeleteBucketCommand({ Bucket: bucket }));
    },
  };
}

/** All versions of all objects. */
async function empty(s3: S3, bucket: string, prefix: string): Promise<void> {
  for (let more = true; more; ) {
    const listed = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix }));
    const all = [...(listed.Versions ?? []), ...(listed.DeleteMarkers ?? [])];
    const Objects = all.slice(0, DELETED_AT_ONCE_MAX).map(({ Key, VersionId }) => ({ Key, VersionId }));
    if (Objects.length > 0) await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }));
    more = Objects.length > 0;
  }
}
