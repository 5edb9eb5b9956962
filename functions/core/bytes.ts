/** A growing byte buffer, and reading back what it wrote. */

/** Texts of so many units are encoded by hand, which is faster, as long as they are ASCII. Their length is one byte. */
const SHORT_UNITS = 64;
/** Up to so many bytes are copied one by one, which is faster. */
const FEW = 24;

/** Copies the bytes [start, end) of `from` to where `at` is in `to`. Both must have them. */
export function copyBytes(to: Uint8Array, at: number, from: Uint8Array, start: number, end: number): void {
  const length = end - start;
  if (length > FEW) to.set(length === from.length ? from : from.subarray(start, end), at);
  else for (let i = 0; i < length; i++) to[at + i] = from[start + i] as number; // within both
}

/** What is decompressed has a byte to spare behind it. */
const SPARE_BYTES = 1;

/**
 * Gives memory back at once that nobody else has, and that is not used any more. Otherwise it goes when the collector comes
 * by, which it does after 32 MB of such buffers: `Heap::AllocateExternalBackingStore` of V8. Of small buffers several share
 * their memory: https://nodejs.org/api/buffer.html#bufferpoolsize
 */
export function free({ byteLength, buffer }: ArrayBufferView): void {
  const alone = buffer.byteLength - byteLength <= SPARE_BYTES;
  if (alone && byteLength >= Buffer.poolSize >>> 1 && buffer instanceof ArrayBuffer) buffer.transfer(0);
}

/** The first `used` bytes in memory of so many; theirs is given back. */
export function larger(bytes: Buffer, used: number, capacityBytes: number): Buffer {
  const grown = Buffer.allocUnsafe(capacityBytes);
  bytes.copy(grown, 0, 0, used);
  free(bytes);
  return grown;
}

/** The same numbers with as much room behind them, for so many at least; their memory is given back. */
export function doubled(numbers: Uint32Array, countMin: number): Uint32Array<ArrayBuffer> {
  const grown = new Uint32Array(Math.max(countMin, 2 * numbers.length));
  grown.set(numbers);
  free(numbers);
  return grown;
}

/** Memory of so many bytes, made when it is first asked for, and the same from then on. */
export function memoryOf(bytes: number): () => Buffer {
  let memory: Buffer | undefined;
  return () => {
    memory ??= Buffer.allocUnsafe(bytes);
    return memory;
  };
}

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

  /** Where it writes, from 0 on: until the next write. */
  get memory(): Buffer {
    return this.#bytes;
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

  /** The same, and lets go of memory beyond some. */
  resetTo(capacityBytes: number): void {
    this.#length = 0;
    if (this.#bytes.length <= capacityBytes) return;
    free(this.#bytes);
    this.#bytes = Buffer.allocUnsafeSlow(capacityBytes);
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
    this.part(value, 0, value.length);
  }

  /** The bytes [start, end) of others. */
  part(of: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start);
    copyBytes(this.#bytes, this.#length, of, start, end);
    this.#length += end - start;
  }

  /** Characters U+0000 to U+007F only. */
  ascii(value: string): void {
    this.#reserve(value.length);
    this.#length += this.#bytes.write(value, this.#length, 'latin1');
  }

  /** Well-formed text as UTF-8, behind the number of its bytes. */
  text(value: string): void {
    const units = value.length;
    if (units > SHORT_UNITS) return this.#anyText(value);
    this.#reserve(1 + units);
    const bytes = this.#bytes;
    const start = this.#length + 1;
    for (let i = 0; i < units; i++) {
      const unit = value.charCodeAt(i);
      if (unit >= 0x80) return this.#anyText(value);
      bytes[start + i] = unit;
    }
    bytes[start - 1] = units;
    this.#length = start + units;
  }

  #anyText(value: string): void {
    const length = Buffer.byteLength(value);
    this.varint(length);
    this.#reserve(length);
    this.#length += this.#bytes.write(value, this.#length, 'utf8');
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    this.#bytes = larger(this.#bytes, this.#length, Math.max(needed, this.#bytes.length * 2));
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

  /** Throws RangeError past the end. */
  byte(): number {
    const byte = this.#bytes[this.at++];
    if (byte === undefined) throw pastTheEnd();
    return byte;
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.byte();
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
    if (end > this.#bytes.length) throw pastTheEnd();
    const view = this.#bytes.subarray(this.at, end);
    this.at = end;
    return view;
  }

  /** The next bytes as UTF-8. Throws RangeError past the end. */
  text(length: number): string {
    const end = this.at + length;
    if (end > this.#bytes.length) throw pastTheEnd();
    const text = this.#bytes.toString('utf8', this.at, end);
    this.at = end;
    return text;
  }
}

const pastTheEnd = () => new RangeError('past the end');

/** The same memory as a Buffer. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
