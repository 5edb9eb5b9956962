/**
 * What the end-to-end tests deploy: two fanfolds in one stack. `Words` is what `infra/app.ts` deploys, with larger workers. `Hostile` runs
 * jobs that misbehave, on a bucket that somebody else owns, with time-outs short enough to wait for.
 */
import { App, CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3';
import { CfnQueue, type Queue } from 'aws-cdk-lib/aws-sqs';
import { Fanfold } from '../../infra/fanfold.ts';

const RETRY_SECONDS = 6;

const stack = new Stack(new App(), 'FanfoldE2e');
const removalPolicy = RemovalPolicy.DESTROY;

const theirs = new Bucket(stack, 'Theirs', { removalPolicy });
if (theirs.node.defaultChild instanceof CfnBucket) {
  theirs.node.defaultChild.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
}

// Workers of two processors: a batch of chunks, each in a thread.
const words = new Fanfold(stack, 'Words', { removalPolicy, maxConcurrency: 4, workerMemoryMiB: 3_538 });
const hostile = new Fanfold(stack, 'Hostile', {
  jobs: 'test/e2e/jobs',
  input: theirs,
  removalPolicy,
  maxConcurrency: 3,
  workerTimeout: Duration.seconds(RETRY_SECONDS),
});
retryAfter(hostile.chunks, RETRY_SECONDS);

for (const [name, fanfold] of Object.entries({ Words: words, Hostile: hostile })) {
  new CfnOutput(stack, `${name}Input`, { value: fanfold.input.bucketName });
  new CfnOutput(stack, `${name}Results`, { value: fanfold.results.bucketName });
  new CfnOutput(stack, `${name}Intake`, { value: fanfold.intake.queueUrl });
  new CfnOutput(stack, `${name}DeadLetters`, { value: fanfold.deadLetters.queueUrl });
}

/** AWS allows SendMessageBatch to whom it allows SendMessage; the emulator takes the name for an action of its own. */
for (const { chunks, memoryChunks, intake, splitter, worker, watcher } of [words, hostile]) {
  const actions = ['sqs:SendMessageBatch'];
  const resources = [chunks.queueArn, intake.queueArn];
  for (const station of [splitter, watcher]) station.addToRolePolicy(new PolicyStatement({ actions, resources }));
  const lane = memoryChunks === undefined ? [] : [memoryChunks.queueArn];
  for (const station of [worker, watcher]) station.addToRolePolicy(new PolicyStatement({ actions, resources: lane }));
}

/** Below what AWS advises, and beside what the construct's props allow: all of it can be changed through the L1. */
function retryAfter(queue: Queue, seconds: number): void {
  if (queue.node.defaultChild instanceof CfnQueue) queue.node.defaultChild.visibilityTimeout = seconds;
}
