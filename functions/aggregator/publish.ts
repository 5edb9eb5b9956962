/** Publication in one piece: the result object first, the manifest last. A result without a manifest does not exist. */
import { partName } from '../core/keys.ts';
import type { Plan } from '../core/plan.ts';
import { beginning, type Summary } from '../core/summary.ts';
import { OUT } from '../core/two-state.ts';
import type { Job } from '../job.ts';
import type { Services } from '../ports/services.ts';
import { draft, settleManifest } from '../protocol/end-run.ts';
import { topGroup } from '../protocol/fail-publication.ts';
import { type Group, openGroup } from './open-group.ts';
import { prove } from './prove.ts';
import { mustNotHaveEnded, putPart, putRejects } from './put-part.ts';
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
    bytes = await putPart(services, plan, path, proven.bytes(group), counted);
  } finally {
    await group.close();
  }
  const { summary } = proven;
  const rejects = await putRejects(services, plan, summary.rejects);
  await settleManifest(services, {
    ...draft(services, { run, job: plan.job, plan, summary, startedAtMs }),
    state: 'succeeded',
    results: [{ path, bytes, rows: counted.rows }],
    ...rejects,
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
    const { params } = this.#plan;
    yield* resultBytes(body, { job: this.#job, params, memory: this.#services.memory }, this.#counted);
    // A `finish` that has seen enough leaves the rest unread: its checksums and summaries still count.
    for (const source of body) while ((await source.next()) !== undefined);
    const summary = beginning(OUT, joined(this.#counted.rows), this.#plan.badRecordsMax);
    prove(this.#plan, summary);
    this.#summary = summary;
    await mustNotHaveEnded(this.#services, this.#plan);
  }
}
