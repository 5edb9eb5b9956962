/** The construct. Reads like the picture: from the input bucket to the results, station by station. */
import { Duration, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource, type SqsEventSourceProps } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { STACK_TAGS, tagsOfJobs } from '../functions/adapters/aws/stack-tags.ts';
import { FanfoldError } from '../functions/errors.ts';
import { makeInput, makeResults } from './buckets.ts';
import { type BundledJob, BundleError, bundleJobs, findJobFiles } from './bundle.ts';
import { grantRead, grantServices, grantWriteOnce } from './grants.ts';
import { notifyFromBucket, notifyFromEventBridge } from './intake.ts';
import { providePollers } from './pollers.ts';
import {
  type AnyBucket,
  checkProps,
  type FanfoldProps,
  MAX_CONCURRENCY_DEFAULT,
  rampOf,
  workerProcessors,
} from './props.ts';
import { makeDeadLetters, makeQueue } from './queues.ts';
import { MEMORY_LANE_TIMEOUT, makeStations, SPLITTER_TIMEOUT, WATCHER_TIMEOUT } from './stations.ts';

/** Workers of the memory lane at a time. Ours: it is for the few chunks that need more than the others. */
const MEMORY_LANE_CONCURRENCY = 10;

/**
 * Runs jobs over what is uploaded: `s3://<input>/<job>/<anything>` in, `s3://<results>/<job>/<run>/` out.
 *
 * Works with nothing passed in; every resource is a property, so that all of it can be changed through its L1.
 *
 * @throws FANFOLD_USAGE naming every wrong prop and every file that is not a job, when the stack is synthesised
 * @example
 * ```ts
 * const stack = new Stack(new App(), 'Mine');
 * const words = new Fanfold(stack, 'Words', { jobs: 'jobs' });
 * words.jobs.includes('word-count'); // → true
 * ```
 */
export class Fanfold extends Construct {
  /** Names of the jobs deployed. */
  readonly jobs: readonly string[];
  /** Where uploads start runs: fanfold's own, or the one that was passed in. */
  readonly input: AnyBucket;
  /** Events of the input bucket, one run each. */
  readonly intake: Queue;
  /** Plans a run, and queues its chunks. */
  readonly splitter: LambdaFunction;
  /** One message a chunk. */
  readonly chunks: Queue;
  /** Works a chunk. */
  readonly worker: LambdaFunction;
  /** Chunks that ran out of memory or time, of redrives that say so. Undefined without a memory lane. */
  readonly memoryChunks: Queue | undefined;
  /** Works those, with more of both. Undefined without a memory lane. */
  readonly memoryWorker: LambdaFunction | undefined;
  /** Merges a group of partials; publishes the last one. */
  readonly aggregator: LambdaFunction;
  /** Plans, partials and results. */
  readonly results: Bucket;
  /** What used up its tries, until the watcher has answered it. */
  readonly deadLetters: Queue;
  /** Answers dead letters, stragglers and deadlines. */
  readonly watcher: LambdaFunction;
  /** The watcher's clock. */
  readonly tick: Rule;
  /** Of an existing input bucket: what brings its events to the intake queue. */
  readonly uploads: readonly Rule[];

