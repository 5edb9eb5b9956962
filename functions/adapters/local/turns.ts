/** Work of this thread that lets others have a turn: the calls of a FileStore to the system never do. */
import type { ObjectStore } from '../../ports/object-store.ts';
import { monotonicMs } from './monotonic.ts';
import { runEnded } from './run-ended.ts';

/** Between two calls of the store it is this long at most, plus what is done there: a few milliseconds, or the sorting of a table. */
export const TURN_MS = 10;

export class Turns {
  readonly #nowMs: () => number;
  /** When the turn at hand began. */
  #sinceMs = Number.NEGATIVE_INFINITY;
  #stopped = false;

  constructor(nowMs = monotonicMs) {
    this.#nowMs = nowMs;
  }

  /** Ends what is under way: nothing is read or written any more. */
  stop(): void {
    this.#stopped = true;
  }

  /** The same store, whose calls let others have a turn. */
  of(store: ObjectStore): ObjectStore {
    const inTurn =
      <A extends readonly unknown[], T>(call: (...given: A) => Promise<T>) =>
      async (...given: A): Promise<T> => {
        await this.#turn();
        return call(...given);
      };
    return {
      head: inTurn((name) => store.head(name)),
      list: inTurn((bucket, prefix, after) => store.list(bucket, prefix, after)),
      read: (object, start, end, into) => this.#inTurns(store.read(object, start, end, into)),
      open: inTurn(async (name, into) => {
        const blocks = await store.open(name, into);
        return blocks === undefined ? undefined : this.#inTurns(blocks);
      }),
      putIfAbsent: inTurn((name, body, note) =>
        store.putIfAbsent(name, body instanceof Uint8Array ? body : this.#inTurns(body), note),
      ),
      copyIfAbsent: inTurn((from, to, note) => store.copyIfAbsent(from, to, note)),
      joinIfAbsent: inTurn((name, parts, crc32) => store.joinIfAbsent(name, parts, crc32)),
    };
  }

  async *#inTurns(blocks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    await this.#turn();
    for await (const block of blocks) {
      yield block;
      await this.#turn();
    }
    await this.#turn(); // before what was written gets its name
  }

  async #turn(): Promise<void> {
    if (this.#nowMs() - this.#sinceMs >= TURN_MS) {
      await new Promise<void>((next) => setImmediate(next));
      this.#sinceMs = this.#nowMs();
    }
    if (this.#stopped) throw runEnded();
  }
}
