/** An event source mapping: takes messages from a queue, calls a function with them, deletes what it has done. */
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { type Ramp, workersAt } from '../../core/ramp.ts';
import type { Outcome, SimulatedFunction } from './lambda-function.ts';
import type { Message, SimulatedQueue } from './sqs-queue.ts';
import type { World } from './world.ts';

export interface EventSourceOptions {
  /** 1 to 10. */
  readonly batchSize: number;
  readonly concurrencyMax: number;
  /** How fast it comes to that, from the first message on. @default at once */
  readonly ramp?: Ramp | undefined;
  /** The last try of a message is free of faults. */
  readonly merciful: boolean;
  /** Requests after which the function dies whenever it gets this message. */
  readonly diesAfter?: (body: string) => number | undefined;
}

const WAIT_MS = 1_000;

export class EventSource {
  readonly #world: World;
  readonly #queue: SimulatedQueue;
  readonly #function: SimulatedFunction;
  readonly #options: EventSourceOptions;
  /** Batches that are taken or about to be. */
  #working = 0;
  #polls = 0;
  /** When it had something to do for the first time. */
  #sinceMs: number | undefined;
  #waits = false;
  /** Requests that are paid for: what was asked for messages, and for their deletion. */
  readonly requests = { receives: 0, deletions: 0 };

  constructor(world: World, queue: SimulatedQueue, target: SimulatedFunction, options: EventSourceOptions) {
    this.#world = world;
    this.#queue = queue;
    this.#function = target;
    this.#options = options;
    queue.onVisible = () => this.#poll();
  }

  #poll(): void {
    const most = this.#concurrency();
    const hasRoom = () => this.#working < most && this.#polls < this.#function.room;
    while (this.#polls < this.#queue.visible && hasRoom()) {
      this.#working += 1;
      this.#polls += 1;
      this.#world.timeline.after(this.#world.latency(), () => this.#receive());
    }
    const more = most < this.#options.concurrencyMax || this.#polls >= this.#function.room;
    if (this.#polls < this.#queue.visible && more) this.#wait();
  }

  #concurrency(): number {
    const { ramp, concurrencyMax } = this.#options;
    if (ramp === undefined) return concurrencyMax;
    const { nowMs } = this.#world.timeline;
    this.#sinceMs ??= nowMs;
    return Math.min(concurrencyMax, Math.floor(workersAt(ramp, (nowMs - this.#sinceMs) / 1000)));
  }

  /** Until there may be more of them. */
  #wait(): void {
    if (this.#waits) return;
    this.#waits = true;
    this.#world.timeline.after(WAIT_MS, () => {
      this.#waits = false;
      this.#poll();
    });
  }

  #receive(): void {
    const { faults, random } = this.#world;
    const { batchSize, diesAfter } = this.#options;
    this.#polls -= 1;
    const messages = this.#queue.receive(random.between(1, batchSize));
    this.requests.receives += 1;
    if (messages.length === 0) return this.#done();
    const lastTry = messages.some((message) => this.#queue.isLastTry(message));
    const merciful = lastTry && this.#options.merciful;
    if (!merciful && faults.strikes('throttled')) return this.#done();
    for (const message of messages) {
      if (!merciful && faults.strikes('visibilityExpired')) this.#queue.expire(message);
    }
    const dies = messages.flatMap(({ body }) => diesAfter?.(body) ?? [])[0];
    this.#function.invoke(this.#eventOf(messages), { merciful, diesAfter: dies }, (outcome) => {
      const done = doneOf(messages, outcome);
      if (done.length > 0) this.requests.deletions += 1;
      for (const message of done) {
        if (merciful || !faults.strikes('deletionLost')) this.#queue.delete(message);
      }
      this.#done();
    });
  }

  #done(): void {
    this.#working -= 1;
    this.#poll();
  }

  #eventOf(messages: readonly Message[]): SQSEvent {
    return {
      Records: messages.map(({ id, body, receives, sentAtMs }) => ({
        messageId: id,
        receiptHandle: `${id}-${receives}`,
        body,
        attributes: {
          ApproximateReceiveCount: String(receives),
          SentTimestamp: String(sentAtMs),
          SenderId: 'simulated',
          ApproximateFirstReceiveTimestamp: String(sentAtMs),
        },
        messageAttributes: {},
        md5OfBody: '',
        eventSource: 'aws:sqs',
        eventSourceARN: `arn:aws:sqs:simulated:000000000000:${this.#queue.name}`,
        awsRegion: 'simulated',
      })),
    };
  }
}

/** The messages that a function has done: all but those that it names; none if it failed, or names a stranger.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html */
function doneOf(messages: readonly Message[], outcome: Outcome): readonly Message[] {
  if ('error' in outcome) return [];
  const { batchItemFailures = [] } = (outcome.value ?? {}) as Partial<SQSBatchResponse>; // what a handler of ours returns
  const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  if ([...failed].some((name) => !messages.some(({ id }) => id === name))) return [];
  return messages.filter(({ id }) => !failed.has(id));
}
