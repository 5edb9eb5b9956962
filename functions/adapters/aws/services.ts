/** All that a station may reach, on AWS: found through the environment variables that the construct sets. */
import type { JoinLimits } from '../../core/join-pieces.ts';
import type { MemoryBounds } from '../../core/memory-bounds.ts';
import type { ChunkMessage, NodeRequest, RunRequest } from '../../core/messages.ts';
import type { Ramp } from '../../core/ramp.ts';
import { assert } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Scratch } from '../../ports/scratch.ts';
import type { Jobs, Log, Services } from '../../ports/services.ts';
import { backoff, type Wait } from './backoff.ts';
import { awsClients, type Clients, isEmulated } from './clients.ts';
import { jsonLog } from './json-log.ts';
import { LambdaInvoker } from './lambda-invoker.ts';
import { lambdaMemory, lambdaScratch } from './lambda-memory.ts';
import { S3ObjectStore } from './s3-object-store.ts';
import { FIRST_PART_BYTES } from './s3-upload.ts';
import { SqsQueue } from './sqs-queue.ts';

/** What the construct tells its functions. Each gets only what its station reaches. */
export interface FanfoldEnvironment {
  /** Name of the results bucket. */
  readonly FANFOLD_RESULTS?: string;
  /** URL of the intake queue. */
  readonly FANFOLD_INTAKE?: string;
  /** URL of the chunk queue. */
  readonly FANFOLD_CHUNKS?: string;
  /** URL of the queue of the workers with more memory, if there are any. */
  readonly FANFOLD_MEMORY_CHUNKS?: string;
  /** Name of the aggregator; the aggregator itself goes by its own name. */
  readonly FANFOLD_AGGREGATOR?: string;
  /** Processors of the function, if it has several. */
  readonly FANFOLD_PROCESSORS?: string;
  /** Where scratch files lie. */
  readonly FANFOLD_SCRATCH?: string;
  /** Size of `/tmp`, or of the share of it. */
  readonly FANFOLD_SCRATCH_MIB?: string;
  /** How fast workers come to the chunk queue: a Ramp as JSON. */
  readonly FANFOLD_RAMP?: string;
}

/** What the services take from the machine that they run on; a simulation brings its own. */
export interface Surroundings {
  readonly clock: Clock;
  /** Between tries. */
  readonly wait: Wait;
  readonly log: Log;
  /** What an upload holds before it goes in parts. */
  readonly firstPartBytes: number;
  /** @default what S3 takes */
  readonly joins?: JoinLimits;
  /** @default `/tmp` */
  readonly scratch?: Scratch;
  /** @default what the function has */
  readonly memory?: MemoryBounds;
  /** @default PLAN_PAGE_CHUNKS_MAX */
  readonly pageChunksMax?: number;
}

const MACHINE: Surroundings = {
  clock: { nowMs: Date.now },
  wait: backoff,
  log: jsonLog,
  firstPartBytes: FIRST_PART_BYTES,
};

/** The services of the environment at hand. What a station never reaches may be left out, and fails if it is reached. */
export function awsServices(
  jobs: Jobs,
  env: NodeJS.ProcessEnv & FanfoldEnvironment = process.env,
  clients: Clients = awsClients(env),
  around: Surroundings = MACHINE,
): Services {
  const { s3, sqs, lambda } = clients;
  const { wait, clock, log } = around;
  const need = (name: keyof FanfoldEnvironment, otherwise?: string) => {
    const value = env[name] ?? otherwise;
    assert(value !== undefined, `the environment variable ${name} is not set`);
    return value;
  };
  const memoryChunks = env['FANFOLD_MEMORY_CHUNKS'];
  const ramp = env['FANFOLD_RAMP'];
  return {
    store: new S3ObjectStore(s3, wait, around.firstPartBytes, !isEmulated(env)),
    results: need('FANFOLD_RESULTS'),
    intake: { send: (messages) => new SqsQueue<RunRequest>(sqs, need('FANFOLD_INTAKE'), wait).send(messages) },
    chunks: { send: (messages) => new SqsQueue<ChunkMessage>(sqs, need('FANFOLD_CHUNKS'), wait).send(messages) },
    ...(memoryChunks === undefined
      ? {}
      : { memoryChunks: { send: (messages) => new SqsQueue<ChunkMessage>(sqs, memoryChunks, wait).send(messages) } }),
    aggregator: {
      invoke: (request) => {
        const name = need('FANFOLD_AGGREGATOR', env['AWS_LAMBDA_FUNCTION_NAME']);
        return new LambdaInvoker<NodeRequest>(lambda, name).invoke(request);
      },
    },
    clock,
    scratch: around.scratch ?? lambdaScratch(env),
    memory: around.memory ?? lambdaMemory(env),
    ...(around.joins === undefined ? {} : { joins: around.joins }),
    jobs,
    log,
    ...(ramp === undefined ? {} : { ramp: JSON.parse(ramp) as Ramp }), // the construct wrote it
    ...(around.pageChunksMax === undefined ? {} : { pageChunksMax: around.pageChunksMax }),
  };
}
