/** Publication in one piece: the result object first, the manifest last. A result without a manifest does not exist. */
import { partName } from '../core/keys.ts';
import type { Plan } from '../core/plan.ts';
import type { Summary } from '../core/summary.ts';
import type { Job } from '../job.ts';
import type { Services } from '../ports/services.ts';
import { topGroup } from '../protocol/fail-publication.ts';
import { type Group, openGroup } from './open-group.ts';
import { proven } from './prove.ts';
import { mustNotHaveEnded, putPart } from './put-part.ts';
import { type Counted, resultBytes } from './rows.ts';
import { succeed } from './succeed.ts';

/** Publishes the run, if its partials prove complete. */
export async function publish(services: Services, plan: Plan, job: Job): Promise<void> {
  const path = partName(0, job.output.extension);
  const counted: Counted = { rows: 0, bytes: 0 };
  const part = new ProvenPart(services, plan, job, counted);
  const group = await openGroup(services, plan, job, topGroup(plan));
  let bytes: number;
  try {
    bytes = await putPart(services, plan, path, part.bytes(group), counted);
  } finally {
    await group.close();
  }
  await succeed(services, plan, part.summary, [{ path, bytes, rows: counted.rows }]);
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
    this.#summary = proven(this.#plan, joined(this.#counted.rows));
    await mustNotHaveEnded(this.#services, this.#plan);
  }
}
