/** The queues of a local run: at least once, in memory, five receives, then a dead letter. */
import type { FanfoldError } from '../../errors.ts';
import { RECEIVES_MAX } from '../../limits.ts';
import type { Message } from './thread-messages.ts';

export interface Delivery {
  readonly message: Message;
  /** How often it was delivered, this time included. */
  readonly receives: number;
}

/** Messages that wait before senders do. Ours: about 10 MB. */
const WAITING_MAX = 20_000;
/** The first redelivery comes after this, each further one after three times as long. */
const REDELIVERY_MS = 20;

export interface QueueEvents {
  onMessage(): void;
  /** A message used up its receives; `error` is that of the last. */
  onDead(message: Message, error: FanfoldError): void;
}

export class LocalQueue {
  /** By station: what is further along goes first, so that partials do not pile up. */
  readonly #waiting = {
    publish: new Fifo<Delivery>(),
    part: new Fifo<Delivery>(),
    node: new Fifo<Delivery>(),
    run: new Fifo<Delivery>(),
    chunk: new Fifo<Delivery>(),
  };
  readonly #senders: (() => void)[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #events: QueueEvents;
  #closed = false;

  constructor(events: QueueEvents) {
    this.#events = events;
  }

  /** Resolves when the messages are accepted: at once, unless too many wait already. */
  async send(messages: readonly Message[]): Promise<void> {
    for (const message of messages) this.#add({ message, receives: 1 });
    this.#events.onMessage();
    if (this.#waiting.chunk.length <= WAITING_MAX || this.#closed) return;
    await new Promise<void>((accepted) => this.#senders.push(accepted));
  }

  /** The next message, left where it is. */
  peek(): Delivery | undefined {
    return this.#next()?.peek();
  }

  take(): Delivery | undefined {
    const taken = this.#next()?.take();
    if (this.#waiting.chunk.length <= WAITING_MAX) for (const accept of this.#senders.splice(0)) accept();
    return taken;
  }

  /** Messages of a kind that wait. */
  waiting(kind: Message['kind']): number {
    return this.#waiting[kind].length;
  }

  /** Takes back what could not be done: it comes again, or is dead. */
  fail({ message, receives }: Delivery, error: FanfoldError): void {
    if (receives >= RECEIVES_MAX) return this.#events.onDead(message, error);
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        this.#add({ message, receives: receives + 1 });
        this.#events.onMessage();
      },
      REDELIVERY_MS * 3 ** (receives - 1),
    );
    this.#timers.add(timer);
  }

  /** Takes back what was not begun. */
  giveBack(delivery: Delivery): void {
    this.#add(delivery);
    this.#events.onMessage();
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    for (const accept of this.#senders.splice(0)) accept();
  }

  #add(delivery: Delivery): void {
    this.#waiting[delivery.message.kind].add(delivery);
  }

  #next(): Fifo<Delivery> | undefined {
    return Object.values(this.#waiting).find((queue) => queue.length > 0);
  }
}

/** First in, first out, both in constant time. */
class Fifo<T> {
  #entries: T[] = [];
  #head = 0;

  get length(): number {
    return this.#entries.length - this.#head;
  }

  add(entry: T): void {
    this.#entries.push(entry);
  }

  peek(): T | undefined {
    return this.#entries[this.#head];
  }

  take(): T | undefined {
    const taken = this.#entries[this.#head];
    if (taken === undefined) return undefined;
    this.#head += 1;
    if (this.#head > 1024 && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
    return taken;
  }
}
