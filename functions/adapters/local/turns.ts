/** Work of this thread that lets others have a turn: the calls of a FileStore to the system never do. */
import { FanfoldError } from '../../errors.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { monotonicMs } from './monotonic.ts';

/** Short enough that nobody waits who looks at a progress bar or presses Ctrl-C. Ours. */
const TURN_MS = 10;

export class Turns {
  #sinceMs = 0;
  #stopped = false;

  /** Ends what is under way: the next block that it asks for, or gives, is refused. */
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
      putIfAbsent: (name, body, note) =>
        store.putIfAbsent(name, body instanceof Uint8Array ? this.#unlessStopped(body) : this.#inTurns(body), note),
      copyIfAbsent: (from, to, note) => store.copyIfAbsent(from, to, note),
      joinIfAbsent: (name, parts, crc32) => store.joinIfAbsent(name, parts, crc32),
      list: (bucket, prefix, after) => store.list(bucket, prefix, after),
    };
  }

  async *#inTurns(blocks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const block of blocks) {
      yield this.#unlessStopped(block);
      if (monotonicMs() - this.#sinceMs < TURN_MS) continue;
      await new Promise<void>((next) => setImmediate(next));
      this.#sinceMs = monotonicMs();
    }
  }

  #unlessStopped<T>(given: T): T {
    if (!this.#stopped) return given;
    throw new FanfoldError('FANFOLD_CANCELLED', 'The run has ended', { fix: 'Nothing.', retry: 'safe' });
  }
}
