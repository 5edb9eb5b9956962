/** What a run left behind, read from the buckets as anybody could, without anything of fanfold. */
import type { Simulation } from '../../functions/adapters/simulated/simulation.ts';
import { INPUT, RESULTS } from '../../functions/adapters/simulated/stations.ts';
import type { RequestDocument, Scenario } from './scenario.ts';
import type { Found } from './workloads.ts';

export interface Plan {
  readonly digest: string;
  readonly totals: { readonly chunks: number; readonly objects: number; readonly bytes: number };
  readonly geometry: { readonly groupSize: number };
  readonly pages: readonly number[];
  readonly partitions: { readonly boundaries: readonly string[] };
}

export interface Segment {
  readonly object: number;
  readonly key: string;
  readonly etag: string;
  readonly size: number;
  readonly start: number;
  readonly end: number;
}

interface Statement {
  readonly run: string;
  readonly chunks: { readonly failed: number };
}

/** A message or event that was given up. */
interface Dead {
  readonly kind?: string;
  readonly run?: string;
  readonly chunk?: number;
  readonly level?: number;
  readonly index?: number;
}

export class Evidence {
  readonly run: string;
  readonly job: string;
  readonly plan: Plan | undefined;
  /** The segments of every chunk, in order. */
  readonly chunks: readonly (readonly Segment[])[];
  /** The upload that asked for the run; undefined if it died before it was accepted. */
  readonly upload: string | undefined;
  readonly #simulation: Simulation;
  readonly #scenario: Scenario;
  readonly #records = new Map<number, readonly Found[]>();

  constructor(simulation: Simulation, scenario: Scenario, run: string, job: string) {
    this.#simulation = simulation;
    this.#scenario = scenario;
    this.run = run;
    this.job = job;
    this.plan = this.#document<Plan>(`runs/${run}/plan.json`);
    this.chunks = (this.plan?.pages ?? []).flatMap((first) => {
      const page = this.#document<{ chunks: { segments: Segment[] }[] }>(
        `runs/${run}/plan/${String(first).padStart(8, '0')}.json`,
      );
      return page?.chunks.map(({ segments }) => segments) ?? [];
    });
    this.upload = this.#upload();
  }

  /** What a key of the results bucket holds. */
  stored(key: string): Buffer | undefined {
    return this.#simulation.deployment.services.s3.bucket(RESULTS).get(key)?.bytes;
  }

  /** The objects that were asked for: named ones, then those below prefixes in byte order; undefined of a run unknown. */
  get asked(): string[] | undefined {
    if (this.upload?.endsWith('.run.json') !== true) return this.upload === undefined ? undefined : [this.upload];
    const { redrive, objects = [], prefixes = [] } = this.document ?? {};
    if (redrive !== undefined) return new Evidence(this.#simulation, this.#scenario, redrive, this.job).asked;
    const all = this.#scenario.deeds.flatMap((deed) => (deed.kind === 'upload' ? [deed.key] : []));
    const below = (prefix: string) =>
      all.filter((key) => key.startsWith(prefix)).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    return [...objects, ...prefixes.flatMap(below)];
  }

  /** The `.run.json` that asked for the run. */
  get document(): RequestDocument | undefined {
    if (this.upload?.endsWith('.run.json') !== true) return undefined;
    const stored = this.#simulation.deployment.services.s3.bucket(INPUT).get(this.upload);
    return JSON.parse(stored?.bytes.toString() ?? '{}') as RequestDocument; // the scenario wrote it
  }

  /** The records of an object in the version that the plan names; undefined if there never was such a version. */
  recordsOf({ object, key, etag }: Segment): readonly Found[] | undefined {
    const known = this.#records.get(object);
    if (known !== undefined) return known;
    const versions = this.#simulation.deployment.services.s3.bucket(INPUT).versions(key);
    const version = versions.find((each) => each.etag === etag);
    if (version === undefined) return undefined;
    const records = this.#scenario.workload.records(version.bytes);
    this.#records.set(object, records);
    return records;
  }

  /** The records that a chunk owns: those whose first byte lies in its segments. */
  ownedBy(chunk: number): Found[] {
    return (this.chunks[chunk] ?? []).flatMap((segment) =>
      (this.recordsOf(segment) ?? []).filter(({ offset }) => segment.start <= offset && offset < segment.end),
    );
  }

  isPoisoned(chunk: number): boolean {
    const { poison } = this.#scenario.workload;
    return poison !== undefined && this.ownedBy(chunk).some(({ text }) => text === poison);
  }

  /** Chunks of this run, or of another in the same chunks, whose partial is no failure. */
  get done(): number[] {
    return [...this.chunks.keys()].filter((chunk) => this.#isDone({ kind: 'chunk', chunk }));
  }

  /** Chunks whose partial another run has made: it says so itself. */
  get adopted(): number[] {
    return this.done.filter((chunk) => this.#statement(0, chunk)?.run !== this.run);
  }

  /** Messages and events of this run that were given up, but for those whose work stands all the same. */
  get dead(): Dead[] {
    return this.#simulation.deployment.dead
      .map((body) => JSON.parse(body) as Dead)
      .filter((dead) => (dead.kind === undefined ? this.#asked(JSON.stringify(dead)) : dead.run === this.run))
      .filter((dead) => !this.#isDone(dead));
  }

  /** Whether a chunk or a node has a partial that is no failure. */
  #isDone({ kind, level = 0, chunk, index = chunk ?? 0 }: Dead): boolean {
    if (kind !== 'chunk' && kind !== 'node') return false;
    return this.#statement(level, index)?.chunks.failed === 0;
  }

  /** What a partial says of itself: as JSON before its last eight bytes, of which the first four are its length. */
  #statement(level: number, index: number): Statement | undefined {
    const pad = (n: number) => String(n).padStart(8, '0');
    const group = pad(Math.floor(index / (this.plan?.geometry.groupSize ?? 1)));
    const partial = this.stored(`runs/${this.run}/partials/${level}/${group}/${pad(index)}`);
    if (partial === undefined) return undefined;
    const end = partial.length - 8;
    const json = partial.toString('utf8', end - partial.readUInt32LE(end), end);
    return (JSON.parse(json) as { summary: Statement }).summary; // what fanfold wrote
  }

  /** Whether a notification is that of this run's upload, as far as one can tell. */
  #asked(notification: string): boolean {
    if (this.upload === undefined) return true;
    const encoded = encodeURIComponent(this.upload).replaceAll('%2F', '/').replaceAll('%20', '+');
    return [this.upload, encoded].some((key) => notification.includes(JSON.stringify(key)));
  }

  #upload(): string | undefined {
    const bucket = this.#simulation.deployment.services.s3.bucket(RESULTS);
    for (const [key, { bytes }] of bucket.list('watch/')) {
      if (!key.endsWith(`/${this.job}/${this.run}.json`)) continue;
      const { inputs } = JSON.parse(bytes.toString()) as { inputs: readonly { document?: string; key?: string }[] };
      return inputs[0]?.document ?? inputs[0]?.key;
    }
    return undefined;
  }

  #document<T>(key: string): T | undefined {
    const bytes = this.stored(key);
    return bytes === undefined ? undefined : (JSON.parse(bytes.toString()) as T); // what fanfold wrote
  }
}
