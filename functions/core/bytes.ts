/** A growing byte buffer, and reading back what it wrote. */

export class ByteWriter {
  #bytes: Buffer;
  #length = 0;

  constructor(capacityBytes = 1024) {
    this.#bytes = Buffer.allocUnsafe(capacityBytes);
  }

  get length(): number {
    return this.#length;
  }

  /** A view of what was written: valid until the next write. */
  view(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** What was written, as a buffer of its own; the writer starts again. */
  take(): Buffer {
    const taken = Buffer.from(this.view());
    this.#length = 0;
    return taken;
  }

  reset(): void {
    this.#length = 0;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** An integer 0 to 2^53 - 1, seven bits a byte, the low ones first (LEB128). */
  varint(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#length++] = rest;
  }

  double(value: number): void {
    this.#reserve(8);
    this.#bytes.writeDoubleLE(value, this.#length);
    this.#length += 8;
  }

  bytes(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  /** Characters U+0000 to U+007F only. */
  ascii(value: string): void {
    this.#reserve(value.length);
    this.#length += this.#bytes.write(value, this.#length, 'latin1');
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

export class ByteReader {
  readonly #bytes: Buffer;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = asBuffer(bytes);
    this.at = at;
  }

  get done(): boolean {
    return this.at >= this.#bytes.length;
  }

  /** Bytes from here to the end. */
  get left(): number {
    return this.#bytes.length - this.at;
  }

  byte(): number {
    return this.#bytes.readUInt8(this.at++);
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.#bytes.readUInt8(this.at++);
      if (byte < 0x80) return value + byte * scale;
      value += (byte - 0x80) * scale;
      scale *= 0x80;
    }
  }

  double(): number {
    const value = this.#bytes.readDoubleLE(this.at);
    this.at += 8;
    return value;
  }

  /** A view of the next bytes. Throws RangeError past the end. */
  bytes(length: number): Buffer {
    const end = this.at + length;
    if (end > this.#bytes.length) throw new RangeError('past the end');
    const view = this.#bytes.subarray(this.at, end);
    this.at = end;
    return view;
  }
}

/** The same memory as a Buffer. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
