/** What a job is doing, for another thread to see: from there it can be told when the job never comes back, or ends its thread. */
import type { Job } from '../job.ts';

const STEPS = ['loading the job', 'map', 'combine', 'reduce', 'finish'] as const;
type Step = (typeof STEPS)[number];

export class AtHand {
  /** Calls so far, the step at hand; of a record its object and offset. */
  readonly shared: SharedArrayBuffer;
  readonly #fields: Float64Array;
  readonly #keys: readonly string[];

  /** @param keys the objects of the sample, the same in both threads */
  constructor(keys: readonly string[], shared = new SharedArrayBuffer(4 * Float64Array.BYTES_PER_ELEMENT)) {
    this.shared = shared;
    this.#fields = new Float64Array(shared);
    this.#keys = keys;
  }

  get calls(): number {
    return this.#fields[0] ?? 0;
  }

  /** The last call that was begun. */
  get where(): string {
    const [, step = 0, object = 0, offset = 0] = this.#fields;
    const name = STEPS[step] ?? STEPS[0];
    return name === 'map' ? `map, of the record in ${this.#keys[object] ?? 'the sample'} at byte ${offset}` : name;
  }

  loading(): void {
    this.#note('loading the job');
  }

  /** The same job, whose calls are noted. */
  watched(job: Job): Job {
    const { map, combine, reduce, finish } = job;
    const nths = new Map(this.#keys.map((key, nth) => [key, nth]));
    return {
      ...job,
      map: (record, context) => {
        this.#note('map', nths.get(context.source), context.offset);
        return map(record, context);
      },
      combine: (earlier, later) => {
        this.#note('combine');
        return combine(earlier, later);
      },
      reduce: (key, value, context) => {
        this.#note('reduce');
        return reduce(key, value, context);
      },
      finish:
        finish &&
        ((rows, context) => {
          this.#note('finish');
          return finish(rows, context);
        }),
    };
  }

  #note(step: Step, object = -1, offset = 0): void {
    this.#fields.set([this.calls + 1, STEPS.indexOf(step), object, offset]);
  }
}
