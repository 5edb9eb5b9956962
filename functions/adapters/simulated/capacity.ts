/** What a Lambda account lets its functions have: environments at a time, and how fast they become more. */
import type { Timeline } from './timeline.ts';

/** "Each function can scale up by 1,000 execution environments every 10 seconds."
 * https://docs.aws.amazon.com/lambda/latest/dg/scaling-behavior.html */
const BURST = 1_000;
const BURST_MS = 10_000;

/** Of one account. */
export class Account {
  readonly #concurrencyMax: number;
  #running = 0;

  /** @param concurrencyMax a quota. AWS: 1,000, until more is asked for */
  constructor(concurrencyMax: number) {
    this.#concurrencyMax = concurrencyMax;
  }

  /** Invocations that there is room for. */
  get room(): number {
    return Math.max(0, this.#concurrencyMax - this.#running);
  }

  began(): void {
    this.#running += 1;
  }

  ended(): void {
    this.#running -= 1;
  }
}

/** Of one function: a bucket of environments to come, which fills up steadily. */
export class Scaling {
  readonly #timeline: Timeline;
  #left = BURST;
  #atMs: number;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
    this.#atMs = timeline.nowMs;
  }

  /** Environments that there may be more, now. */
  get room(): number {
    const { nowMs } = this.#timeline;
    this.#left = Math.min(BURST, this.#left + ((nowMs - this.#atMs) * BURST) / BURST_MS);
    this.#atMs = nowMs;
    return Math.floor(this.#left);
  }

  made(): void {
    this.#left -= 1;
  }
}
