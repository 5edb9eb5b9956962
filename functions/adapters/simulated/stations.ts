/** The four functions as they are deployed: the real handlers, over what a process of the simulation has. */
import { aggregatorHandler } from '../../aggregator/handler.ts';
import type { JoinLimits } from '../../core/join-pieces.ts';
import type { MemoryBounds } from '../../core/memory-bounds.ts';
import type { Scratch } from '../../ports/scratch.ts';
import type { Jobs, Log } from '../../ports/services.ts';
import { splitterHandler } from '../../splitter/handler.ts';
import { watcherHandler } from '../../watcher/handler.ts';
import { workerHandler } from '../../worker/handler.ts';
import { waiting } from '../aws/backoff.ts';
import { awsServices, type FanfoldEnvironment } from '../aws/services.ts';
import { clientsOf, type SimulatedServices } from './clients.ts';
import type { Handler } from './lambda-function.ts';
import type { Process } from './process.ts';

export const STATIONS = ['splitter', 'worker', 'aggregator', 'watcher'] as const;
export type Station = (typeof STATIONS)[number];

/** What the construct sets; a test compares it with the template. */
export const TIMEOUT_SECONDS: Readonly<Record<Station, number>> = {
  splitter: 300,
  worker: 120,
  aggregator: 900,
  watcher: 120,
};
/** Messages stay invisible for six time-outs of the function that gets them. */
export const VISIBILITY_TIMEOUTS = 6;
/** Of the aggregator's asynchronous invocations. */
export const AGGREGATOR_RETRIES = 2;
export const AGGREGATOR_AGE_SECONDS_MAX = 6 * 3600;

export const INPUT = 'input';
export const RESULTS = 'results';
const AGGREGATOR = 'aggregator';
export const INTAKE_URL = 'https://sqs.simulated/intake';
export const CHUNKS_URL = 'https://sqs.simulated/chunks';

const ENVIRONMENT = {
  FANFOLD_RESULTS: RESULTS,
  FANFOLD_INTAKE: INTAKE_URL,
  FANFOLD_CHUNKS: CHUNKS_URL,
  FANFOLD_AGGREGATOR: AGGREGATOR,
} satisfies FanfoldEnvironment;

/** How far the clock of a machine may be off. Ours. */
const CLOCK_SKEW_MS_MAX = 2_000;

export interface StationOptions {
  /** What an upload holds before it goes in parts. */
  readonly firstPartBytes: number;
  /** Of S3. */
  readonly partBytesMin: number;
  /** What a step may hold in memory. */
  readonly memory: MemoryBounds;
  readonly scratch: Scratch;
  /** Chunks of one page of a plan. */
  readonly pageChunksMax: number;
  readonly log: Log;
}

/** The services as the AWS adapters make them, for one process. */
export function servicesFor(process: Process, services: SimulatedServices, jobs: Jobs, options: StationOptions) {
  const { world } = process;
  const { random, timeline } = world;
  const skewMs = random.between(-CLOCK_SKEW_MS_MAX, CLOCK_SKEW_MS_MAX);
  return awsServices(jobs, ENVIRONMENT, clientsOf(process, services), {
    clock: { nowMs: () => timeline.nowMs + skewMs },
    wait: waiting(
      (ms) => process.sleep(ms),
      () => random.next(),
    ),
    log: (event, details) => {
      world.tell(process.name, () => `· ${event} ${JSON.stringify(details)}`);
      options.log(event, details);
    },
    firstPartBytes: options.firstPartBytes,
    joins: joinsFor(options.partBytesMin),
    scratch: options.scratch,
    memory: options.memory,
    pageChunksMax: options.pageChunksMax,
  });
}

/** As small as the parts that S3 takes: a result of some parts then is one of several objects. */
const joinsFor = (partBytesMin: number): JoinLimits => ({
  partBytesMin,
  partBytesMax: 3 * partBytesMin,
  partsMax: 6,
  objectBytesGoal: 5 * partBytesMin,
});

/** A station's handler, in an environment of its own. */
export function handlerOf(station: Station, jobs: Jobs, services: ReturnType<typeof servicesFor>): Handler {
  switch (station) {
    case 'splitter':
      return splitterHandler(jobs, services);
    case 'worker':
      return workerHandler(jobs, services);
    case 'aggregator':
      return aggregatorHandler(jobs, services);
    default:
      return watcherHandler(jobs, services);
  }
}
