/**
 * The whole pipeline in memory: the real steps over a memory store, with queues that deliver at least once in an order
 * that a seed decides, and a crash before or after any one call. The watcher stays off unless a test ticks it.
 */

import { MemoryScratch } from '../../functions/adapters/simulated/memory-scratch.ts';
import { MemoryStore } from '../../functions/adapters/simulated/memory-store.ts';
import { aggregate } from '../../functions/aggregator/aggregate.ts';
import type { JoinLimits } from '../../functions/core/join-pieces.ts';
import { manifestKey, resultPrefix } from '../../functions/core/keys.ts';
import type { Manifest } from '../../functions/core/manifest.ts';
import { type MemoryBounds, memoryBounds } from '../../functions/core/memory-bounds.ts';
import type { ChunkMessage, NodeRequest, RunRequest } from '../../functions/core/messages.ts';
import type { Job } from '../../functions/job.ts';
import { RECEIVES_MAX } from '../../functions/limits.ts';
import type { ObjectStore } from '../../functions/ports/object-store.ts';
import type { Services } from '../../functions/ports/services.ts';
import { split } from '../../functions/splitter/split.ts';
import { bury } from '../../functions/watcher/bury.ts';
import { work } from '../../functions/worker/work.ts';

type Message = RunRequest | ChunkMessage | NodeRequest;

export interface PipelineOptions {
  readonly jobs: readonly Job[];
  readonly digest?: string;
  /** Order of deliveries, and which are repeated. */
  readonly seed?: number;
  /** Share of messages that are delivered twice. */
  readonly duplicates?: number;
  /** Deliveries at the same time, their calls interleaved as the seed says; not together with a crash. @default 1 */
  readonly together?: number;
  /** Deliveries that kill their process, each time. */
  readonly kills?: (message: Message) => boolean;
  /** @default true */
  readonly memoryLane?: boolean;
  /** Messages that never arrive. */
  readonly lose?: (message: Message) => boolean;
  readonly scratch?: MemoryScratch;
  /** Of what a step may hold in memory. @default as a function of a gibibyte */
  readonly memory?: Partial<MemoryBounds>;
  /** The nth call of any service crashes its caller, before or after it took effect. */
  readonly joins?: JoinLimits;
  readonly crash?: { readonly call: number; readonly when: 'before' | 'after' };
  /** The crash takes the queues along, as that of a laptop's only process does. @default false */
  readonly queuesDie?: boolean;
}

/** What a killed process looks like from inside: nothing after it runs, and nobody may catch it. */
export class Crash extends Error {}

export class MemoryPipeline {
  readonly clock = { now: 1_700_000_000_000, nowMs: () => this.clock.now };
  readonly store = new MemoryStore(this.clock);
  readonly scratch: MemoryScratch;
  readonly services: Services;
  readonly events: string[] = [];
  calls = 0;
  readonly #pending: { message: Message; receives: number }[] = [];
  readonly #options: PipelineOptions;
  readonly #random: () => number;
  /** The process at hand was killed: whatever it still tries does nothing. */
  #dead = false;

