/**
 * A run of very many chunks, played by the real handlers: no fault strikes, but AWS lets workers come, functions grow and
 * buckets answer only as fast as it documents. Chunks are one small record each; what a large one would take is drawn.
 */
import { SimulatedDeployment } from '../../functions/adapters/simulated/deployment.ts';
import { Random } from '../../functions/adapters/simulated/random.ts';
import { RequestRates } from '../../functions/adapters/simulated/request-rates.ts';
import { INPUT, RESULTS } from '../../functions/adapters/simulated/stations.ts';
import { Witness } from '../../functions/adapters/simulated/witness.ts';
import { World } from '../../functions/adapters/simulated/world.ts';
import type { Manifest } from '../../functions/core/manifest.ts';
import type { Plan } from '../../functions/core/plan.ts';
import type { Ramp } from '../../functions/core/ramp.ts';
import { levelSizes } from '../../functions/core/tree.ts';
import { csvRows, defineJob, lines, sum } from '../../functions/index.ts';
import { DEADLINE_SECONDS_MAX } from '../../functions/limits.ts';
import { RequestCounts } from './request-counts.ts';

export interface ScaleOptions {
  readonly chunks: number;
  readonly groupSize: number;
  /** Parts of the result. */
  readonly partitions: number;
  readonly ramp: Ramp;
  /** Environments that the account may have at a time. */
  readonly concurrencyMax: number;
  /** What a chunk takes its worker, on average. */
  readonly chunkSeconds: number;
  readonly seed: number;
  /** Hears of chunks that are done, now and then. */
  readonly progress?: (chunks: number) => void;
}

export interface ScaleReport {
  readonly manifest: Manifest;
  /** What must never happen, and did. */
  readonly violations: readonly string[];
  /** The result, in one piece, and what it must be. */
  readonly result: string;
  readonly expected: string;
  readonly requests: RequestCounts;
  readonly refused: number;
  /** Requests to one bucket in the busiest second. */
  readonly most: RequestRates['most'];
  /** Nodes of each level, chunks first. */
  readonly levels: readonly number[];
  readonly seconds: {
    /** From the request to the last message of a chunk, to the last partial of a chunk, and to the manifest. */
    readonly queued: number;
    readonly worked: number;
    readonly ended: number;
  };
  readonly functions: { readonly [name: string]: { readonly invocations: number; readonly seconds: number } };
  readonly workersMost: number;
}

const RECORD_BYTES = 16;
const KEYS = 100;
const CHUNKS_PER_OBJECT = 100;
const START_MS = Date.UTC(2026, 0, 1);
/** A group is forgotten, but for its names, so long after what it was merged to stands: who reads it later is told. */
const FORGOTTEN_MS = 10 * 60_000;
const TOLD_EVERY = 50_000;

const job = defineJob({
  name: 'scale',
  input: lines(),
  deadlineSeconds: DEADLINE_SECONDS_MAX,
  *map(line) {
    yield [line.slice(0, 3), 1];
  },
  combine: sum,
  output: csvRows(['key', 'value']),
});

/** A request or an answer, in ms: 5 to 30, one in 200 up to a second. */
const latency = (random: Random) => (random.chance(0.005) ? random.between(100, 1_000) : random.between(5, 30));

