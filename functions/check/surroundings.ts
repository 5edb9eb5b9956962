/**
 * What a job can see of the machine besides its arguments: the clock, `Math.random`, the time zone. While `within` one,
 * they are what it says, so that two calls differ in one of them alone and the cause of another answer is known.
 */
import { Random } from './random.ts';

export interface Surroundings {
  readonly nowMs: number;
  readonly randomSeed: number;
  /** A name of the IANA database. */
  readonly timeZone: string;
}

/** On Lambda it is UTC. */
export const USUAL: Surroundings = { nowMs: 1_750_000_000_000, randomSeed: 1, timeZone: 'UTC' };

const DAY_MS = 24 * 3_600_000;

/** The same but for one thing, by the name of that thing. */
export const OTHERS: readonly { readonly kind: 'time' | 'randomness' | 'time-zone'; readonly at: Surroundings }[] = [
  { kind: 'time', at: { ...USUAL, nowMs: USUAL.nowMs + 401 * DAY_MS + 45_296_789 } },
  { kind: 'randomness', at: { ...USUAL, randomSeed: 2 } },
  { kind: 'time-zone', at: { ...USUAL, timeZone: 'Asia/Kathmandu' } },
];

/** The surroundings in force, also for functions that a job took hold of earlier. */
let current: { readonly at: Surroundings; readonly random: Random; ticks: number } | undefined;

const real = { Date: globalThis.Date, random: Math.random, performanceNow: performance.now.bind(performance) };

/** Each look at the clock is a millisecond after the last. */
function nowMs(): number {
  if (current === undefined) return real.Date.now();
  current.ticks += 1;
  return current.at.nowMs + current.ticks;
}

const replaced = {
  Date: new Proxy(real.Date, {
    construct: (target, given, made) => Reflect.construct(target, given.length === 0 ? [nowMs()] : given, made),
    apply: () => new real.Date(nowMs()).toString(),
    get: (target, name, receiver) => (name === 'now' ? nowMs : Reflect.get(target, name, receiver)),
  }),
  random: () => current?.random.next() ?? real.random(),
  performanceNow: () => (current === undefined ? real.performanceNow() : nowMs() % DAY_MS),
};

/** Does a step in such surroundings. Not to be nested. */
export async function within<T>(at: Surroundings, step: () => T | Promise<T>): Promise<T> {
  const zone = process.env['TZ'];
  const usualZone = zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  current = { at, random: new Random(at.randomSeed), ticks: 0 };
  use(replaced);
  process.env['TZ'] = at.timeZone;
  try {
    return await step();
  } finally {
    process.env['TZ'] = usualZone; // takes effect when set; deleting alone does not
    if (zone === undefined) delete process.env['TZ'];
    use(real);
    current = undefined;
  }
}

function use(functions: typeof real): void {
  globalThis.Date = functions.Date;
  Math.random = functions.random;
  performance.now = functions.performanceNow;
}
