/** Publication: result objects first, the manifest last. A result without a manifest does not exist. */
import { partName, REJECTS_NAME, resultPrefix } from '../core/keys.ts';
import type { Manifest } from '../core/manifest.ts';
import type { Plan } from '../core/plan.ts';
import { beginning, type Reject, type Summary } from '../core/summary.ts';
import { OUT } from '../core/two-state.ts';
import { FanfoldError } from '../errors.ts';
import type { Job } from '../job.ts';
import type { Services } from '../ports/services.ts';
import { draft, hasEnded, settleManifest } from '../protocol/end-run.ts';
import { topGroup } from '../protocol/fail-publication.ts';
import { type Group, openGroup } from './open-group.ts';
import { prove } from './prove.ts';
import { type Counted, resultBytes } from './rows.ts';

/** Publishes the run, if its partials prove complete. */
export async function publish(services: Services, plan: Plan, job: Job): Promise<void> {
  const { run, startedAtMs } = plan;
  const path = partName(0, job.output.extension);
  const counted: Counted = { rows: 0, bytes: 0 };
  const proven = new ProvenPart(services, plan, job, counted);
  const group = await openGroup(services, plan, job, topGroup(plan));
  let bytes: number;
  try {
    bytes = await putOnce(services, plan, path, proven.bytes(group), counted);
  } finally {
    await group.close();
  }
  const { summary } = proven;
  const rejects = await putRejects(services, plan, summary.rejects);
  await settleManifest(services, {
    ...draft(services, { run, job: plan.job, plan, summary, startedAtMs }),
    state: 'succeeded',
    results: [{ path, bytes, rows: counted.rows }],
    ...(rejects === undefined ? {} : { rejects }),
  });
}

/** A part's bytes with the proof before the last of them: a body that throws writes nothing. */
class ProvenPart {
  readonly #services: Services;
  readonly #plan: Plan;
  readonly #job: Job;
  readonly #counted: Counted;
  #summary: Summary | undefined;

  constructor(services: Services, plan: Plan, job: Job, counted: Counted) {
    this.#services = services;
    this.#plan = plan;
    this.#job = job;
    this.#counted = counted;
  }

  /** Known once all bytes are drawn. */
  get summary(): Summary {
    if (this.#summary === undefined) throw new Error('the proof comes with the last byte');
    return this.#summary;
  }

  async *bytes({ body, joined }: Group): AsyncGenerator<Uint8Array> {
    const { run, job, params } = this.#plan;
    yield* resultBytes(body, this.#job, params, this.#counted);
    // A `finish` that has seen enough leaves the rest unread: its checksums and summaries still count.
    for (const source of body) while ((await source.next()) !== undefined);
    const summary = beginning(OUT, joined(this.#counted.rows), this.#plan.badRecordsMax);
    prove(this.#plan, summary);
    this.#summary = summary;
    if (await hasEnded(this.#services, job, run)) throw endedBefore();
  }
}

/** Writes a part, or finds one that stands: then the same rows must have made it. Resolves to its stored size. */
async function putOnce(
  services: Services,
  plan: Plan,
  path: string,
  body: AsyncGenerator<Uint8Array>,
  counted: Counted,
): Promise<number> {
  const name = { bucket: services.results, key: resultPrefix(plan.job, plan.run) + path };
  // Without `return`, so that a store which finds early that the name is taken does not end it: the proof is at its end.
  const undying = { [Symbol.asyncIterator]: () => ({ next: () => body.next() }) };
  const written = await services.store.putIfAbsent(name, undying);
  if (written === 'created') return counted.bytes;
  while (!(await body.next()).done);
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
  const name = { bucket: services.results, key: resultPrefix(plan.job, plan.run) + REJECTS_NAME };
  const body = Buffer.from(rejects.map((reject) => `${JSON.stringify(reject)}\n`).join(''));
  await services.store.putIfAbsent(name, body);
  return { path: REJECTS_NAME, bytes: body.length };
}

/** The manifest that stands is the answer; this only keeps a part from standing beside it. */
function endedBefore(): FanfoldError {
  return new FanfoldError('FANFOLD_CANCELLED', 'The run had ended before its result was published', {
    fix: 'Look at its manifest.',
  });
}
