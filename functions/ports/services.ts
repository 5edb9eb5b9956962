/** All that a station may reach: every effect of the pipeline goes through one of these. */
import type { JoinLimits } from '../core/join-pieces.ts';
import type { Resumed } from '../core/manifest.ts';
import type { MemoryBounds } from '../core/memory-bounds.ts';
import type { ChunkMessage, NodeRequest, RunRequest } from '../core/messages.ts';
import type { Ramp } from '../core/ramp.ts';
import type { Job } from '../job.ts';
import type { Clock } from './clock.ts';
import type { Invoker } from './invoker.ts';
import type { ObjectStore } from './object-store.ts';
import type { Queue } from './queue.ts';
import type { Scratch } from './scratch.ts';

export interface Services {
  readonly store: ObjectStore;
  /** The bucket that holds `runs/`, `watch/` and the results. */
  readonly results: string;
  readonly intake: Queue<RunRequest>;
  readonly chunks: Queue<ChunkMessage>;
  /** Chunks for workers with more memory and time; undefined where there are none. */
  readonly memoryChunks?: Queue<ChunkMessage>;
  readonly aggregator: Invoker<NodeRequest>;
  readonly clock: Clock;
  readonly scratch: Scratch;
  /** What a step may hold in memory. */
  readonly memory: MemoryBounds;
  /** What parts of uploads take where stored rows are joined. @default what S3 takes */
  readonly joins?: JoinLimits;
  readonly jobs: Jobs;
  readonly log: Log;
  /** How fast workers come to the queue of chunks, where that is known: chunks are then made to fit. */
  readonly ramp?: Ramp;
  /** Chunks of one page of a plan; fewer only in a simulation. @default PLAN_PAGE_CHUNKS_MAX */
  readonly pageChunksMax?: number;
  /** Of a run that another process has begun: told in the manifest. Never on AWS, where functions begin and go on alike. */
  readonly resumed?: Resumed;
}

/** The jobs that this deployment knows, each with the SHA-256 of its code. */
export interface Jobs {
  readonly names: readonly string[];
  find(name: string): DeployedJob | undefined;
}

export interface DeployedJob {
  readonly job: Job;
  readonly digest: string;
}

/** One JSON line an event on AWS; nothing by default on a laptop. */
export type Log = (event: string, details: { readonly [name: string]: unknown }) => void;
