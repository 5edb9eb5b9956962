/** Publication: result objects first, the manifest last. A result without a manifest does not exist. */
import { partName, REJECTS_NAME, resultPrefix } from '../core/keys.ts';
import type { Manifest } from '../core/manifest.ts';
import type { PartialReader } from '../core/partial.ts';
import type { Plan } from '../core/plan.ts';
import type { Reject, Summary } from '../core/summary.ts';
import { groupMembers, levelSizes } from '../core/tree.ts';
import { FanfoldError } from '../errors.ts';
import type { Job } from '../job.ts';
import type { Services } from '../ports/services.ts';
import { draft, endRun, settleManifest } from '../protocol/end-run.ts';
import { joinAll, openPartials } from './open-partials.ts';
import { prove } from './prove.ts';
import { type Counted, resultBytes } from './rows.ts';

/** Publishes the run, if its partials prove complete. */
export async function publish(services: Services, plan: Plan, job: Job): Promise<void> {
  const { run, startedAtMs } = plan;
  const path = partName(0, job.output.extension);
  const readers = await openTopGroup(services, plan);
  const counted: Counted = { rows: 0, bytes: 0 };
  let summary: Summary | undefined;
  const bytes = await putOnce(services, plan, path, proven(), counted);
  summary ??= await summarise(services, plan); // the part stood there already, and was not read to its end
  const rejects = await putRejects(services, plan, summary.rejects);
  const manifest: Manifest = {
    ...draft(services, { run, job: plan.job, plan, summary, startedAtMs }),
    state: 'succeeded',
    results: [{ path, bytes, rows: counted.rows }],
    ...(rejects === undefined ? {} : { rejects }),
  };
  await settleManifest(services, manifest);
  services.log('run ended', { run, job: plan.job, state: manifest.state, chunks: manifest.chunks });

  /** The part's bytes; the proof comes before its last, and a body that throws writes nothing. */
  async function* proven(): AsyncGenerator<Uint8Array> {
    try {
      yield* resultBytes(readers, job, plan.params, counted);
      summary = joinAll(readers, counted.rows, plan.badRecordsMax);
      prove(plan, summary);
    } finally {
      await Promise.all(readers.map((reader) => reader.close()));
    }
  }
}

/** Ends a run whose publication cannot be, with what its partials came to as far as they can be read. */
export async function failPublication(services: Services, plan: Plan, error: FanfoldError): Promise<void> {
  const { run, job, startedAtMs } = plan;
  const summary = await summarise(services, plan).catch(() => undefined);
  await endRun(services, 'failed', error, { run, job, plan, summary, startedAtMs });
}

async function openTopGroup(services: Services, plan: Plan): Promise<PartialReader[]> {
  const { chunks } = plan.totals;
  const { groupSize } = plan.geometry;
  const top = levelSizes(chunks, groupSize).length - 1;
  return openPartials(services, plan, groupMembers(chunks, groupSize, top, 0));
}

/** What the top group came to, without its entries. */
async function summarise(services: Services, plan: Plan): Promise<Summary> {
  const readers = await openTopGroup(services, plan);
  for (const reader of readers) while ((await reader.next()) !== undefined);
  return joinAll(readers, 0, plan.badRecordsMax);
}

/**
 * Writes a part, or finds one that stands: then the same rows must have made it. Resolves to its stored size.
 */
async function putOnce(
  services: Services,
  plan: Plan,
  path: string,
  body: AsyncIterable<Uint8Array>,
  counted: Counted,
): Promise<number> {
  const name = { bucket: services.results, key: resultPrefix(plan.job, plan.run) + path };
  const source = body[Symbol.asyncIterator]();
  let written: 'created' | 'exists';
  try {
    // Without `return`, so that a store which finds early that the name is taken does not end it: the proof is at its end.
    written = await services.store.putIfAbsent(name, { [Symbol.asyncIterator]: () => ({ next: () => source.next() }) });
    for (let more = written === 'exists'; more; ) more = !(await source.next()).done;
  } finally {
    await source.return?.();
  }
  if (written === 'created') return counted.bytes;
  const stored = await services.store.head(name);
  if (stored?.size === counted.bytes) return stored.size;
  throw new FanfoldError(
    'FANFOLD_NONDETERMINISTIC',
    `${path} was published with ${stored?.size} bytes and came out with ${counted.bytes} now`,
    { fix: 'Make reduce, finish and output depend on their arguments only.', fatal: true },
  );
}

async function putRejects(services: Services, plan: Plan, rejects: readonly Reject[]): Promise<Manifest['rejects']> {
  if (rejects.length === 0) return undefined;
  const body = Buffer.from(rejects.map((reject) => `${JSON.stringify(reject)}\n`).join(''));
  await services.store.putIfAbsent(
    { bucket: services.results, key: resultPrefix(plan.job, plan.run) + REJECTS_NAME },
    body,
  );
  return { path: REJECTS_NAME, bytes: body.length };
}
