/** The body of an answer, as it comes in: in pieces, now and then cut off. */
import type { Process } from './process.ts';

export class Body implements AsyncIterableIterator<Uint8Array> {
  readonly #process: Process;
  readonly #pieces: Uint8Array[];
  readonly #breaks: boolean;
  #begun = false;
  #over = false;

  constructor(process: Process, bytes: Buffer) {
    const { random } = process.world;
    this.#process = process;
    this.#breaks = bytes.length > 0 && process.strikes('brokenBody');
    const end = this.#breaks ? random.below(bytes.length) : bytes.length;
    const cut = random.chance(0.3) ? random.below(end + 1) : 0;
    this.#pieces = [bytes.subarray(0, cut), bytes.subarray(cut, end)].filter(({ length }) => length > 0);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const more = !this.#over && (this.#pieces.length > 0 || this.#breaks);
    if (more && this.#begun) await this.#process.arrival(); // the first piece came with the answer
    this.#begun = true;
    const piece = this.#pieces.shift();
    if (!this.#over && piece !== undefined) return { done: false, value: piece };
    const broken = this.#breaks && !this.#over;
    this.#over = true;
    if (broken) throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.destroy();
    return { done: true, value: undefined };
  }

  /** Lets go of the connection. */
  destroy(): void {
    this.#over = true;
  }
}
