/** The oracle: whether the end of a run is right, by what the scenario did and one pass over its inputs. */

import type { AcceptedRun, Simulation } from '../../functions/adapters/simulated/simulation.ts';
import { INPUT, RESULTS } from '../../functions/adapters/simulated/stations.ts';
import type { Manifest } from '../../functions/core/manifest.ts';
import type { RequestDocument, Scenario } from './scenario.ts';
import type { Found } from './workloads.ts';

/** What a plan says, read from the bucket. */
interface Plan {
  readonly digest: string;
  readonly totals: { readonly chunks: number; readonly objects: number; readonly bytes: number };
  readonly geometry: { readonly groupSize: number };
  readonly pages: readonly number[];
}

interface Segment {
  readonly object: number;
  readonly key: string;
  readonly etag: string;
  readonly size: number;
  readonly start: number;
  readonly end: number;
}

/** What happened that gives a run a reason to end in another way than with its whole result. */
export interface Happened {
  /** Digests that were deployed, in order. */
  readonly digests: readonly string[];
  readonly cancelled: ReadonlySet<string>;
}

const pad = (n: number) => String(n).padStart(8, '0');

export class Judge {
  readonly #simulation: Simulation;
  readonly #scenario: Scenario;
  readonly #happened: Happened;
  readonly #wrong: (what: string) => void;

  constructor(simulation: Simulation, scenario: Scenario, happened: Happened, wrong: (what: string) => void) {
    this.#simulation = simulation;
    this.#scenario = scenario;
    this.#happened = happened;
    this.#wrong = wrong;
  }

  /** Says all that is wrong with the end of a run. */
  judge({ run, manifest }: AcceptedRun): void {
    const wrong = (what: string) => this.#wrong(`${run}: ${what}`);
    if (manifest === undefined) return; // told already
    const plan = this.#simulation.witness.document<Plan>(`runs/${run}/plan.json`);
    const chunks = plan === undefined ? [] : this.#chunksOf(run, plan);
    const found = this.#inputsOf(chunks, wrong);
    if (plan !== undefined) this.#judgePlan(run, plan, chunks, wrong);
    if (manifest.state === 'succeeded') {
      if (plan === undefined) wrong('succeeded without a plan');
      else this.#judgeSuccess(manifest, plan, chunks, found, wrong);
    } else {
      if (manifest.results.length > 0) wrong(`${manifest.state} with results`);
      const reasons = this.#reasonsOf(run, chunks, found);
      const code = manifest.state === 'cancelled' ? 'FANFOLD_CANCELLED' : (manifest.reason?.code ?? 'none');
      if (!reasons.has(code)) wrong(`${manifest.state} for no reason: ${code}, ${manifest.reason?.message}`);
    }
  }

