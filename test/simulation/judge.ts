/** The oracle: whether the end of a run is right, by what the scenario did and one pass over its inputs. */
import type { AcceptedRun, Simulation } from '../../functions/adapters/simulated/simulation.ts';
import type { Manifest } from '../../functions/core/manifest.ts';
import { Evidence } from './evidence.ts';
import { type Happened, reasonsToFail } from './reasons.ts';
import type { Scenario } from './scenario.ts';
import type { Found } from './workloads.ts';

/** Says all that is wrong with the end of a run. */
export function judge(
  simulation: Simulation,
  scenario: Scenario,
  happened: Happened,
  { run, job, manifest }: AcceptedRun,
  say: (what: string) => void,
): void {
  const wrong = (what: string) => say(`${run}: ${what}`);
  if (manifest === undefined) return; // the simulation told already
  const evidence = new Evidence(simulation, scenario, run, job);
  judgePlan(evidence, scenario, wrong);
  if (manifest.state === 'succeeded') {
    judgeSuccess(manifest, evidence, scenario, happened, wrong);
    return;
  }
  if (manifest.results.length > 0) wrong(`${manifest.state} with results`);
  const { path, bytes } = manifest.rejects ?? { path: '', bytes: undefined };
  if (evidence.stored(`${job}/${run}/${path}`)?.length !== bytes) wrong(`${path} is not as it is told`);
  const code = manifest.state === 'cancelled' ? 'FANFOLD_CANCELLED' : (manifest.reason?.code ?? 'none');
  const reasons = reasonsToFail(evidence, scenario, happened);
  if (!reasons.has(code)) wrong(`${manifest.state} for no reason: ${code}, ${manifest.reason?.message}`);
}

/** A plan covers what was asked for, every byte once, every object in one version. */
function judgePlan(evidence: Evidence, { deeds }: Scenario, wrong: (what: string) => void): void {
  const { plan, chunks, asked } = evidence;
  if (plan === undefined) return;
  const segments = chunks.flat();
  if (chunks.length !== plan.totals.chunks) wrong(`its pages hold ${chunks.length} of ${plan.totals.chunks} chunks`);
  const removed = deeds.some(({ kind }) => kind === 'remove');
  const keys = [...new Map(segments.map(({ object, key }) => [object, key])).values()];
  if (!removed && keys.join() !== asked?.join()) wrong(`it covers ${keys.join()} instead of ${asked?.join()}`);
  const etags = new Map<number, string>();
  let next = { object: 0, at: 0 };
  for (const segment of segments) {
    const { object, key, etag, start, end, size } = segment;
    if (object !== next.object || start !== next.at) wrong(`its ranges do not meet at object ${object}, ${start}`);
    next = end === size ? { object: object + 1, at: 0 } : { object, at: end };
    if ((etags.get(object) ?? etag) !== etag) wrong(`${key} is cut in two versions`);
    etags.set(object, etag);
    if (evidence.recordsOf(segment) === undefined) wrong(`${key} never had the version ${etag}`);
  }
  if (next.object !== plan.totals.objects || next.at !== 0) wrong('its ranges do not reach the end');
}

function judgeSuccess(
  manifest: Manifest,
  evidence: Evidence,
  { workload }: Scenario,
  { digests, redriven }: Happened,
  wrong: (what: string) => void,
): void {
  const { chunks, plan } = evidence;
  const failed = new Set(
    manifest.failures.flatMap(({ first, end }) => chunks.slice(first, end).map((_, i) => first + i)),
  );
  const { succeeded, failed: failedCount, total } = manifest.chunks;
  if (total !== chunks.length || failedCount !== failed.size || succeeded + failedCount !== total) {
    wrong(`its chunks do not add up: ${JSON.stringify(manifest.chunks)}, ${failed.size} told`);
  }
  if (failed.size > workload.tolerated(chunks.length)) wrong(`it lacks ${failed.size} chunks, which is too many`);
  for (const chunk of chunks.keys()) {
    if (failed.has(chunk) && !mayFail(evidence, chunk)) wrong(`the chunk ${chunk} failed for no reason`);
    if (!failed.has(chunk) && evidence.isPoisoned(chunk)) wrong(`the chunk ${chunk} should have failed`);
  }
  const kept = [...chunks.keys()].flatMap((chunk) => (failed.has(chunk) ? [] : evidence.ownedBy(chunk)));
  const bad = kept.filter((record) => record.bad);
  const { read, rejected } = manifest.records;
  if (read !== kept.length || rejected !== bad.length) {
    wrong(`it read ${read} records and set ${rejected} aside, of ${kept.length} and ${bad.length}`);
  }
  if (bad.length > workload.badRecordsMax) wrong(`it set ${bad.length} records aside, which is too many`);
  const good = kept.filter((record) => !record.bad).map(({ text }) => text);
  const parts = (plan?.partitions.boundaries.length ?? 0) > 0;
  const expected = workload.result(good, digests.indexOf(plan?.digest ?? '') + 1, parts);
  const actual = resultOf(manifest, evidence, wrong);
  if (actual !== expected) wrong(`its result is\n${actual}\nand not\n${expected}`);
  judgeRejects(manifest, evidence, bad, wrong);
  judgeAdoption(manifest, evidence, failed, redriven, wrong);
}

/** What was done before is not done again, and the manifest tells of it. */
function judgeAdoption(
  manifest: Manifest,
  evidence: Evidence,
  failed: ReadonlySet<number>,
  redriven: Happened['redriven'],
  wrong: (what: string) => void,
): void {
  const { adopted } = evidence;
  const told = (manifest.adopted ?? []).reduce((sum, { chunks }) => sum + chunks, 0);
  const counted = adopted.filter((chunk) => !failed.has(chunk)).length; // with a group what was adopted may fail, too
  if (told !== counted) wrong(`it tells of ${told} chunks that others made, and has ${counted}`);
  const again = (redriven.get(evidence.document?.redrive ?? '') ?? []).filter((chunk) => !adopted.includes(chunk));
  if (again.length > 0) wrong(`it made the chunks ${again.join()} again, which were done`);
}

/** It throws each time, or was given up, or its group was. */
function mayFail(evidence: Evidence, chunk: number): boolean {
  if (evidence.isPoisoned(chunk)) return true;
  const width = evidence.plan?.geometry.groupSize ?? 1;
  return evidence.dead.some(({ kind, chunk: dead, level = 0, index }) =>
    kind === 'node' ? Math.floor(chunk / width ** level) === index : kind === 'chunk' && dead === chunk,
  );
}

function resultOf({ job, run, results }: Manifest, evidence: Evidence, wrong: (what: string) => void): string {
  const parts = results.map(({ path, bytes }) => {
    const part = evidence.stored(`${job}/${run}/${path}`);
    if (part?.length !== bytes) wrong(`${path} has ${part?.length} bytes, not ${bytes}`);
    return part ?? Buffer.alloc(0);
  });
  return Buffer.concat(parts).toString();
}

function judgeRejects(
  { job, run, rejects }: Manifest,
  evidence: Evidence,
  bad: readonly Found[],
  wrong: (what: string) => void,
): void {
  const stored = evidence.stored(`${job}/${run}/rejects-00000.jsonl`)?.toString() ?? '';
  const told = stored.split('\n').filter((line) => line !== '');
  const offsets = told.map((line) => (JSON.parse(line) as { offset: number }).offset);
  if (offsets.join() !== bad.map(({ offset }) => offset).join()) wrong(`its rejects are at ${offsets}`);
  if ((rejects?.bytes ?? 0) !== Buffer.byteLength(stored)) wrong('its rejects have another size than told');
}
