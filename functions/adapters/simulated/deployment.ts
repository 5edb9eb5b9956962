/** A whole fanfold on a simulated AWS: what infra/fanfold.ts deploys, wired the same way. */
import { type MemoryBounds, memoryBounds } from '../../core/memory-bounds.ts';
import type { Ramp } from '../../core/ramp.ts';
import { RECEIVES_MAX } from '../../limits.ts';
import type { DeployedJob, Log } from '../../ports/services.ts';
import { deployedJobs } from '../aws/deployed-jobs.ts';
import { Account } from './capacity.ts';
import type { SimulatedServices } from './clients.ts';
import { EventSource } from './event-source.ts';
import type { FaultKind } from './faults.ts';
import { SimulatedFunction } from './lambda-function.ts';
import { type AsyncOptions, LambdaService } from './lambda-service.ts';
import { MemoryScratch } from './memory-scratch.ts';
import { notify } from './notifications.ts';
import { Process } from './process.ts';
import type { RequestRates } from './request-rates.ts';
import { S3Service } from './s3-service.ts';
import { SimulatedQueue } from './sqs-queue.ts';
import { SqsService } from './sqs-service.ts';
import * as stations from './stations.ts';
import type { World } from './world.ts';

export interface DeploymentOptions {
  readonly jobs: readonly DeployedJob[];
  /** Whether the last try of everything is free of faults, so that nothing is given up that does not deserve it. */
  readonly merciful: boolean;
  /** Whether the watcher's clock ticks. Dead letters are answered in any case. */
  readonly ticks: boolean;
  readonly batchSize: number;
  /** Workers at a time. */
  readonly concurrencyMax: number;
  /** What an upload holds before it goes in parts. */
  readonly firstPartBytes: number;
  /** What the simulated S3 takes for a part, and what joined rows must come to. @default firstPartBytes */
  readonly partBytesMin?: number;
  /** Of what a step may hold in memory. @default as a function of a gibibyte */
  readonly memory?: Partial<MemoryBounds>;
  /** Chunks of one page of a plan. */
  readonly pageChunksMax: number;
  /** Requests after which a process dies that gets such a message, each time; undefined if it does not. */
  readonly diesAfter?: (message: unknown) => number | undefined;
  readonly log?: Log;
  /** The bounds of AWS that only many chunks reach. @default none */
  readonly scale?: Scale;
}

/** Bounds of AWS, and what takes time or memory. */
interface Scale {
  /** How fast workers come. */
  readonly ramp: Ramp;
  /** Of the account. */
  readonly concurrencyMax: number;
  readonly rates: RequestRates;
  /** How long a read from a bucket takes: what a worker does with it included. */
  readonly readingMs: (bucket: string) => number;
}

/** Objects that are kept compressed. */
const PACKED_BYTES_MIN = 64 * 1024;

/** Losses of one message that the watcher mends: it starts a chunk again twice. */
const LOSSES_MAX = 2;
const TICK_MS = 60_000;

export class SimulatedDeployment {
  readonly world: World;
  readonly services: SimulatedServices;
  /** The disks of all processes. */
  readonly scratch = new MemoryScratch();
  readonly functions: Readonly<Record<stations.Station, SimulatedFunction>>;
  /** What was given up so far: bodies of messages, and payloads. */
  readonly dead: string[] = [];
  /** What reads the chunk queue. */
  readonly chunksRead: EventSource;
  /** Notifications that were lost so far. */
  readonly notificationsLost: () => number;
  readonly #options: DeploymentOptions;
  readonly #losses = new Map<string, number>();
  #jobs: readonly DeployedJob[];

