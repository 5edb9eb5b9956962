/** Bytes that come in pieces of any length, taken in lengths that are wanted. */
import { copyBytes, larger } from './bytes.ts';

/** Memory that is given before any of the bytes is there: a length may be damaged. */
const UNSEEN_BYTES_MAX = 1024 * 1024;

export class ByteSource {
  readonly #source: AsyncIterator<Uint8Array>;
  #piece: Uint8Array = Buffer.alloc(0);
  /** Where what is left of the piece begins. */
  #at = 0;

  /** @param source its pieces need be valid only until the next is asked for */
  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The next bytes, in memory that nobody else has; undefined where there are fewer. */
  async take(length: number): Promise<Buffer | undefined> {
    let taken: Buffer = Buffer.allocUnsafe(Math.min(length, UNSEEN_BYTES_MAX));
    for (let have = 0; ; ) {
      const some = Math.min(length - have, this.#piece.length - this.#at);
      if (have + some > taken.length) taken = larger(taken, have, Math.min(length, 2 * (have + some)));
      copyBytes(taken, have, this.#piece, this.#at, this.#at + some);
      this.#at += some;
      have += some;
      if (have === length) return taken;
      const { done, value } = await this.#source.next();
      if (done) return undefined;
      this.#piece = value;
      this.#at = 0;
    }
  }

  /** Lets go of the source before its end. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }
}
