/** The bytes of a record that is not whole yet, copied: the caller may reuse a block as soon as `push` returns. */
export class Carry {
  bytes: Buffer = Buffer.alloc(0);
  length = 0;

  append(block: Buffer, start: number, end: number): void {
    const needed = this.length + end - start;
    if (needed > this.bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, this.bytes.length * 2));
      this.bytes.copy(grown, 0, 0, this.length);
      this.bytes = grown;
    }
    block.copy(this.bytes, this.length, start, end);
    this.length = needed;
  }
}