  constructor(options: PipelineOptions) {
    this.#options = options;
    this.scratch = options.scratch ?? new MemoryScratch();
    this.#random = mulberry32(options.seed ?? 1);
    const digest = options.digest ?? 'digest';
    const jobs = new Map(options.jobs.map((job) => [job.name, { job, digest }]));
    const queue = { send: (messages: readonly Message[]) => this.#call(async () => this.#send(messages)) };
    this.services = {
      store: this.#flaky(this.store),
      results: 'results',
      intake: queue,
      chunks: queue,
      ...(options.memoryLane === false ? {} : { memoryChunks: queue }),
      aggregator: { invoke: (request) => this.#call(async () => this.#send([request])) },
      clock: this.clock,
      scratch: this.scratch,
      memory: { ...memoryBounds(2 ** 30), ...options.memory },
      ...(options.joins === undefined ? {} : { joins: options.joins }),
      jobs: { names: [...jobs.keys()], find: (name) => jobs.get(name) },
      log: (event) => this.events.push(event),
    };
  }

  /** Asks for a run and delivers until nothing is left. */
  async run(request: RunRequest): Promise<Manifest | undefined> {
    this.#send([request]);
    await this.drain();
    return this.manifest(request.job, request.run);
  }

  async drain(): Promise<void> {
    while (this.#pending.length > 0) {
      const some: Promise<void>[] = [];
      for (let left = this.#options.together ?? 1; left > 0 && this.#pending.length > 0; left--) {
        const [entry] = this.#pending.splice(Math.floor(this.#random() * this.#pending.length), 1);
        if (entry !== undefined) some.push(this.#deliver(entry));
      }
      await Promise.all(some);
    }
  }

  /** What code does that ends the process which runs it, as by taking all its memory. */
  kill(): never {
    this.#dead = true;
    throw new Crash();
  }

  /** Another process goes on where the killed one was. */
  restart(): void {
    this.#dead = false;
  }

  /** Messages that are waiting, which a test may drop. */
  get pending(): { message: Message; receives: number }[] {
    return this.#pending;
  }

  manifest(job: string, run: string): Manifest | undefined {
    const bytes = this.store.contents('results').get(manifestKey(job, run));
    return bytes === undefined ? undefined : (JSON.parse(Buffer.from(bytes).toString()) as Manifest);
  }

  /** The concatenated parts of a result. */
  result(job: string, run: string): Buffer {
    const manifest = this.manifest(job, run);
    const contents = this.store.contents('results');
    return Buffer.concat(
      (manifest?.results ?? []).map(({ path }) => contents.get(resultPrefix(job, run) + path) ?? Buffer.alloc(0)),
    );
  }

  async #deliver(entry: { message: Message; receives: number }): Promise<void> {
    this.#dead = false;
    const again = { message: entry.message, receives: entry.receives + 1 };
    if (this.#random() < (this.#options.duplicates ?? 0)) this.#pending.push({ ...entry });
    try {
      if (again.receives > RECEIVES_MAX) await bury(entry.message, 'it kept crashing', this.services);
      else if (this.#options.kills?.(entry.message)) throw new Crash('killed');
      else await this.#handle(entry.message, again.receives);
    } catch (error) {
      this.events.push(this.#dead ? 'crash' : `error: ${error instanceof Error ? error.message : error}`);
      if (again.receives <= 3 * RECEIVES_MAX) this.#pending.push(again);
      if (this.#dead && this.#options.queuesDie) this.#pending.length = 0;
    }
  }

  #handle(message: Message, receives: number): Promise<void> {
    if (message.kind === 'run') return split(message, this.services);
    if (message.kind === 'chunk')
      return work(message, this.services, { receives, timeLeftMs: Number.POSITIVE_INFINITY });
    return aggregate(message, this.services);
  }

  #send(messages: readonly Message[]): void {
    for (const message of messages)
      if (!this.#options.lose?.(message)) this.#pending.push({ message: structuredClone(message), receives: 0 });
  }

  async #call<T>(effect: () => Promise<T>): Promise<T> {
    if (this.#dead) throw new Crash();
    if ((this.#options.together ?? 1) > 1) {
      for (let turns = Math.floor(this.#random() * 8); turns > 0; turns--) await Promise.resolve();
    }
    this.calls += 1;
    const { crash } = this.#options;
    const here = crash?.call === this.calls;
    this.#dead = here;
    if (here && crash?.when === 'before') throw new Crash();
    const result = await effect();
    if (here) throw new Crash();
    return result;
  }

  #flaky(store: MemoryStore): ObjectStore {
    const call = <T>(effect: () => Promise<T>) => this.#call(effect);
    return {
      head: (name) => call(() => store.head(name)),
      open: (name) => call(() => store.open(name)),
      list: (bucket, prefix, after) => call(() => store.list(bucket, prefix, after)),
      putIfAbsent: (name, body, note) => call(() => store.putIfAbsent(name, body, note)),
      joinIfAbsent: (to, parts, crc32) => call(() => store.joinIfAbsent(to, parts, crc32)),
      copyIfAbsent: (from, to, note) => call(() => store.copyIfAbsent(from, to, note)),
      async *read(object, start, end) {
        yield* await call(async () => store.read(object, start, end));
      },
    };
  }
}

/** Tommy Ettinger's mulberry32: small, seeded, good enough to choose an order. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