  constructor(scope: Construct, id: string, props: FanfoldProps = {}) {
    super(scope, id);
    const jobs = this.#check(props);
    this.jobs = jobs.map((job) => job.name);
    const { key, removalPolicy = RemovalPolicy.RETAIN } = props;
    const workerTimeout = props.workerTimeout ?? Duration.seconds(120);
    if (key !== undefined) grantServices(key, Stack.of(this).account);

    this.deadLetters = makeDeadLetters(this, 'DeadLetters', { key, timeout: WATCHER_TIMEOUT });
    this.intake = makeQueue(this, 'Intake', { key, timeout: SPLITTER_TIMEOUT }, this.deadLetters);
    this.chunks = makeQueue(this, 'Chunks', { key, timeout: workerTimeout }, this.deadLetters);
    this.memoryChunks =
      props.memoryLaneMiB === 0
        ? undefined
        : makeQueue(this, 'MemoryChunks', { key, timeout: MEMORY_LANE_TIMEOUT }, this.deadLetters);
    this.results = makeResults(this, 'Results', { key, removalPolicy });
    if (props.input === undefined) {
      const input = makeInput(this, 'Input', { key, removalPolicy });
      notifyFromBucket(input, this.intake);
      this.input = input;
      this.uploads = [];
    } else {
      this.input = props.input;
      this.uploads = notifyFromEventBridge(this, props.input, this.jobs, this.intake, this.deadLetters);
    }

    const processors = workerProcessors(props);
    const ramp = rampOf(props);
    const stations = makeStations(this, jobs, { ...props, removalPolicy, workerTimeout, processors, ramp });
    this.splitter = stations.splitter;
    this.worker = stations.worker;
    this.memoryWorker = stations.memoryWorker;
    this.aggregator = stations.aggregator;
    this.watcher = stations.watcher;
    this.#connect(props);
    this.#permit();
    this.tick = new Rule(this, 'Tick', {
      description: "fanfold: the watcher's clock",
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaTarget(this.watcher, { retryAttempts: 0 })],
    });
    this.#label();
  }

  /** All that is wrong, at once: props, job files and jobs. */
  #check(props: FanfoldProps): BundledJob[] {
    const wrong = checkProps(props);
    let jobs: BundledJob[] = [];
    try {
      jobs = bundleJobs(findJobFiles(props.jobs ?? 'jobs'));
    } catch (error) {
      if (!(error instanceof BundleError)) throw error;
      wrong.push(...error.wrong);
    }
    if (wrong.length === 0) return jobs;
    throw new FanfoldError('FANFOLD_USAGE', [`Fanfold '${this.node.path}' is not right:`, ...wrong].join('\n  - '), {
      fix: 'Correct the props or the job files, and synthesise again.',
    });
  }

  /** Which function reads which queue. A message that a handler names comes again; the others of its call do not. */
  #connect(props: FanfoldProps): void {
    const { maxConcurrency = MAX_CONCURRENCY_DEFAULT, provisionedPollers } = props;
    const reads = (station: LambdaFunction, queue: Queue, how: SqsEventSourceProps) =>
      station.addEventSource(new SqsEventSource(queue, { batchSize: 1, reportBatchItemFailures: true, ...how }));
    reads(this.splitter, this.intake, { maxConcurrency: 10 });
    const batchSize = workerProcessors(props);
    reads(this.worker, this.chunks, { batchSize, ...(provisionedPollers === undefined ? { maxConcurrency } : {}) });
    reads(this.watcher, this.deadLetters, { maxConcurrency: 10 });
    if (provisionedPollers !== undefined) providePollers(this.worker, provisionedPollers);
    const { memoryWorker, memoryChunks } = this;
    if (memoryWorker !== undefined && memoryChunks !== undefined) {
      reads(memoryWorker, memoryChunks, { maxConcurrency: Math.min(maxConcurrency, MEMORY_LANE_CONCURRENCY) });
    }
  }

  #permit(): void {
    const workers = this.memoryWorker === undefined ? [this.worker] : [this.worker, this.memoryWorker];
    grantRead(this.input, this.splitter, ...workers);
    grantWriteOnce(this.results, this.splitter, ...workers, this.aggregator, this.watcher);
    for (const station of [this.splitter, this.watcher]) this.chunks.grantSendMessages(station);
    this.intake.grantSendMessages(this.watcher);
    for (const station of [this.worker, this.watcher]) this.memoryChunks?.grantSendMessages(station);
    for (const station of [...workers, this.watcher]) this.aggregator.grantInvoke(station);
    // Its own policy: in the role's default one, function and policy would wait for each other.
    const { role } = this.aggregator;
    const itself = new PolicyStatement({
      actions: ['lambda:InvokeFunction'],
      resources: [this.aggregator.functionArn],
    });
    if (role !== undefined) new Policy(this, 'AggregatorStartsItself', { statements: [itself], roles: [role] });
  }

  /** How the command line finds the buckets and jobs of `--stack`. On the chunk queue, for which nothing else here waits. */
  #label(): void {
    const tags = Tags.of(this.chunks);
    tags.add(STACK_TAGS.stack, Stack.of(this).stackName);
    tags.add(STACK_TAGS.construct, this.node.id);
    tags.add(STACK_TAGS.input, this.input.bucketName);
    tags.add(STACK_TAGS.results, this.results.bucketName);
    for (const [key, value] of Object.entries(tagsOfJobs(this.jobs))) tags.add(key, value);
  }
}
