/** Bytes that are made now and stored later, in their order: in memory, and beyond a bound on scratch. */
import type { ScratchFile, ScratchFiles } from './scratch-file.ts';

const READ_BYTES = 256 * 1024;

export class BlockSpool {
  readonly #scratch: ScratchFiles;
  readonly #bytesMax: number;
  #file: ScratchFile | undefined;
  #held: Uint8Array[] = [];
  #heldBytes = 0;

  /** @param bytesMax what is held in memory */
  constructor(scratch: ScratchFiles, bytesMax: number) {
    this.#scratch = scratch;
    this.#bytesMax = bytesMax;
  }

  add(blocks: readonly Uint8Array[]): void {
    for (const block of blocks) {
      this.#held.push(block);
      this.#heldBytes += block.length;
    }
    if (this.#heldBytes <= this.#bytesMax) return;
    this.#file ??= this.#scratch.create();
    for (const block of this.#held) this.#file.append(block);
    this.#held = [];
    this.#heldBytes = 0;
  }

  /** All of it, in order; the spool is empty afterwards. */
  *drain(): Generator<Uint8Array> {
    const file = this.#file;
    if (file !== undefined) {
      for (let at = 0; at < file.length; at += READ_BYTES) {
        const block = Buffer.allocUnsafe(Math.min(READ_BYTES, file.length - at));
        file.read(at, block);
        yield block;
      }
      file.close();
      this.#file = undefined;
    }
    yield* this.#held;
    this.#held = [];
    this.#heldBytes = 0;
  }
}
