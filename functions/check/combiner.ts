/** A job's `combine` and what follows it, over encoded values, so that no call sees what another one changed. */
import type { Job } from '../job.ts';
import type { ParamRecord } from '../params.ts';
import { combineGrouped, type Grouping } from './grouping.ts';
import { type Answer, answerOf, encoded, stored } from './trial.ts';

export class Combiner {
  readonly #job: Job;
  readonly #params: ParamRecord;

  constructor(job: Job, params: ParamRecord) {
    this.#job = job;
    this.#params = params;
  }

  /** Both values as they come back from where they were stored. */
  combine(earlier: string, later: string): Answer {
    return this.combineLive(stored(earlier), stored(later));
  }

  combineLive(earlier: unknown, later: unknown): Answer {
    return answerOf(() => this.#job.combine(earlier, later), encoded);
  }

  grouped(grouping: Grouping, values: readonly string[]): Answer {
    return combineGrouped<Answer>(
      grouping,
      (i) => ({ bytes: values[i] ?? '' }),
      (a, b) =>
        a.problem === undefined && b.problem === undefined ? this.combine(a.bytes, b.bytes) : a.problem ? a : b,
    );
  }

  /** The row that a final value makes: as it is written, or as `finish` gets it. */
  row(key: string, value: Answer): Answer {
    if (value.problem !== undefined) return value;
    const { finish, output } = this.#job;
    return answerOf(
      () => this.#job.reduce(key, stored(value.bytes), { params: this.#params }),
      (row) => (finish === undefined ? output.encode(row) : encodedRow(row)),
    );
  }
}

/** Rows that `finish` gets need not be storable. */
function encodedRow(row: unknown): string {
  try {
    return encoded(row);
  } catch {
    return JSON.stringify(row) ?? 'undefined';
  }
}
