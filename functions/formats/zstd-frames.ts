/**
 * Where the frames of a zstd stream end (RFC 8878, section 3.1). Node's decompressor drops what follows the end of a
 * frame within one write, silently; cut at frame ends, it reads every frame.
 */
export class ZstdFrames {
  /** Bytes to pass before the next header. */
  #skip = 0;
  #header: number[] = [];
  #reading: 'magic' | 'skippable' | 'frame' | 'block' | 'rest' = 'magic';
  #checksum = 0;

  /** Whether a frame may start or the stream may end here. */
  get whole(): boolean {
    return this.#reading === 'magic' && this.#header.length === 0 && this.#skip === 0;
  }

  /** Cuts the next bytes after each frame that ends in them. Undefined: they are no zstd. */
  cut(block: Uint8Array): Uint8Array[] | undefined {
    const pieces: Uint8Array[] = [];
    let from = 0;
    for (let at = 0; at < block.length; ) {
      if (this.#skip > 0) {
        const passed = Math.min(this.#skip, block.length - at);
        this.#skip -= passed;
        at += passed;
      } else {
        this.#header.push(block[at] ?? 0);
        at += 1;
        if (!this.#step()) return undefined;
      }
      if (this.#skip === 0 && this.#reading === 'rest') {
        this.#reading = 'magic';
        pieces.push(block.subarray(from, at));
        from = at;
      }
    }
    if (from < block.length) pieces.push(block.subarray(from));
    return pieces;
  }

  /** Looks at the header so far, and past it once it is whole. */
  #step(): boolean {
    const [a = 0, b = 0, c = 0, d = 0] = this.#header;
    switch (this.#reading) {
      case 'magic':
        if (this.#header.length < 4) return true;
        if (isZstdFrame(this.#header)) return this.#next('frame', 0);
        return isSkippableFrame(this.#header) && this.#next('skippable', 0);
      case 'skippable':
        if (this.#header.length < 4) return true;
        return this.#next('rest', a + b * 2 ** 8 + c * 2 ** 16 + d * 2 ** 24);
      case 'frame': {
        const single = (a & 0x20) !== 0;
        const dictionary = [0, 1, 2, 4][a & 3] ?? 0;
        const size = [single ? 1 : 0, 2, 4, 8][a >> 6] ?? 0;
        this.#checksum = (a & 4) === 0 ? 0 : 4;
        return this.#next('block', (single ? 0 : 1) + dictionary + size);
      }
      default: {
        if (this.#header.length < 3) return true;
        const header = a | (b << 8) | (c << 16);
        const repeated = ((header >> 1) & 3) === 1;
        const last = (header & 1) === 1;
        return this.#next(last ? 'rest' : 'block', (repeated ? 1 : header >> 3) + (last ? this.#checksum : 0));
      }
    }
  }

  #next(reading: 'skippable' | 'frame' | 'block' | 'rest', skip: number): true {
    this.#reading = reading;
    this.#skip = skip;
    this.#header = [];
    return true;
  }
}

export const isZstdFrame = (bytes: ArrayLike<number>) =>
  bytes[0] === 0x28 && bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd;

export const isSkippableFrame = (bytes: ArrayLike<number>) =>
  ((bytes[0] ?? 0) & 0xf0) === 0x50 && bytes[1] === 0x2a && bytes[2] === 0x4d && bytes[3] === 0x18;