export async function scaledRun(options: ScaleOptions): Promise<ScaleReport> {
  const { chunks, groupSize, partitions, seed, chunkSeconds } = options;
  const requests = new RequestCounts();
  const heard = (who: string, operation: string, target: string) => requests.add(who, operation, target);
  const world = new World({ seed, startMs: START_MS, faults: {}, latency, heard });
  const { timeline } = world;
  const rates = new RequestRates(() => timeline.nowMs);
  const speed = new Random(seed, 'chunks');
  // A fifth more or less, and one in a hundred takes twice as long.
  const workMs = () => chunkSeconds * 1000 * (0.8 + 0.4 * speed.next()) * (speed.chance(0.01) ? 2 : 1);
  const deployment = new SimulatedDeployment(world, {
    jobs: [{ job, digest: 'scale' }],
    merciful: true,
    ticks: true,
    batchSize: 1,
    concurrencyMax: options.ramp.max,
    firstPartBytes: 8 * 1024 * 1024,
    pageChunksMax: 10_000,
    scale: {
      ramp: options.ramp,
      concurrencyMax: options.concurrencyMax,
      rates,
      readingMs: (bucket) => (bucket === INPUT && started ? workMs() : 0),
    },
  });
  const { s3 } = deployment.services;
  const witness = new Witness(s3);
  let [started, done, queuedMs, workedMs, endedMs, workersMost] = [false, 0, 0, 0, 0, 0];
  let manifestKey: string | undefined;
  s3.onWrite((bucket, key) => {
    if (bucket !== RESULTS) return;
    const [, folder, level, group, index] = /^(runs\/[^/]+\/partials\/)(\d+)\/(\d+)\/(\d+)$/.exec(key) ?? [];
    if (level === '0') {
      workedMs = timeline.nowMs;
      workersMost = Math.max(workersMost, deployment.functions.worker.running);
      done += 1;
      if (done % TOLD_EVERY === 0) options.progress?.(done);
    } else if (folder !== undefined && group !== undefined) {
      const merged = `${folder}${Number(level) - 1}/${index}/`;
      timeline.after(FORGOTTEN_MS, () => s3.bucket(RESULTS).forget(merged), true);
    }
    if (key.endsWith('/plan.json')) started = true; // what is read before is the beginning of an object, or a sample
    if (key.includes('/sent/')) queuedMs = timeline.nowMs;
    if (!key.endsWith('/manifest.json')) return;
    endedMs = timeline.nowMs;
    manifestKey = key;
  });
  upload(deployment, chunks);
  const request = { prefixes: ['scale/_data/'], chunkBytes: RECORD_BYTES, groupSize, partitions };
  s3.upload(INPUT, 'scale/now.run.json', Buffer.from(JSON.stringify(request)));
  while (!(manifestKey !== undefined && timeline.idle) && (await timeline.step()));
  const manifest = witness.document<Manifest>(manifestKey ?? '');
  if (manifest === undefined) throw new Error('the run never ended');
  const { run } = manifest;
  const plan = witness.document<Plan>(`runs/${run}/plan.json`);
  const { readsForgotten } = s3.bucket(RESULTS);
  requests.addSqs(deployment.chunksRead.requests);
  const parts = manifest.results.map(({ path }) => s3.bucket(RESULTS).get(`scale/${run}/${path}`)?.bytes.toString());
  const since = (ms: number) => (ms - START_MS) / 1000;
  return {
    manifest,
    violations: [
      ...witness.violations,
      ...(readsForgotten > 0 ? [`${readsForgotten} reads of what was forgotten`] : []),
    ],
    result: parts.join(''),
    expected: expected(chunks),
    requests,
    refused: rates.refused,
    most: rates.most,
    levels: levelSizes(plan?.totals.chunks ?? 0, plan?.geometry.groupSize ?? 1),
    seconds: { queued: since(queuedMs), worked: since(workedMs), ended: since(endedMs) },
    functions: Object.fromEntries(
      Object.values(deployment.functions).map(({ name, invocations, billedMs }) => [
        name,
        { invocations, seconds: billedMs / 1000 },
      ]),
    ),
    workersMost,
  };
}

function expected(chunks: number): string {
  const rows = Array.from({ length: KEYS }, (_, key) => `${keyOf(key)},${Math.ceil((chunks - key) / KEYS)}\n`);
  return `key,value\n${rows.join('')}`;
}

const keyOf = (chunk: number) => `k${String(chunk % KEYS).padStart(2, '0')}`;

/** One record a chunk. */
function upload({ services }: SimulatedDeployment, chunks: number): void {
  for (let first = 0; first < chunks; first += CHUNKS_PER_OBJECT) {
    const records = Array.from({ length: Math.min(CHUNKS_PER_OBJECT, chunks - first) }, (_, i) => {
      return `${keyOf(first + i)} ${String(first + i).padStart(RECORD_BYTES - 5, '.')}\n`;
    });
    services.s3.bucket(INPUT).put(`scale/_data/${String(first).padStart(8, '0')}`, Buffer.from(records.join('')));
  }
}
