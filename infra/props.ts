/** What the construct can be told, and the check that reports all that is wrong at once. */
import { type Duration, type RemovalPolicy, Token } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Architecture } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Bucket, IBucket } from 'aws-cdk-lib/aws-s3';
import { processorsOf } from '../functions/core/processors.ts';
import { chunkRamp, onDemandRamp, provisionedRamp, type Ramp } from '../functions/core/ramp.ts';
import { PROCESSOR_MIB, SCRATCH_MIB_MAX, SCRATCH_MIB_MIN } from '../functions/limits.ts';

/** The CDK's `Bucket` is an `IBucket`, but not to a compiler with `exactOptionalPropertyTypes`. */
export type AnyBucket = IBucket | Bucket;

/** All of it is optional: `new Fanfold(this, 'Words')` deploys the jobs in `jobs/`. */
export interface FanfoldProps {
  /**
   * A job file, or a folder of them (its `*.ts` and `*.js`, no tests, none of folders in it, and none without a default
   * export): a path from the directory that cdk runs in. @default 'jobs'
   */
  readonly jobs?: string;
  /**
   * A bucket that exists already, to be watched for uploads under the names of the jobs. Its owner must have S3 send
   * its events to EventBridge; nothing about the bucket is changed. @default a new bucket
   */
  readonly input?: AnyBucket;
  /**
   * Encrypts the buckets and queues that fanfold makes. What S3 and EventBridge need is granted on the key; on a key
   * that is imported into the app, grant it yourself. @default encrypted with keys that AWS manages
   */
  readonly key?: IKey;
  /**
   * What becomes of the buckets and logs when the stack goes. With DESTROY the results bucket lets objects be deleted,
   * so that you can empty it; otherwise nobody deletes a result but its lifecycle. @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * Memory of a worker, in MiB: 128 to 10,240. Its processors come with it, 1,769 MiB are one, 10,240 six; a worker of
   * several works a chunk on each of them at the same time, and each has its share of memory and disk.
   * @default 1769
   * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
   */
  readonly workerMemoryMiB?: number;
  /**
   * Disk of a worker (`/tmp`), in MiB: 512 to 10,240. A chunk whose pairs do not fit in memory is sorted through it, and
   * may need twice the size of these pairs; rows of a transform wait there until they are stored.
   * @default 2048 for each processor, 10,240 at most
   * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-ephemeral-storage.html
   */
  readonly workerScratchMiB?: number;
  /** Memory of an aggregator, in MiB: 128 to 10,240. @default 1769 */
  readonly aggregatorMemoryMiB?: number;
  /**
   * Workers that run at a time: 2 to 1,000. Keep it below the account's concurrency, which other functions share.
   * @default 100
   * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
   */
  readonly maxConcurrency?: number;
  /**
   * Memory of the workers of the memory lane, in MiB: to them a redrive with `memoryLane` sends the chunks that ran out of
   * memory or time, and they have 15 minutes. 0 leaves the lane out, with its queue and its pollers; up to 10,240, of
   * which new accounts allow 3,008. @default 3008
   */
  readonly memoryLaneMiB?: number;
  /**
   * Workers that come at once, and fast: instead of 5 at first and 300 more a minute, 10 for each of `min` pollers at
   * first, and 1,000 more a minute up to 10 for each of `max`. `min` is 2 to 200, `max` 2 to 10,000; each poller is
   * paid for by the hour as long as it is there, `min` of them always. Not together with `maxConcurrency`.
   * @default pollers that come and go, and cost nothing but their requests
   * @see https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
   */
  readonly provisionedPollers?: { readonly min: number; readonly max: number };
  /**
   * How long a worker may take for a chunk: 1 second to 15 minutes, of which chunks are planned to take about 30 s. A
   * worker that dies is replaced after six times this. @default 120 seconds
   */
  readonly workerTimeout?: Duration;
  /** Processors of all functions. @default Architecture.ARM_64, a fifth cheaper */
  readonly architecture?: Architecture;
  /** How long logs are kept. @default RetentionDays.ONE_MONTH */
  readonly logRetention?: RetentionDays;
}