  /** The segments of every chunk, in order. */
  #chunksOf(run: string, plan: Plan): Segment[][] {
    return plan.pages.flatMap((first) => {
      const page = this.#simulation.witness.document<{ chunks: { segments: Segment[] }[] }>(
        `runs/${run}/plan/${pad(first)}.json`,
      );
      return page?.chunks.map(({ segments }) => segments) ?? [];
    });
  }

  /** A plan covers what was asked for, every byte once. */
  #judgePlan(run: string, plan: Plan, chunks: readonly Segment[][], wrong: (what: string) => void): void {
    if (chunks.length !== plan.totals.chunks) wrong(`its pages hold ${chunks.length} of ${plan.totals.chunks} chunks`);
    const request = this.#simulation.witness.document<{ inputs: readonly { document?: string; key?: string }[] }>(
      `watch/${this.#dayOf(run)}/${this.#scenario.workload.name}/${run}.json`,
    )?.inputs[0];
    const asked = request?.document === undefined ? [request?.key ?? ''] : this.#asked(request.document);
    const removed = this.#scenario.deeds.some(({ kind }) => kind === 'remove');
    const keys = [...new Map(chunks.flat().map(({ object, key }) => [object, key])).values()];
    if (!removed && keys.join() !== asked.join()) wrong(`it covers ${keys.join()} instead of ${asked.join()}`);
    let next = { object: 0, at: 0 };
    for (const { object, start, end, size } of chunks.flat()) {
      if (object !== next.object || start !== next.at) wrong(`its ranges do not meet at object ${object}, ${start}`);
      next = end === size ? { object: object + 1, at: 0 } : { object, at: end };
    }
    if (next.object !== plan.totals.objects || next.at !== 0) wrong('its ranges do not reach the end');
  }

  #dayOf(run: string): string {
    const bucket = this.#simulation.deployment.services.s3.bucket(RESULTS);
    for (const [key] of bucket.list('watch/')) if (key.endsWith(`/${run}.json`)) return key.split('/')[1] ?? '';
    return '';
  }

  /** Objects in the order of a `.run.json`: named ones, then those below prefixes in byte order. */
  #asked(document: string): string[] {
    const bucket = this.#simulation.deployment.services.s3.bucket(INPUT);
    const { objects = [], prefixes = [] } = JSON.parse(
      bucket.get(document)?.bytes.toString() ?? '{}',
    ) as RequestDocument;
    const all = this.#scenario.deeds.flatMap((deed) => (deed.kind === 'upload' ? [deed.key] : []));
    const below = (prefix: string) =>
      all.filter((key) => key.startsWith(prefix)).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    return [...objects, ...prefixes.flatMap(below)];
  }

  /** The records of every object that a plan names, in the version that it names. */
  #inputsOf(chunks: readonly Segment[][], wrong: (what: string) => void): Map<number, Found[]> {
    const found = new Map<number, Found[]>();
    const etags = new Map<number, string>();
    for (const { object, key, etag } of chunks.flat()) {
      if ((etags.get(object) ?? etag) !== etag) wrong(`${key} is cut in two versions`);
      etags.set(object, etag);
      if (found.has(object)) continue;
      const version = this.#simulation.deployment.services.s3
        .bucket(INPUT)
        .versions(key)
        .find((each) => each.etag === etag);
      if (version === undefined) wrong(`${key} never had the version ${etag}`);
      found.set(object, version === undefined ? [] : this.#scenario.workload.records(version.bytes));
    }
    return found;
  }

  #judgeSuccess(
    manifest: Manifest,
    plan: Plan,
    chunks: readonly Segment[][],
    found: ReadonlyMap<number, Found[]>,
    wrong: (what: string) => void,
  ): void {
    const { workload } = this.#scenario;
    const { job, run, failures, records, results } = manifest;
    const bucket = this.#simulation.deployment.services.s3.bucket(RESULTS);
    const failed = new Set(failures.flatMap(({ first, end }) => chunks.slice(first, end).map((_, i) => first + i)));
    const { succeeded, failed: failedCount, total } = manifest.chunks;
    if (total !== chunks.length || failedCount !== failed.size || succeeded + failedCount !== total) {
      wrong(`its chunks do not add up: ${JSON.stringify(manifest.chunks)}, ${failed.size} told`);
    }
    if (failed.size > workload.tolerated(chunks.length)) wrong(`it lacks ${failed.size} chunks, which is too many`);
    const lost = [...failed].filter((chunk) => !this.#mayFail(run, chunk, chunks, found));
    if (lost.length > 0) wrong(`the chunks ${lost} failed for no reason`);
    for (const [chunk, segments] of chunks.entries()) {
      if (!failed.has(chunk) && this.#poisoned(segments, found)) wrong(`the chunk ${chunk} should have failed`);
    }
    const kept = chunks.flatMap((segments, chunk) =>
      failed.has(chunk) ? [] : segments.flatMap((s) => within(s, found)),
    );
    const bad = kept.filter((record) => record.bad);
    if (records.read !== kept.length || records.rejected !== bad.length) {
      wrong(`it read ${records.read} records and set ${records.rejected} aside, of ${kept.length} and ${bad.length}`);
    }
    const good = kept.filter((record) => !record.bad).map(({ text }) => text);
    const version = this.#happened.digests.indexOf(plan.digest) + 1;
    const expected = workload.result(good, version);
    const parts = results.map(({ path, bytes }) => {
      const part = bucket.get(`${job}/${run}/${path}`)?.bytes;
      if (part?.length !== bytes) wrong(`${path} has ${part?.length} bytes, not ${bytes}`);
      return part ?? Buffer.alloc(0);
    });
    const actual = Buffer.concat(parts).toString();
    if (actual !== expected) wrong(`its result is\n${actual}\nand not\n${expected}`);
    this.#judgeRejects(manifest, bad, wrong);
  }

  #judgeRejects({ job, run, rejects }: Manifest, bad: readonly Found[], wrong: (what: string) => void): void {
    const stored = this.#simulation.deployment.services.s3
      .bucket(RESULTS)
      .get(`${job}/${run}/rejects-00000.jsonl`)?.bytes;
    const told = (stored?.toString() ?? '').split('\n').filter((line) => line !== '');
    const offsets = told.map((line) => (JSON.parse(line) as { offset: number }).offset);
    if (offsets.join() !== bad.map(({ offset }) => offset).join()) wrong(`its rejects are at ${offsets}`);
    if ((rejects?.bytes ?? 0) !== (stored?.length ?? 0)) wrong('its rejects have another size than told');
  }

  /** Codes with which a run may fail, by what happened to it. */
  #reasonsOf(run: string, chunks: readonly Segment[][], found: ReadonlyMap<number, Found[]>): Set<string> {
    const { workload, deeds } = this.#scenario;
    const reasons = new Set<string>();
    const did = (...kinds: readonly string[]) => deeds.some(({ kind }) => kinds.includes(kind));
    if (this.#happened.cancelled.has(run)) reasons.add('FANFOLD_CANCELLED');
    if (did('overwrite')) reasons.add('FANFOLD_INPUT_CHANGED');
    if (did('remove')) reasons.add('FANFOLD_INPUT_GONE').add('FANFOLD_INPUT_CHANGED');
    if (this.#happened.digests.length > 1) reasons.add('FANFOLD_CODE_CHANGED');
    const document = deeds.find((deed) => deed.kind === 'upload' && deed.bytes.includes('"typo"'));
    if (document !== undefined) reasons.add('FANFOLD_PARAM_INVALID');
    const poisoned = chunks.filter((segments) => this.#poisoned(segments, found)).length;
    const dead = this.#simulation.deployment.dead.some((body) => body.includes(run) || !body.includes('"kind"'));
    if (poisoned > 0) reasons.add('FANFOLD_JOB_ERROR');
    if (dead) reasons.add('FANFOLD_RECEIVES_EXHAUSTED').add('FANFOLD_AGGREGATION_FAILED');
    if (
      dead ||
      poisoned > workload.tolerated(chunks.length) ||
      reasons.has('FANFOLD_CODE_CHANGED') ||
      did('overwrite', 'remove')
    ) {
      reasons.add('FANFOLD_TOLERANCE_EXCEEDED');
    } else {
      reasons.delete('FANFOLD_JOB_ERROR');
    }
    const bad = [...found.values()].flat().filter((record) => record.bad).length;
    if (bad > workload.badRecordsMax) reasons.add('FANFOLD_TOO_MANY_BAD_RECORDS').add('FANFOLD_TOLERANCE_EXCEEDED');
    return reasons;
  }

  #mayFail(run: string, chunk: number, chunks: readonly Segment[][], found: ReadonlyMap<number, Found[]>): boolean {
    if (this.#poisoned(chunks[chunk] ?? [], found)) return true;
    return this.#simulation.deployment.dead.some((body) => {
      const { kind, run: dead, chunk: index } = JSON.parse(body) as { kind?: string; run?: string; chunk?: number };
      return dead === run && (kind === 'node' || (kind === 'chunk' && index === chunk));
    });
  }

  #poisoned(segments: readonly Segment[], found: ReadonlyMap<number, Found[]>): boolean {
    const { poison } = this.#scenario.workload;
    return segments.some((segment) => within(segment, found).some(({ text }) => text === poison));
  }
}

/** The records that a segment owns: those whose first byte lies in it. */
const within = ({ object, start, end }: Segment, found: ReadonlyMap<number, Found[]>) =>
  (found.get(object) ?? []).filter(({ offset }) => start <= offset && offset < end);
