/** Scratch files in memory, and what became of them. */
import type { ScratchFile, ScratchFiles } from '../../core/scratch-file.ts';
import { assert, FanfoldError } from '../../errors.ts';
import type { Scratch } from '../../ports/scratch.ts';

export class MemoryScratch implements Scratch {
  readonly #bytesMax: number;
  /** Files that were created and not yet closed. */
  filesOpen = 0;
  /** Bytes that were ever written, and those that stand now. */
  bytesWritten = 0;
  bytes = 0;

  /** @param bytesMax what all files may take together */
  constructor(bytesMax = Number.POSITIVE_INFINITY) {
    this.#bytesMax = bytesMax;
  }

  open(): ScratchFiles {
    const files: ScratchFile[] = [];
    return {
      create: () => {
        const file = new MemoryFile(
          (bytes) => this.#take(bytes),
          () => this.filesOpen--,
        );
        files.push(file);
        this.filesOpen += 1;
        return file;
      },
      close: () => {
        for (const file of files) file.close();
      },
    };
  }

  #take(bytes: number): void {
    if (this.bytes + bytes > this.#bytesMax) {
      throw new FanfoldError('FANFOLD_SCRATCH_FULL', `The scratch memory is full after ${this.#bytesMax} bytes`, {
        fix: 'Give it more.',
      });
    }
    this.bytes += bytes;
    if (bytes > 0) this.bytesWritten += bytes;
  }
}

class MemoryFile implements ScratchFile {
  readonly #take: (bytes: number) => void;
  readonly #closed: () => void;
  #bytes: Buffer | undefined = Buffer.allocUnsafe(256);
  length = 0;

  constructor(take: (bytes: number) => void, closed: () => void) {
    this.#take = take;
    this.#closed = closed;
  }

  append(bytes: Uint8Array): void {
    assert(this.#bytes, 'a scratch file is written after it was closed');
    this.#take(bytes.length);
    if (this.length + bytes.length > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.length + bytes.length, 2 * this.#bytes.length));
      this.#bytes.copy(grown, 0, 0, this.length);
      this.#bytes = grown;
    }
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  read(at: number, into: Uint8Array): void {
    assert(this.#bytes, 'a scratch file is read after it was closed');
    assert(at + into.length <= this.length, 'a scratch file is read past its end');
    into.set(this.#bytes.subarray(at, at + into.length));
  }

  close(): void {
    if (this.#bytes === undefined) return;
    this.#bytes = undefined;
    this.#take(-this.length);
    this.#closed();
  }
}
