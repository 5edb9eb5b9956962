/** The two buckets: what goes in, and what a run writes. */
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, type BucketProps, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { watchPrefix } from '../functions/core/keys.ts';

/** A plan, its partials, and what else a run needs only while it runs. Longer than any deadline, for looking back. */
const RUNS_KEPT = Duration.days(30);
/** A run's marker. Longer than its plan is kept: what still has a plan can be found. */
const MARKERS_KEPT = Duration.days(60);
/** Parts of uploads that nobody completed; they are paid for, and show in no listing. */
const PARTS_KEPT = Duration.days(7);

export interface BucketOptions {
  readonly key: IKey | undefined;
  readonly removalPolicy: RemovalPolicy;
}

export function makeInput(scope: Construct, id: string, options: BucketOptions): Bucket {
  return new Bucket(scope, id, {
    ...common(options),
    lifecycleRules: [{ id: 'abandoned-uploads', abortIncompleteMultipartUploadAfter: PARTS_KEPT }],
  });
}

/** Results themselves never expire: a manifest is not to go before its plan. */
export function makeResults(scope: Construct, id: string, options: BucketOptions): Bucket {
  const bucket = new Bucket(scope, id, {
    ...common(options),
    lifecycleRules: [
      { id: 'runs', prefix: 'runs/', expiration: RUNS_KEPT },
      { id: 'markers', prefix: watchPrefix, expiration: MARKERS_KEPT },
      { id: 'abandoned-uploads', abortIncompleteMultipartUploadAfter: PARTS_KEPT },
    ],
  });
  bucket.addToResourcePolicy(writtenOnce(bucket));
  if (options.removalPolicy !== RemovalPolicy.DESTROY) bucket.addToResourcePolicy(neverDeleted(bucket));
  return bucket;
}

function common({ key, removalPolicy }: BucketOptions): BucketProps {
  return {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    removalPolicy,
    ...(key === undefined
      ? { encryption: BucketEncryption.S3_MANAGED }
      : { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }),
  };
}

/**
 * Refuses a write without `If-None-Match`. The second condition exempts CreateMultipartUpload, UploadPart and
 * UploadPartCopy, which know no such header and make no object: CompleteMultipartUpload does, and must bring it.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
 */
const writtenOnce = (bucket: Bucket) =>
  new PolicyStatement({
    sid: 'WrittenOnce',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['s3:PutObject'],
    resources: [bucket.arnForObjects('*')],
    conditions: { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
  });

/**
 * Nobody deletes. Lifecycle rules go on: bucket policies do not apply to them.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-and-other-bucket-config.html
 */
const neverDeleted = (bucket: Bucket) =>
  new PolicyStatement({
    sid: 'NeverDeleted',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
    resources: [bucket.arnForObjects('*')],
  });
