/** The threads of a local run: they take from its queue, and what dies is replaced. */
import { asFanfoldError, FanfoldError } from '../../errors.ts';
import { RECEIVES_MAX } from '../../limits.ts';
import type { Delivery, LocalQueue } from './local-queue.ts';
import { type StartedThread, startThread, threadsFor } from './start-thread.ts';
import { errorFrom, type FromThread, type Message, type ThreadSetup, type ToThread } from './thread-messages.ts';

/** Small messages that a thread holds at a time, so that it never waits for the next one. */
const HELD_MESSAGES_MAX = 16;
const HELD_BYTES_MAX = 64 * 1024;
/** What one larger message may be that is held behind another: a thread may wait some milliseconds to be heard (turns.ts). */
const NEXT_BYTES_MAX = 8 * 1024 * 1024;
/** What waits for each thread before another is started: a thread begins with cold code, which costs about as much. */
const BACKLOG_BYTES = 2 * 1024 * 1024;
const BACKLOG_MESSAGES = 32;

export interface PoolEvents {
  /** A station in a thread sends; resolves when the messages are accepted. */
  onSend(messages: readonly Message[]): Promise<void>;
  onDone(message: Message): void;
  /** Threads end one after the other without having had a message. */
  onBroken(error: FanfoldError): void;
}

interface Thread {
  readonly started: StartedThread;
  /** What it was given and has not answered, in order: it works on the first. */
  readonly held: Map<number, Delivery>;
  heldBytes: number;
}

export class ThreadPool {
  readonly #threadsMax: number;
  readonly #queue: LocalQueue;
  readonly #events: PoolEvents;
  #threads: readonly Thread[] = [];
  #setup: ThreadSetup | undefined;
  #deliveries = 0;
  #idleDeaths = 0;
  #closed = false;

  /** @param started the first of its threads */
  constructor(threadsMax: number, started: readonly StartedThread[], queue: LocalQueue, events: PoolEvents) {
    this.#threadsMax = threadsMax;
    this.#queue = queue;
    this.#events = events;
    for (const thread of started) this.#take(thread);
  }

  /** Whether there may be another thread. */
  get hasRoom(): boolean {
    return this.#threads.length < this.#threadsMax;
  }

  /** Takes a thread that is ready: it comes before those that may still be starting. */
  join(ready: StartedThread): void {
    const thread = this.#take(ready);
    this.#threads = [thread, ...this.#threads.filter((other) => other !== thread)];
  }

  /** Starts threads until there are as many as an input needs. */
  growFor(inputBytes: number): void {
    while (this.#threads.length < threadsFor(this.#threadsMax, inputBytes)) this.#start();
  }

  setUp(setup: ThreadSetup): void {
    this.#setup = setup;
    for (const { started } of this.#threads) started.tell({ kind: 'setup', setup });
    this.pump();
  }

  /** Hands out what waits, as far as there are hands. */
  pump(): void {
    if (this.#closed || this.#setup === undefined) return;
    for (let next = this.#queue.peek(); next !== undefined; next = this.#queue.peek()) {
      const thread = this.#freeFor(next.message);
      if (thread === undefined) return;
      this.#queue.take();
      this.#deliver(thread, next);
    }
  }

  /**
   * Stops the threads, the one that is asked last, and one after the other: V8's book of code pages does not always survive
   * isolates that are torn down together (`Check failed: jit_page.has_value()`, https://github.com/nodejs/node/issues/64500).
   */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { started } of this.#threads.toReversed()) await started.stop();
  }

  #freeFor(message: Message): Thread | undefined {
    const able = this.#threads.filter(({ started }) => started.takes(message));
    const idlest = able.sort((a, b) => a.held.size - b.held.size || a.heldBytes - b.heldBytes)[0];
    if (idlest === undefined) return this.#start();
    if (idlest.held.size === 0 || message.kind === 'run') return idlest;
    if (able.length < this.#threadsMax && this.#backlog(message)) return this.#start();
    const bytes = bytesOf(message);
    const next = idlest.held.size === 1 && bytes <= NEXT_BYTES_MAX;
    const small = idlest.held.size < HELD_MESSAGES_MAX && idlest.heldBytes + bytes <= HELD_BYTES_MAX;
    return next || small ? idlest : undefined;
  }

  /** Whether there is so much to do that another thread pays. */
  #backlog(next: Message): boolean {
    let messages = this.#queue.waiting(next.kind);
    let bytes = messages * bytesOf(next); // chunks of a run, or parts, are about as long as each other
    for (const { held, heldBytes } of this.#threads) {
      messages += held.size;
      bytes += heldBytes;
    }
    return bytes > BACKLOG_BYTES * this.#threads.length || messages > BACKLOG_MESSAGES * this.#threads.length;
  }

  #deliver(thread: Thread, delivery: Delivery): void {
    const id = ++this.#deliveries;
    thread.held.set(id, delivery);
    thread.heldBytes += bytesOf(delivery.message);
    thread.started.tell({ kind: 'deliver', id, ...delivery });
  }

  #start(): Thread {
    return this.#take(startThread(this.#threadsMax));
  }

  #take(started: StartedThread): Thread {
    const thread: Thread = { started, held: new Map(), heldBytes: 0 };
    started.onMessage((message) => this.#hear(thread, message));
    started.ended.then((cause) => this.#bury(thread, cause));
    if (this.#setup !== undefined) started.tell({ kind: 'setup', setup: this.#setup });
    this.#threads = [...this.#threads, thread];
    return thread;
  }

  #hear(thread: Thread, message: FromThread): void {
    if (this.#closed) return;
    if (message.kind === 'send') {
      const accepted: ToThread = { kind: 'accepted', id: message.id };
      this.#events.onSend(message.messages).then(() => thread.started.tell(accepted));
      return;
    }
    const delivery = thread.held.get(message.id);
    if (delivery === undefined) return;
    thread.held.delete(message.id);
    thread.heldBytes -= bytesOf(delivery.message);
    if (message.kind === 'done') this.#events.onDone(delivery.message);
    else this.#queue.fail(delivery, errorFrom(message.error));
    this.pump();
  }

  /** A thread has ended: what it worked on counts as received, what was behind that was never begun. */
  #bury(thread: Thread, cause: unknown): void {
    this.#threads = this.#threads.filter((other) => other !== thread);
    if (this.#closed) return;
    const error = threadEnded(cause);
    const held = Array.from(thread.held.values());
    const suspect = held.find(({ message }) => message.kind !== 'run') ?? held[0];
    if (suspect === undefined && ++this.#idleDeaths >= RECEIVES_MAX) return this.#events.onBroken(error);
    for (const delivery of held) {
      if (delivery === suspect) this.#queue.fail(delivery, error);
      else this.#queue.giveBack(delivery);
    }
    this.pump();
  }
}

/** What working on it reads; merges count as one whole share of a thread, so that none waits behind another. */
function bytesOf(message: Message): number {
  if (message.kind === 'run') return 0;
  if (message.kind === 'node' || message.kind === 'publish') return HELD_BYTES_MAX;
  const ranges = message.kind === 'part' ? message.sources : message.segments;
  return ranges.reduce((bytes, { start, end }) => bytes + end - start, 0);
}

function threadEnded(cause: unknown): FanfoldError {
  return new FanfoldError('FANFOLD_RECEIVES_EXHAUSTED', `A worker thread ended: ${asFanfoldError(cause).message}`, {
    fix: 'Look for code in the job that ends the process, begins what it does not await, or needs more memory than there is.',
    retry: 'safe',
    cause,
  });
}
