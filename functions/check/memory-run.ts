/** A run in memory over the real stations: cut where one likes, delivered in any order, and any message twice. */
import { MemoryScratch } from '../adapters/simulated/memory-scratch.ts';
import { MemoryStore } from '../adapters/simulated/memory-store.ts';
import { aggregate } from '../aggregator/aggregate.ts';
import { manifestKey, planPageKey, REJECTS_NAME, resultPrefix } from '../core/keys.ts';
import type { Manifest } from '../core/manifest.ts';
import { memoryBounds } from '../core/memory-bounds.ts';
import type { ChunkMessage, NodeRequest, RunRequest } from '../core/messages.ts';
import type { Segment } from '../core/plan.ts';
import { assert } from '../errors.ts';
import type { Format } from '../formats/format.ts';
import { formatOf, tagOf } from '../formats/tagged.ts';
import type { Job } from '../job.ts';
import type { ParamRecord } from '../params.ts';
import type { Services } from '../ports/services.ts';
import type { PlanPage } from '../protocol/plan-pages.ts';
import { split } from '../splitter/split.ts';
import { work } from '../worker/work.ts';
import { Random } from './random.ts';
import type { SampleObject } from './sample.ts';

/** Bytes [start, end) of the nth object. */
export interface Range {
  readonly object: number;
  readonly start: number;
  readonly end: number;
}

export interface MemoryRunOptions {
  readonly objects: readonly SampleObject[];
  /** What each worker does, in input order: together all of the objects. */
  readonly chunks: readonly (readonly Range[])[];
  readonly groupSize: number;
  readonly params: ParamRecord;
  /** The job as the process has it that gets the nth message. */
  readonly jobFor: (message: number) => Promise<Job>;
  /** Decides the order of deliveries, and which are repeated. */
  readonly seed: number;
  /** One message in so many is delivered twice; 0 is none. */
  readonly twiceInN: number;
}

export interface MemoryRunResult {
  readonly manifest: Manifest;
  /** The parts in order, then the rejects. */
  readonly bytes: Buffer;
}

type Message = RunRequest | ChunkMessage | NodeRequest;

const RUN = 'check';
const RESULTS = 'results';
/** Objects are called by their paths, as in `fanfold run`. */
const INPUT = 'file';
const NOW_MS = 1_750_000_000_000;
const DIGEST = 'check';
const MEMORY_BYTES = 2 ** 30;

export async function runInMemory(options: MemoryRunOptions): Promise<MemoryRunResult> {
  const { objects, params, jobFor, seed, twiceInN, groupSize } = options;
  const random = new Random(seed);
  const clock = { nowMs: () => NOW_MS };
  const store = new MemoryStore(clock);
  for (const { key, bytes } of objects) store.upload({ bucket: INPUT, key }, bytes);
  const job = await jobFor(0);
  const waiting: Message[] = [];
  const send = async (messages: readonly Message[]) => void waiting.push(...messages);
  const services = (at: Job): Services => ({
    store,
    results: RESULTS,
    intake: { send },
    chunks: { send },
    aggregator: { invoke: (request) => send([request]) },
    clock,
    scratch: new MemoryScratch(),
    memory: memoryBounds(MEMORY_BYTES),
    jobs: { names: [at.name], find: (name) => (name === at.name ? { job: at, digest: DIGEST } : undefined) },
    log: () => {},
  });
  await plan(options, job, store);
  waiting.push({
    kind: 'run',
    run: RUN,
    job: job.name,
    inputs: objects.map(({ key }) => ({ bucket: INPUT, key })),
    params,
    chunkBytes: 1,
    groupSize,
    requestedAtMs: NOW_MS,
  });
  for (let nth = 0; waiting.length > 0; nth++) {
    const [message] = waiting.splice(random.below(waiting.length), 1);
    assert(message, 'no message where some wait');
    if (twiceInN > 0 && random.below(twiceInN) === 0) waiting.push(message);
    await deliver(message, services(await jobFor(nth)));
  }
  return resultOf(store, job.name);
}

function deliver(message: Message, services: Services): Promise<void> {
  if (message.kind === 'run') return split(message, services);
  return message.kind === 'chunk' ? work(message, services) : aggregate(message, services);
}

/** The one page of the plan, as wanted: the splitter finds it and goes on from it. */
async function plan({ objects, chunks, groupSize }: MemoryRunOptions, job: Job, store: MemoryStore): Promise<void> {
  const heads = await Promise.all(objects.map(({ key }) => store.head({ bucket: INPUT, key })));
  const segment = ({ object, start, end }: Range): Segment => {
    const { key, bytes } = objects[object] ?? { key: '', bytes: Buffer.alloc(0) };
    const tag = tagOf(job.input, { key });
    const { etag = '' } = heads[object] ?? {};
    const header = start === 0 && end === bytes.length ? undefined : headerFor(formatOf(job.input, tag), bytes);
    const more = { ...(tag === undefined ? {} : { tag }), ...(header === undefined ? {} : { header }) };
    return { object, bucket: INPUT, key, etag, size: bytes.length, start, end, ...more };
  };
  assert(groupSize >= 2 && chunks.length > 0, 'a run of no chunks');
  const page: PlanPage = {
    chunks: chunks.map((ranges, chunk) => ({ chunk, segments: ranges.map(segment) })),
    totals: {
      chunks: chunks.length,
      objects: objects.length,
      bytes: objects.reduce((sum, { bytes }) => sum + bytes.length, 0),
    },
  };
  store.upload({ bucket: RESULTS, key: planPageKey(RUN, 0) }, Buffer.from(JSON.stringify(page)));
}

/** What ranges of an object need to know that stands at its start. */
function headerFor({ twoState }: Format<unknown>, bytes: Uint8Array): Segment['header'] {
  const header = twoState?.needsHeader ? twoState.header(bytes) : undefined;
  assert(header !== 'uncut', 'an object is cut that may not be');
  return header;
}

function resultOf(store: MemoryStore, job: string): MemoryRunResult {
  const stored = store.contents(RESULTS);
  const bytes = stored.get(manifestKey(job, RUN));
  assert(bytes, 'a run in memory ended without a manifest');
  const manifest: Manifest = JSON.parse(Buffer.from(bytes).toString()); // written by this very run
  const names = [...manifest.results.map(({ path }) => path), REJECTS_NAME];
  return {
    manifest,
    bytes: Buffer.concat(names.map((name) => stored.get(resultPrefix(job, RUN) + name) ?? Buffer.alloc(0))),
  };
}
