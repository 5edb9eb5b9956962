/** Messages that wait their turn, a million of them in some tens of megabytes: compressed, but for the first and the last. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** Of those that wait, compressed together. */
const PACK_MESSAGES = 1_000;

/** @template T what JSON keeps */
export class Backlog<T> {
  #first: T[] = [];
  #taken = 0;
  readonly #packs: Buffer[] = [];
  #packsTaken = 0;
  #last: T[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(message: T): void {
    this.#last.push(message);
    this.#length += 1;
    if (this.#last.length < PACK_MESSAGES) return;
    this.#packs.push(deflateRawSync(JSON.stringify(this.#last), { level: 1 }));
    this.#last = [];
  }

  /** The oldest. */
  shift(): T | undefined {
    if (this.#taken === this.#first.length) this.#refill();
    const message = this.#first[this.#taken];
    if (message === undefined) return undefined;
    this.#taken += 1;
    this.#length -= 1;
    return message;
  }

  #refill(): void {
    this.#taken = 0;
    const pack = this.#packs[this.#packsTaken];
    if (pack === undefined) {
      this.#first = this.#last;
      this.#last = [];
      return;
    }
    this.#packs[this.#packsTaken++] = Buffer.alloc(0);
    this.#first = JSON.parse(inflateRawSync(pack).toString()) as T[]; // what `push` packed
  }
}
