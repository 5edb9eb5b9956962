/** How a new object's event comes into the intake queue: without custom resources, which rewrite other people's settings. */
import { Annotations, Stack } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { AnyBucket } from './props.ts';

/**
 * The bucket's own notification, natively. S3 checks at the bucket's creation that it may send, so the queue's policy
 * comes first, and hence names the account and not the bucket: else each would wait for the other.
 */
export function notifyFromBucket(bucket: Bucket, intake: Queue): void {
  const allowed = intake.addToResourcePolicy(
    new PolicyStatement({
      sid: 'EventsFromS3',
      principals: [new ServicePrincipal('s3.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [intake.queueArn],
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(bucket).account } },
    }),
  );
  if (allowed.policyDependable) bucket.node.addDependency(allowed.policyDependable);
  const native = bucket.node.defaultChild;
  if (!(native instanceof CfnBucket)) throw new Error('fanfold bug: the input bucket has no L1');
  native.notificationConfiguration = {
    queueConfigurations: [{ event: 's3:ObjectCreated:*', queue: intake.queueArn }],
  };
}

/** Prefixes in one rule. Ours: an event pattern may be 2,048 characters long, and a name takes up to 55 of them.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const PREFIXES_PER_RULE = 25;

/** Rules for uploads below the names of the jobs only: what else is in that bucket is somebody else's. */
export function notifyFromEventBridge(
  scope: Construct,
  bucket: AnyBucket,
  jobs: readonly string[],
  intake: Queue,
  deadLetters: Queue,
): Rule[] {
  if (!sendsToEventBridge(bucket)) {
    Annotations.of(scope).addWarningV2(
      'fanfold:eventbridge',
      `Uploads to ${bucket.node.path} start runs only if the bucket sends its events to EventBridge: set ` +
        'NotificationConfiguration.EventBridgeConfiguration on the bucket, or switch it on under "Properties" in the console.',
    );
  }
  const rules: Rule[] = [];
  for (let first = 0; first < jobs.length; first += PREFIXES_PER_RULE) {
    const key = jobs.slice(first, first + PREFIXES_PER_RULE).map((job) => ({ prefix: `${job}/` }));
    rules.push(
      new Rule(scope, `Uploads${first === 0 ? '' : first}`, {
        description: 'Uploads that start fanfold runs',
        eventPattern: {
          source: ['aws.s3'],
          detailType: ['Object Created'],
          detail: { bucket: { name: [bucket.bucketName] }, object: { key } },
        },
        targets: [new SqsQueue(intake, { deadLetterQueue: deadLetters })],
      }),
    );
  }
  return rules;
}

/** Only a bucket of the same app can be looked at, and only what it says natively. */
function sendsToEventBridge(bucket: AnyBucket): boolean {
  const native = bucket.node.defaultChild;
  if (!(native instanceof CfnBucket)) return false;
  const said = native.notificationConfiguration;
  return said !== undefined && 'eventBridgeConfiguration' in said && said.eventBridgeConfiguration !== undefined;
}
