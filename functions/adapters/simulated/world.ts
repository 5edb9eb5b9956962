/** What all parts of a simulation share: one clock, one seed, one list of faults, and somebody who listens. */
import { type FaultKind, type FaultRates, Faults } from './faults.ts';
import { Random } from './random.ts';
import { Timeline } from './timeline.ts';

export interface WorldOptions {
  readonly seed: number;
  readonly startMs: number;
  readonly faults: FaultRates;
  /** Besides: one fault that strikes the nth request of all. */
  readonly strike?: { readonly request: number; readonly kind: FaultKind } | undefined;
  /** Gets a line for everything that happens. */
  readonly trace?: ((line: string) => void) | undefined;
  /** How long a request or an answer is on its way, in milliseconds. @default mostly short, now and then seconds */
  readonly latency?: ((random: Random) => number) | undefined;
  /** Hears of every request that a process makes, as the SDK calls it. */
  readonly heard?: ((who: string, operation: string, target: string) => void) | undefined;
}

export class World {
  readonly timeline: Timeline;
  /** Of latencies and order; faults have a sequence of their own. */
  readonly random: Random;
  readonly faults: Faults;
  /** Requests of processes so far. */
  requests = 0;
  readonly #startMs: number;
  #strike: WorldOptions['strike'];
  readonly #trace: WorldOptions['trace'];
  readonly heard: WorldOptions['heard'];
  readonly #latency: (random: Random) => number;

  constructor({ seed, startMs, faults, strike, trace, heard, latency }: WorldOptions) {
    this.timeline = new Timeline(startMs);
    this.random = new Random(seed, 'world');
    this.faults = new Faults(new Random(seed, 'faults'), faults);
    this.#strike = strike;
    this.#startMs = startMs;
    this.#trace = trace;
    this.heard = heard;
    this.#latency = latency ?? mostlyShort;
  }

  /** Tells what happens, if anybody listens. */
  tell(who: string, what: () => string): void {
    if (this.#trace === undefined) return;
    const seconds = ((this.timeline.nowMs - this.#startMs) / 1000).toFixed(3);
    this.#trace(`${seconds.padStart(10)}  ${who.padEnd(14)}  ${what()}`);
  }

  /** Whether the one fault that was chosen is this one; it strikes once. */
  isChosen(request: number, kind: FaultKind): boolean {
    const chosen = this.#strike?.request === request && this.#strike.kind === kind;
    if (chosen) this.#strike = undefined;
    return chosen;
  }

  /** How long a request or an answer is on its way. Milliseconds. */
  latency(): number {
    return this.#latency(this.random);
  }
}

const mostlyShort = (random: Random) => (random.chance(0.03) ? random.between(100, 3_000) : random.between(1, 30));