/** Lambda: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MEMORY_MIB = [128, 10_240] as const;
const TIMEOUT_SECONDS = [1, 900] as const;
/** https://docs.aws.amazon.com/lambda/latest/api/API_ScalingConfig.html */
const CONCURRENCY = [2, 1_000] as const;
export const MAX_CONCURRENCY_DEFAULT = 100;
/** One processor's worth. */
export const MEMORY_MIB_DEFAULT = PROCESSOR_MIB;
/** Of queues; the CDK's own check allows 2,000 at most.
 * https://docs.aws.amazon.com/lambda/latest/api/API_ProvisionedPollerConfig.html */
const POLLERS_MIN = [2, 200] as const;
const POLLERS_MAX = [2, 10_000] as const;

const known = (value: number) => !Token.isUnresolved(value);

/** All that is wrong with the props, as sentences; none if nothing is. */
export function checkProps(props: FanfoldProps): string[] {
  const wrong: string[] = [];
  const whole = (name: string, value: number | undefined, [min, max]: readonly [number, number]) => {
    if (value === undefined || !known(value)) return;
    if (Number.isInteger(value) && value >= min && value <= max) return;
    wrong.push(`\`${name}\` is ${value}: it must be a whole number from ${min} to ${max}`);
  };
  whole('workerMemoryMiB', props.workerMemoryMiB, MEMORY_MIB);
  whole('workerScratchMiB', props.workerScratchMiB, [SCRATCH_MIB_MIN, SCRATCH_MIB_MAX]);
  whole('aggregatorMemoryMiB', props.aggregatorMemoryMiB, MEMORY_MIB);
  if (props.memoryLaneMiB !== 0) whole('memoryLaneMiB', props.memoryLaneMiB, MEMORY_MIB);
  whole('maxConcurrency', props.maxConcurrency, CONCURRENCY);
  const pollers = props.provisionedPollers;
  whole('provisionedPollers.min', pollers?.min, POLLERS_MIN);
  whole('provisionedPollers.max', pollers?.max, POLLERS_MAX);
  if (pollers !== undefined && known(pollers.min) && known(pollers.max) && pollers.min > pollers.max) {
    wrong.push(`\`provisionedPollers\` are ${pollers.min} to ${pollers.max}: \`min\` must not be above \`max\``);
  }
  if (pollers !== undefined && props.maxConcurrency !== undefined) {
    wrong.push(
      '`provisionedPollers` and `maxConcurrency` are both given: AWS takes one of them; `max` bounds workers, too',
    );
  }
  const timeout = props.workerTimeout;
  if (timeout !== undefined && !timeout.isUnresolved()) {
    const milliseconds = timeout.toMilliseconds();
    const [min, max] = TIMEOUT_SECONDS;
    if (milliseconds % 1000 !== 0 || milliseconds < min * 1000 || milliseconds > max * 1000) {
      wrong.push(`\`workerTimeout\` is ${milliseconds / 1000} s: it must be ${min} to ${max} whole seconds`);
    }
  }
  return wrong;
}

/** Chunks that a worker takes at a time, one for each of its processors; one where only the deployment tells its memory. */
export const workerProcessors = ({ workerMemoryMiB = MEMORY_MIB_DEFAULT }: FanfoldProps): number =>
  known(workerMemoryMiB) ? processorsOf(workerMemoryMiB) : 1;

/** How many chunks are worked at the same time; undefined where only the deployment tells. */
export function rampOf(props: FanfoldProps): Ramp | undefined {
  const workers = workerRamp(props);
  return workers === undefined ? undefined : chunkRamp(workers, workerProcessors(props));
}

function workerRamp({ maxConcurrency = MAX_CONCURRENCY_DEFAULT, provisionedPollers }: FanfoldProps): Ramp | undefined {
  if (provisionedPollers === undefined) return known(maxConcurrency) ? onDemandRamp(maxConcurrency) : undefined;
  const { min, max } = provisionedPollers;
  return known(min) && known(max) ? provisionedRamp(provisionedPollers) : undefined;
}
