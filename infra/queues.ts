/** The queues: standard ones, each backed by the one queue of dead letters. */
import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { RECEIVES_MAX } from '../functions/limits.ts';

/** The longest that SQS keeps a message: time to mend what keeps the watcher from answering. */
const KEPT = Duration.days(14);
/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html: six times the function's time-out. */
const VISIBILITY_TIMEOUTS = 6;

export interface QueueOptions {
  readonly key: IKey | undefined;
  /** Time-out of the function that reads it. */
  readonly timeout: Duration;
}

export function makeDeadLetters(scope: Construct, id: string, options: QueueOptions): Queue {
  return new Queue(scope, id, { ...common(options), retentionPeriod: KEPT });
}

export function makeQueue(scope: Construct, id: string, options: QueueOptions, deadLetters: Queue): Queue {
  const deadLetterQueue = { queue: deadLetters, maxReceiveCount: RECEIVES_MAX };
  return new Queue(scope, id, { ...common(options), retentionPeriod: Duration.days(4), deadLetterQueue });
}

function common({ key, timeout }: QueueOptions): QueueProps {
  return {
    enforceSSL: true,
    visibilityTimeout: Duration.seconds(timeout.toSeconds() * VISIBILITY_TIMEOUTS),
    ...(key === undefined
      ? { encryption: QueueEncryption.SQS_MANAGED }
      : { encryption: QueueEncryption.KMS, encryptionMasterKey: key }),
  };
}
