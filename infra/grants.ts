/** What a station may do, each no more than its code calls. */

import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { AnyBucket } from './props.ts';

/** Reading objects, and listing: without it S3 answers 403 for an object that is gone, where the truth is 404. */
export function grantRead(bucket: AnyBucket, ...stations: readonly LambdaFunction[]): void {
  for (const station of stations) {
    allow(station, ['s3:GetObject'], bucket.arnForObjects('*'));
    allow(station, ['s3:ListBucket'], bucket.bucketArn);
    bucket.encryptionKey?.grantDecrypt(station);
  }
}

/** Reading, and writing what is not there yet; the bucket's own policy refuses everything else, and deleting. */
export function grantWriteOnce(bucket: AnyBucket, ...stations: readonly LambdaFunction[]): void {
  grantRead(bucket, ...stations);
  for (const station of stations) {
    allow(station, ['s3:PutObject', 's3:AbortMultipartUpload'], bucket.arnForObjects('*'));
    bucket.encryptionKey?.grant(station, 'kms:GenerateDataKey');
  }
}

function allow(station: LambdaFunction, actions: string[], resource: string): void {
  station.addToRolePolicy(new PolicyStatement({ actions, resources: [resource] }));
}

/**
 * Lets S3 and EventBridge put their events into a queue that the key encrypts.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html
 */
export function grantServices(key: IKey, account: string): void {
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'EventsIntoFanfold',
      principals: [new ServicePrincipal('s3.amazonaws.com'), new ServicePrincipal('events.amazonaws.com')],
      actions: ['kms:GenerateDataKey*', 'kms:Decrypt'],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:SourceAccount': account } },
    }),
  );
}
