/** One run of somebody's job on a simulated AWS: what `fanfold/testing` offers. */
import type { Manifest } from '../../core/manifest.ts';
import { FanfoldError } from '../../errors.ts';
import type { Job } from '../../job.ts';
import { JOB_NAME } from '../../limits.ts';
import type { ParamValue } from '../../params.ts';
import { FAULT_KINDS, type FaultKind, type FaultRates, LOSSES, ratesOf, swarm } from './faults.ts';
import { Random } from './random.ts';
import { Simulation } from './simulation.ts';
import { INPUT, RESULTS } from './stations.ts';

/** What may go wrong with a run, by name; docs/simulation.md says what each is. */
export const FAULTS_OF_RUNS: readonly FaultKind[] = FAULT_KINDS.filter((kind) => kind !== 'notificationLost');

export interface SimulateOptions {
  readonly job: Job;
  /** Inputs by their keys, in the order of the input; text as UTF-8. At most some MB: they are held in memory. */
  readonly objects: { readonly [key: string]: string | Uint8Array };
  /** Of the job. */
  readonly params?: { readonly [name: string]: ParamValue };
  /**
   * A whole number from 0 to 2^53 - 1 that decides how the input is cut, in which order things happen, what goes wrong and
   * when: the same seed and code give the same run, to the millisecond.
   *
   * @default 1
   */
  readonly seed?: number;
  /**
   * What may go wrong: kinds of FAULT_KINDS, each about as likely as on a bad day; `[]` for nothing. Faults come in the
   * first minutes to hours of the run, then they end, and so does the run.
   *
   * @default some kinds, drawn from the seed
   */
  readonly faults?: readonly FaultKind[];
  /** Bytes of a chunk, from 1 up. @default drawn from the seed: the input is one chunk, or up to about 40 */
  readonly chunkBytes?: number;
  /** Width of the fan-in tree, 2 to 512. @default drawn from the seed: 2, 3 or 64 */
  readonly groupSize?: number;
  /** Parts of the result at most, 1 to 999; only of keyed jobs without `finish`. @default 1 */
  readonly partitions?: number;
  /** Gets a line for everything that happens: virtual seconds, who, and what. */
  readonly trace?: (line: string) => void;
}

export interface SimulatedRun {
  readonly seed: number;
  readonly state: Manifest['state'];
  /** The whole manifest: counts of chunks and records, results, failures, and the reason unless it succeeded. */
  readonly manifest: Manifest;
  /** All parts of the result, one after the other; empty unless it succeeded. */
  readonly result: Uint8Array;
  /** The same as text, from UTF-8. */
  readonly text: string;
  /** The records set aside, as lines of JSON. */
  readonly rejects: string;
  /** How often each kind of fault struck; kinds that did not are left out. */
  readonly faults: { readonly [kind in FaultKind]?: number };
}

/**
 * Runs a job by the real splitter, workers, aggregators and watcher over a simulated S3, SQS and Lambda with a virtual clock,
 * and resolves with how the run ended. A run without faults tells what the result is; runs of other seeds must come to the
 * very same bytes, however the input is cut and whatever strikes. One takes milliseconds, for a small input.
 *
 * No fault makes a run fail that deserves to succeed: the last try of everything is spared, and only a job whose deadline
 * is shorter than some hours may miss it. What the job itself throws ends the run as it would on AWS, and stands in
 * `manifest.reason`.
 *
 * @throws FANFOLD_USAGE telling all options that are wrong
 * @throws FANFOLD_BUG when fanfold did what it must never do, or the run did not end: that is a bug of fanfold
 *
 * @example
 * ```ts
 * import { defineJob, lines, sum, textLines } from 'fanfold';
 * import { simulate } from 'fanfold/testing';
 *
 * const job = defineJob({
 *   name: 'count',
 *   input: lines(),
 *   *map(line) {
 *     yield [line, 1];
 *   },
 *   combine: sum,
 *   reduce: (line, times) => `${times} ${line}`,
 *   output: textLines(),
 * });
 * const objects = { 'a.txt': 'be\nnot\nbe\n' };
 * const calm = await simulate({ job, objects, faults: [] });
 * calm.text; // → '2 be\n1 not\n'
 * const texts = new Set();
 * for (let seed = 1; seed <= 10; seed++) texts.add((await simulate({ job, objects, seed })).text);
 * [...texts]; // → [calm.text]
 * ```
 */
