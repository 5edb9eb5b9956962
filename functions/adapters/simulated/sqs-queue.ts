/** A standard queue: at least once, in any order, and a message that is received too often goes to the dead letters. */
import { Backlog } from './backlog.ts';
import type { World } from './world.ts';

/** A message as it lies in a queue; of one that is delivered twice there are two. */
export interface Message {
  readonly id: string;
  readonly body: string;
  readonly sentAtMs: number;
  receives: number;
  deleted: boolean;
  /** Has the timer that would show it again be for nothing. */
  keep: () => void;
}

export interface QueueOptions {
  readonly visibilityMs: number;
  /** Where messages go that were received so often. */
  readonly deadLetters?: { readonly queue: SimulatedQueue; readonly maxReceives: number };
  /** Messages that nobody has received yet take little memory, and come in their order. */
  readonly packed?: boolean;
}

/** One that nobody has received yet. */
type Sent = Pick<Message, 'id' | 'body' | 'sentAtMs'>;

/** How long a message may take to show. */
const LATE_MS_MAX = 15 * 60_000;

export class SimulatedQueue {
  readonly name: string;
  readonly options: QueueOptions;
  /** Called when there is something to receive. */
  onVisible: () => void = () => {};
  /** Called for each message that is given up. */
  onDead: (message: Message) => void = () => {};
  /** Whether a message is lost, here and now. */
  loses: (body: string) => boolean = () => false;
  readonly #world: World;
  readonly #visible: Message[] = [];
  readonly #packed = new Backlog<Sent>();
  /** Messages that were sent and are neither deleted nor dead. */
  #held = 0;
  #sent = 0;

  constructor(world: World, name: string, options: QueueOptions) {
    this.#world = world;
    this.name = name;
    this.options = options;
  }

  /** Messages that wait or are being worked on. */
  get length(): number {
    return this.#held;
  }

  get visible(): number {
    return this.#visible.length + this.#packed.length;
  }

  send(body: string): void {
    const { faults, random } = this.#world;
    const id = `${this.name}-${this.#sent++}`;
    if (this.loses(body)) {
      this.#world.tell(this.name, () => `${id} expires unseen`);
      return;
    }
    const copies = faults.strikes('messageTwice') ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      const lateMs = faults.strikes('messageLate') ? random.below(LATE_MS_MAX) : 0;
      this.#held += 1;
      const sent = { id, body, sentAtMs: this.#world.timeline.nowMs };
      if (this.options.packed && lateMs === 0) {
        this.#packed.push(sent);
        this.onVisible();
      } else {
        this.#showAfter(unreceived(sent), lateMs);
      }
    }
  }

  /** Takes up to `most` messages, for as long as they stay invisible; those that were taken too often die instead. */
  receive(most: number): Message[] {
    const taken: Message[] = [];
    while (taken.length < most && this.visible > 0) {
      const message = this.#pick();
      if (message.deleted) continue;
      const { deadLetters } = this.options;
      if (deadLetters !== undefined && message.receives >= deadLetters.maxReceives) {
        this.#world.tell(this.name, () => `${message.id} is a dead letter`);
        this.delete(message);
        this.onDead(message);
        deadLetters.queue.send(message.body);
        continue;
      }
      message.receives += 1;
      taken.push(message);
      this.#showAfter(message, this.options.visibilityMs);
    }
    return taken;
  }

  /** Whether the next time that it is received is the last. */
  isLastTry({ receives }: Message): boolean {
    const { deadLetters } = this.options;
    return deadLetters !== undefined && receives >= deadLetters.maxReceives;
  }

  /** Shows a message that is being worked on, before its time. */
  expire(message: Message): void {
    this.#showAfter(message, this.#world.random.below(this.options.visibilityMs));
  }

  delete(message: Message): void {
    if (message.deleted) return;
    message.deleted = true;
    message.keep();
    this.#held -= 1;
  }

  #pick(): Message {
    const { faults, random } = this.#world;
    const others = this.#visible.length - 1;
    const at = others > 0 && faults.strikes('messageReordered') ? random.between(1, others) : 0;
    const [again] = this.#visible.splice(at, 1);
    const sent = again === undefined ? this.#packed.shift() : undefined;
    const message = sent === undefined ? again : unreceived(sent);
    if (message === undefined) throw new Error('there is nothing to receive');
    return message;
  }

  #showAfter(message: Message, ms: number): void {
    const show = () => {
      if (message.deleted) return;
      this.#visible.push(message);
      this.onVisible();
    };
    message.keep();
    if (ms === 0) show();
    else message.keep = this.#world.timeline.after(ms, show);
  }
}

const unreceived = (sent: Sent): Message => ({ ...sent, receives: 0, deleted: false, keep: () => {} });
