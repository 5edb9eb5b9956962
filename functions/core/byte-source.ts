/** Bytes that come in pieces of any length, taken in lengths that are wanted. */

export class ByteSource {
  readonly #source: AsyncIterator<Uint8Array>;
  #buffered: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The next bytes, or undefined where there are fewer. */
  async take(length: number): Promise<Buffer | undefined> {
    if (this.#buffered.length < length) {
      const pieces: Uint8Array[] = [this.#buffered];
      for (let have = this.#buffered.length; have < length; ) {
        const { done, value } = await this.#source.next();
        if (done) return undefined;
        pieces.push(value);
        have += value.length;
      }
      this.#buffered = Buffer.concat(pieces);
    }
    const taken = this.#buffered.subarray(0, length);
    this.#buffered = this.#buffered.subarray(length);
    return taken;
  }

  /** Lets go of the source before its end. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }
}