export async function simulate(options: SimulateOptions): Promise<SimulatedRun> {
  check(options);
  const { job, objects, params = {}, seed = 1 } = options;
  const random = new Random(seed, 'your job');
  const inputs = Object.entries(objects).map(([key, body]) => [key, bytesOf(body)] as const);
  const bytes = inputs.reduce((sum, [, { length }]) => sum + length, 0);
  const drawn = {
    chunkBytes: Math.max(1, Math.ceil(bytes / random.pick([1, 3, 10, 40]))),
    groupSize: random.pick([2, 3, 64]),
    tableBytesMax: random.pick([2 ** 28, Math.ceil(bytes / 100)]),
    ticks: random.chance(0.25) || (options.faults ?? []).some((kind) => LOSSES.includes(kind)),
  };
  const simulation = new Simulation({
    seed,
    startMs: START_MS,
    jobs: [{ job, digest: 'simulated' }],
    faults: faultsOf(options.faults, drawn.ticks, random),
    faultsMs: Math.round(10 ** random.pick([3, 4, 5, 6])),
    merciful: true,
    ticks: drawn.ticks,
    batchSize: random.pick([1, 3, 10]),
    concurrencyMax: random.pick([2, 5, 100]),
    firstPartBytes: random.pick([1_000, 8 * 1024 * 1024]),
    memory: { tableBytesMax: drawn.tableBytesMax },
    pageChunksMax: random.pick([3, 10_000]),
    trace: options.trace,
  });
  const { s3 } = simulation.deployment.services;
  // Not uploaded, since an upload may start a run.
  for (const [key, body] of inputs) s3.bucket(INPUT).put(key, body);
  const { chunkBytes = drawn.chunkBytes, groupSize = drawn.groupSize, partitions } = options;
  const asked = { objects: inputs.map(([key]) => key), params, chunkBytes, groupSize };
  const request = JSON.stringify({ ...asked, ...(partitions === undefined ? {} : { partitions }) });
  simulation.upload(`${job.name}/simulated.run.json`, Buffer.from(request));
  await simulation.toTheEnd();
  return told(simulation, job, seed);
}

const bytesOf = (body: string | Uint8Array) => (typeof body === 'string' ? Buffer.from(body) : Buffer.from(body));

const START_MS = Date.UTC(2026, 0, 1, 12);

function faultsOf(asked: readonly FaultKind[] | undefined, ticks: boolean, random: Random): FaultRates {
  // Losses take a watcher to be mended.
  const possible = FAULTS_OF_RUNS.filter((kind) => ticks || !LOSSES.includes(kind));
  return asked === undefined ? swarm(random, possible) : ratesOf(asked);
}

function told(simulation: Simulation, { name }: Job, seed: number): SimulatedRun {
  const { violations } = simulation.witness;
  const [ended] = simulation.runs;
  const manifest = ended?.manifest;
  if (violations.length > 0 || manifest === undefined) {
    throw new FanfoldError('FANFOLD_BUG', `Seed ${seed}: ${violations.join('; ') || 'no run came of it'}`, {
      fix: 'Please report it, with the job, its input and the seed.',
    });
  }
  const stored = (path: string) =>
    simulation.deployment.services.s3.bucket(RESULTS).get(`${name}/${manifest.run}/${path}`)?.bytes ?? Buffer.alloc(0);
  const result = Buffer.concat(manifest.results.map(({ path }) => stored(path)));
  return {
    seed,
    state: manifest.state,
    manifest,
    result,
    text: result.toString(),
    rejects: manifest.rejects === undefined ? '' : stored(manifest.rejects.path).toString(),
    faults: Object.fromEntries(simulation.world.faults.counts),
  };
}

function check({ job, objects, seed = 1, faults = [] }: SimulateOptions): void {
  const wrong: string[] = [];
  if (typeof job?.map !== 'function' || !JOB_NAME.test(job.name))
    wrong.push('`job` is no job: make one with defineJob');
  if (Object.keys(objects).length === 0) wrong.push('`objects` names no object');
  if (!Number.isSafeInteger(seed) || seed < 0) wrong.push(`\`seed\` is ${seed}, and not a whole number from 0 up`);
  const unknown = faults.filter((kind) => !FAULTS_OF_RUNS.includes(kind));
  if (unknown.length > 0) wrong.push(`\`faults\` names ${unknown.join(', ')}: there are ${FAULTS_OF_RUNS.join(', ')}`);
  if (wrong.length > 0) {
    throw new FanfoldError('FANFOLD_USAGE', `simulate: ${wrong.join('; ')}`, { fix: 'Correct what is told.' });
  }
}
