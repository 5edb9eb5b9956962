/** What can go wrong, how likely it is each time that it could, and how often it did. */
import type { Random } from './random.ts';

/** Every kind of fault. The number is its probability, each time that it could strike, where it is switched on. */
const FAULTS = {
  // Any request of a process.
  /** It never arrives; the SDK waits, and tries again. */
  requestLost: 0.03,
  /** It takes effect and its answer is lost; the SDK tries again. */
  answerLost: 0.05,
  /** The SDK has given it up and tried again, when it takes effect after all, minutes later. */
  lateEffect: 0.03,
  /** All tries of the SDK come to nothing, whether it took effect or not. */
  outage: 0.01,
  /** Its process dies before it is sent. */
  crashBefore: 0.02,
  /** Its process dies when the answer is there. */
  crashAfter: 0.02,
  /** Its process dies some time in between, for want of memory. */
  memoryKill: 0.05,
  /** Its process stands still until the function's time-out ends it. */
  timeOut: 0.01,
  /** Its process stands still, is given up at the time-out, and goes on later as if nothing had been. */
  zombie: 0.01,

  // S3.
  /** 503 SlowDown. */
  slowDown: 0.1,
  /** 409: another write of this name is under way. */
  conflict: 0.1,
  /** The body of an answer breaks off. */
  brokenBody: 0.1,
  /** A listing stops early and says that there is more. */
  shortListing: 0.1,
  /** CompleteMultipartUpload answers 200, with an error in its body. */
  errorInside200: 0.2,
  /** CompleteMultipartUpload, sent again after it took effect, is told that there is no such upload. */
  uploadForgotten: 0.5,

  // SQS.
  /** A message is delivered twice. */
  messageTwice: 0.1,
  /** A message is not the oldest of those that wait. */
  messageReordered: 0.5,
  /** A message shows minutes after it was sent. */
  messageLate: 0.1,
  /** A message shows again while it is being worked on. */
  visibilityExpired: 0.1,
  /** The deletion of a message that was worked on is lost. */
  deletionLost: 0.1,
  /** One message of a batch is not accepted. */
  entryRefused: 0.05,
  /** A message expires before anybody received it. Only a watcher mends that. */
  messageLost: 0.05,
  /** The number of messages that a queue tells of is not the number that it holds. */
  countWrong: 0.5,

  // Lambda.
  /** No capacity: the messages count as received and come again; an asynchronous event waits. */
  throttled: 0.1,
  /** An asynchronous event is delivered twice. */
  invokedTwice: 0.1,
  /** An asynchronous event shows minutes after it was sent. */
  invokedLate: 0.1,
  /** An asynchronous event is lost. Only a watcher mends that. */
  invocationLost: 0.05,

  // Notifications of S3, and the watcher's clock.
  notificationTwice: 0.3,
  notificationLate: 0.3,
  /** Only an upload mends that. */
  notificationLost: 0.3,
  tickTwice: 0.1,
  tickMissed: 0.1,
} as const;

export type FaultKind = keyof typeof FAULTS;

/** Kinds whose victims only the watcher, or a user, brings back. */
export const LOSSES: readonly FaultKind[] = ['messageLost', 'invocationLost', 'notificationLost'];

export const FAULT_KINDS = Object.keys(FAULTS) as FaultKind[];

/** Kinds that are switched on, with their probabilities. */
export type FaultRates = { readonly [kind in FaultKind]?: number };

export class Faults {
  /** How often each kind struck. */
  readonly counts = new Map<FaultKind, number>();
  /** Nothing strikes any more. */
  over = false;
  readonly #random: Random;
  readonly #rates: FaultRates;

  constructor(random: Random, rates: FaultRates) {
    this.#random = random;
    this.#rates = rates;
  }

  /** Whether a fault happens, here and now. */
  strikes(kind: FaultKind): boolean {
    const rate = this.#rates[kind];
    if (rate === undefined || this.over || !this.#random.chance(rate)) return false;
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    return true;
  }
}

/** All of some kinds, each as likely as it is. */
export const ratesOf = (kinds: readonly FaultKind[]): FaultRates =>
  Object.fromEntries(kinds.map((kind) => [kind, FAULTS[kind]]));

/** "Swarm testing": each kind is on or off for a whole run, so that some runs have a lot of one thing. */
export function swarm(random: Random, kinds: readonly FaultKind[]): FaultRates {
  const strength = random.pick([0.3, 1, 2]);
  const rates: { [kind in FaultKind]?: number } = {};
  for (const kind of kinds) {
    if (random.chance(0.4)) rates[kind] = Math.min(0.7, FAULTS[kind] * strength);
  }
  return rates;
}