  constructor(world: World, options: DeploymentOptions) {
    this.world = world;
    this.#options = options;
    this.#jobs = options.jobs;
    const { scale } = options;
    const random = () => world.random.next();
    const s3 = new S3Service({
      nowMs: () => world.timeline.nowMs,
      random,
      partBytesMin: options.partBytesMin ?? options.firstPartBytes,
      writtenOnce: [stations.RESULTS],
      ...(scale === undefined ? {} : { rates: scale.rates, packedBytesMin: PACKED_BYTES_MIN }),
    });
    const seconds = stations.TIMEOUT_SECONDS;
    const visibilityMs = (station: stations.Station) => seconds[station] * 1000 * stations.VISIBILITY_TIMEOUTS;
    const deadLetters = new SimulatedQueue(world, 'dead-letters', { visibilityMs: visibilityMs('watcher') });
    const backed = { queue: deadLetters, maxReceives: RECEIVES_MAX };
    const intake = new SimulatedQueue(world, 'intake', { visibilityMs: visibilityMs('splitter'), deadLetters: backed });
    const chunks = new SimulatedQueue(world, 'chunks', {
      visibilityMs: visibilityMs('worker'),
      deadLetters: backed,
      packed: scale !== undefined,
    });
    chunks.loses = (body) => this.#loses(body, 'messageLost');
    for (const queue of [intake, chunks]) queue.onDead = ({ body }) => this.dead.push(body);
    const urls = new Map([
      [stations.INTAKE_URL, intake],
      [stations.CHUNKS_URL, chunks],
    ]);
    const lambda = new LambdaService(world);
    this.services = { s3, sqs: new SqsService(urls, random), lambda, readingMs: scale?.readingMs };
    const account = scale === undefined ? {} : { account: new Account(scale.concurrencyMax), lossChance: 0 };
    const load = (name: stations.Station) =>
      new SimulatedFunction(world, {
        name,
        timeoutMs: seconds[name] * 1000,
        load: (process) => stations.handlerOf(name, deployedJobs(this.#jobs), this.servicesFor(process)),
        ...account,
      });
    this.functions = {
      splitter: load('splitter'),
      worker: load('worker'),
      aggregator: load('aggregator'),
      watcher: load('watcher'),
    };
    const { splitter, worker, aggregator, watcher } = this.functions;
    const { merciful, batchSize, concurrencyMax, diesAfter } = options;
    const dies = diesAfter === undefined ? {} : { diesAfter: (json: string) => diesAfter(JSON.parse(json)) };
    const few = { batchSize, concurrencyMax: 10, merciful };
    new EventSource(world, intake, splitter, { ...few, ...dies });
    new EventSource(world, deadLetters, watcher, few);
    const ramp = scale?.ramp;
    this.chunksRead = new EventSource(world, chunks, worker, { batchSize, concurrencyMax, ramp, merciful, ...dies });
    lambda.add(aggregator, { ...this.#asynchronous(deadLetters), merciful, ...dies });
    lambda.add(watcher, { retries: 0, ageMsMax: stations.AGGREGATOR_AGE_SECONDS_MAX * 1000, merciful: false });
    this.notificationsLost = notify(world, s3, stations.INPUT, intake);
    if (options.ticks) this.#tick();
  }

  /** All that AWS adapters give to a process. */
  servicesFor(process: Process) {
    const { firstPartBytes, partBytesMin = firstPartBytes, pageChunksMax, log = () => {} } = this.#options;
    const memory = { ...memoryBounds(2 ** 30), ...this.#options.memory };
    const options = { firstPartBytes, partBytesMin, pageChunksMax, memory, scratch: this.scratch, log };
    return stations.servicesFor(process, this.services, deployedJobs(this.#jobs), options);
  }

  /** Something that reaches AWS from outside, such as a command line. */
  outsider(name: string): Process {
    return new Process(this.world, name);
  }

  /** New code: environments that are made from now on have it. */
  deploy(jobs: readonly DeployedJob[]): void {
    this.world.tell('deployment', () => `new code: ${jobs.map(({ digest }) => digest).join(', ')}`);
    this.#jobs = jobs;
    for (const name of stations.STATIONS) this.functions[name].deployed();
  }

  #asynchronous(onFailure: SimulatedQueue): Omit<AsyncOptions, 'merciful'> {
    return {
      retries: stations.AGGREGATOR_RETRIES,
      ageMsMax: stations.AGGREGATOR_AGE_SECONDS_MAX * 1000,
      onFailure,
      loses: (payload) => this.#loses(payload, 'invocationLost'),
      onDead: (payload) => this.dead.push(payload),
    };
  }

  /** Nothing is lost that nobody would mend. */
  #loses(message: string, kind: FaultKind): boolean {
    const losses = this.#losses.get(message) ?? 0;
    if (!this.#options.ticks || losses >= LOSSES_MAX || !this.world.faults.strikes(kind)) return false;
    this.#losses.set(message, losses + 1);
    return true;
  }

  #tick(): void {
    const { faults, timeline } = this.world;
    const event = { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} };
    timeline.after(
      TICK_MS,
      () => {
        const times = faults.strikes('tickMissed') ? 0 : faults.strikes('tickTwice') ? 2 : 1;
        for (let i = 0; i < times; i++) this.services.lambda.invoke('watcher', JSON.stringify(event));
        this.#tick();
      },
      true,
    );
  }
}
