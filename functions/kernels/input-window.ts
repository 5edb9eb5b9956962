/** Bytes as kernels read them: copied into their memory piece by piece. A record is whole in a piece, or left. */
import { BULK_RECORD_BYTES_MAX } from '../limits.ts';
import type { Kernel, Scan } from './kernel.ts';

/** What one call of a kernel reads. */
const READ_BYTES = BULK_RECORD_BYTES_MAX;
/** Kernels read on past the end, where they find line ends. */
const SLACK_BYTES = 128;
const LF = 0x0a;

export class InputWindow {
  /** Where bytes are put to be read: [start, end) of those that were given last. */
  #input = 0;
  #start = 0;
  #end = 0;

  /** Takes memory of a kernel that was reset. */
  open({ exports }: Kernel): void {
    this.#input = exports.alloc(READ_BYTES + SLACK_BYTES);
    this.#end = 0;
  }

  /**
   * Reads as `Bulk.take` says.
   *
   * @param scanned told after each call of the kernel where in its memory the first byte would stand; whether the kernel
   * stopped only since that had to be done
   */
  take(
    kernel: Kernel,
    scan: Scan,
    [bytes, from, starts, again]: readonly [bytes: Uint8Array, from: number, starts: number, again: boolean],
    scanned: (shift: number) => boolean,
  ): number {
    if (!again) this.#end = 0;
    for (let at = from; ; ) {
      if (at >= this.#end) this.#put(kernel, bytes, at);
      const shift = this.#input - this.#start;
      const to = this.#end + shift;
      const next = scan(at + shift, to, Math.min(to, starts + shift)) - shift;
      if (!scanned(shift)) {
        // far from the end it is the record that is not for a kernel: the next ones may be, and are here
        const leaves = next === at || this.#end - next > READ_BYTES / 2;
        if (leaves || next >= starts || this.#end === bytes.length) return next;
        this.#end = 0;
      }
      at = next;
    }
  }

  /** Puts bytes from `start` on into the kernel's memory. */
  #put(kernel: Kernel, bytes: Uint8Array, start: number): void {
    const end = Math.min(bytes.length, start + READ_BYTES);
    const { bytes: memory } = kernel;
    memory.set(bytes.subarray(start, end), this.#input);
    const to = this.#input + end - start;
    memory.fill(LF, to, to + SLACK_BYTES);
    this.#start = start;
    this.#end = end;
  }
}
