/** Work of this thread that lets others have a turn: the calls of a FileStore to the system never do. */
import type { ObjectStore } from '../../ports/object-store.ts';
import { monotonicMs } from './monotonic.ts';
import { runEnded } from './run-ended.ts';

/** Short enough that nobody waits who looks at a progress bar or presses Ctrl-C. Ours. */
export const TURN_MS = 10;

export class Turns {
  readonly #nowMs: () => number;
  /** When the turn at hand began. */
  #sinceMs = Number.NEGATIVE_INFINITY;
  #stopped = false;

  constructor(nowMs = monotonicMs) {
    this.#nowMs = nowMs;
  }

  /** Ends what is under way: no block is read or written any more. */
  stop(): void {
    this.#stopped = true;
  }

  /** The same store, whose streams let others have a turn. */
  of(store: ObjectStore): ObjectStore {
    return {
      head: (name) => store.head(name),
      read: (object, start, end, into) => this.#inTurns(store.read(object, start, end, into)),
      open: async (name, into) => {
        const blocks = await store.open(name, into);
        return blocks === undefined ? undefined : this.#inTurns(blocks);
      },
      putIfAbsent: async (name, body, note) =>
        store.putIfAbsent(name, body instanceof Uint8Array ? this.#unlessStopped(body) : this.#inTurns(body), note),
      copyIfAbsent: async (from, to, note) => store.copyIfAbsent(this.#unlessStopped(from), to, note),
      joinIfAbsent: async (name, parts, crc32) => store.joinIfAbsent(name, this.#unlessStopped(parts), crc32),
      list: (bucket, prefix, after) => store.list(bucket, prefix, after),
    };
  }

  async *#inTurns(blocks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const block of blocks) {
      yield this.#unlessStopped(block);
      if (this.#nowMs() - this.#sinceMs < TURN_MS) continue;
      await new Promise<void>((next) => setImmediate(next));
      this.#sinceMs = this.#nowMs();
    }
    this.#unlessStopped(blocks); // before what was written gets its name
  }

  #unlessStopped<T>(given: T): T {
    if (this.#stopped) throw runEnded();
    return given;
  }
}
