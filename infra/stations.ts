/** The functions: what each may take, and where each finds the others. */
import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { Architecture, type Function as LambdaFunction, RecursiveLoop } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Ramp } from '../functions/core/ramp.ts';
import { SCRATCH_MIB_DEFAULT, SCRATCH_MIB_MAX } from '../functions/limits.ts';
import type { BundledJob, Station } from './bundle.ts';
import { type FanfoldProps, MEMORY_MIB_DEFAULT } from './props.ts';
import { makeStation, type StationDefaults } from './station.ts';

/** Room for a plan of a million chunks; a splitter that runs out of time is resumed. */
export const SPLITTER_TIMEOUT = Duration.minutes(5);
export const WATCHER_TIMEOUT = Duration.minutes(2);
/** The longest that Lambda allows: merging takes as long as the data is large. */
const AGGREGATOR_TIMEOUT = Duration.minutes(15);
/** The longest that Lambda keeps an invocation that waits for capacity: giving up sooner would fail a healthy run. */
const AGGREGATOR_EVENT_AGE = Duration.hours(6);
/** The longest that Lambda allows, for chunks that ran out of time. */
export const MEMORY_LANE_TIMEOUT = Duration.minutes(15);
/** The most that Lambda gives to a new account. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MEMORY_LANE_MIB_DEFAULT = 3008;

/** What the functions work between. */
export interface Places {
  readonly results: Bucket;
  readonly intake: Queue;
  readonly chunks: Queue;
  readonly memoryChunks: Queue | undefined;
  readonly deadLetters: Queue;
}

export interface StationsOptions
  extends Pick<
    FanfoldProps,
    'workerMemoryMiB' | 'workerScratchMiB' | 'memoryLaneMiB' | 'aggregatorMemoryMiB' | 'architecture' | 'logRetention'
  > {
  readonly removalPolicy: RemovalPolicy;
  readonly workerTimeout: Duration;
  /** Chunks that a worker takes at a time. */
  readonly processors: number;
  /** How many chunks are worked at the same time, where that is known. */
  readonly ramp: Ramp | undefined;
}

export function makeStations(
  scope: Construct & Places,
  jobs: readonly BundledJob[],
  options: StationsOptions,
): Readonly<Record<Station, LambdaFunction>> & { readonly memoryWorker: LambdaFunction | undefined } {
  const defaults: StationDefaults = {
    jobs,
    removalPolicy: options.removalPolicy,
    architecture: options.architecture ?? Architecture.ARM_64,
    logRetention: options.logRetention ?? RetentionDays.ONE_MONTH,
  };
  const FANFOLD_RESULTS = scope.results.bucketName;
  const FANFOLD_INTAKE = scope.intake.queueUrl;
  const FANFOLD_CHUNKS = scope.chunks.queueUrl;
  const lane = scope.memoryChunks === undefined ? {} : { FANFOLD_MEMORY_CHUNKS: scope.memoryChunks.queueUrl };
  const splitter = makeStation(scope, 'splitter', defaults, {
    description: 'fanfold: plans a run and queues its chunks',
    memoryMiB: 1024,
    timeout: SPLITTER_TIMEOUT,
    environment: {
      FANFOLD_RESULTS,
      FANFOLD_CHUNKS,
      ...lane,
      ...(options.ramp === undefined ? {} : { FANFOLD_RAMP: JSON.stringify(options.ramp) }),
    },
  });
  const aggregator = makeStation(scope, 'aggregator', defaults, {
    description: 'fanfold: merges partials and publishes the result',
    memoryMiB: options.aggregatorMemoryMiB ?? MEMORY_MIB_DEFAULT,
    timeout: AGGREGATOR_TIMEOUT,
    environment: { FANFOLD_RESULTS },
    retryAttempts: 2,
    maxEventAge: AGGREGATOR_EVENT_AGE,
    onFailure: new SqsDestination(scope.deadLetters),
    // It starts itself once a level, by design and never more often than the tree is high: with narrow groups that
    // may be more than the 16 hops at which Lambda takes it for a runaway loop.
    recursiveLoop: RecursiveLoop.ALLOW,
  });
  const FANFOLD_AGGREGATOR = aggregator.functionName;
  const scratchMiB = options.workerScratchMiB ?? Math.min(SCRATCH_MIB_MAX, SCRATCH_MIB_DEFAULT * options.processors);
  const worker = makeStation(scope, 'worker', defaults, {
    description: 'fanfold: works a chunk',
    memoryMiB: options.workerMemoryMiB ?? MEMORY_MIB_DEFAULT,
    processors: options.processors,
    scratchMiB,
    timeout: options.workerTimeout,
    environment: {
      FANFOLD_RESULTS,
      FANFOLD_AGGREGATOR,
      ...scratchOf(scratchMiB),
      ...lane,
      ...(options.processors === 1 ? {} : { FANFOLD_PROCESSORS: String(options.processors) }),
    },
  });
  const memoryWorker =
    scope.memoryChunks === undefined
      ? undefined
      : makeStation(scope, 'worker', defaults, {
          id: 'MemoryWorker',
          description: 'fanfold: works a chunk that ran out of memory or time',
          memoryMiB: options.memoryLaneMiB ?? MEMORY_LANE_MIB_DEFAULT,
          scratchMiB: SCRATCH_MIB_MAX,
          timeout: MEMORY_LANE_TIMEOUT,
          environment: { FANFOLD_RESULTS, FANFOLD_AGGREGATOR, ...scratchOf(SCRATCH_MIB_MAX) },
        });
  const watcher = makeStation(scope, 'watcher', defaults, {
    description: 'fanfold: answers dead letters, stragglers and deadlines',
    memoryMiB: 512,
    timeout: WATCHER_TIMEOUT,
    environment: { FANFOLD_RESULTS, FANFOLD_INTAKE, FANFOLD_CHUNKS, FANFOLD_AGGREGATOR, ...lane },
    retryAttempts: 0, // the next tick is a minute away
  });
  return { splitter, worker, memoryWorker, aggregator, watcher };
}

const scratchOf = (mebibytes: number) => ({ FANFOLD_SCRATCH_MIB: String(mebibytes) });
