/** Scratch files on a disk of this machine. */
import { closeSync, mkdirSync, openSync, readSync, rmSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import type { ScratchFile, ScratchFiles } from '../../core/scratch-file.ts';
import { assert, FanfoldError } from '../../errors.ts';
import type { Scratch } from '../../ports/scratch.ts';
import { systemCode } from './file-version.ts';

export interface DiskScratchOptions {
  /** Made when the first file is. */
  readonly directory: string;
  /** What all files of a step may take together. Bytes. @default what the disk has */
  readonly bytesMax?: number;
  /** Nobody else uses the directory: what lies there is left over, and removed at first. @default false */
  readonly exclusive?: boolean;
  /** What to do about a full disk, as an imperative sentence. */
  readonly fix: string;
}

/** Made by this thread. */
let files = 0;

/**
 * A file loses its name as soon as it is open. The system then keeps it for as long as it is open, and frees it when
 * its process dies, however it does.
 */
export class DiskScratch implements Scratch {
  readonly #options: DiskScratchOptions;
  #made = false;

  constructor(options: DiskScratchOptions) {
    this.#options = options;
  }

  open(): ScratchFiles {
    const { directory, bytesMax = Number.POSITIVE_INFINITY, fix } = this.#options;
    const files: DiskFile[] = [];
    let taken = 0;
    /** Accounts for bytes that are written, or with a negative number given back. */
    const take = (bytes: number) => {
      if (taken + bytes > bytesMax) throw full(`${bytesMax} bytes, which is its limit`, directory, fix);
      taken += bytes;
    };
    const attempt: Attempt = (step) => {
      try {
        return step();
      } catch (error) {
        throw told(error, taken, directory, fix);
      }
    };
    return {
      create: () => {
        const file = new DiskFile(
          attempt(() => this.#createNameless()),
          take,
          attempt,
        );
        files.push(file);
        return file;
      },
      close: () => {
        for (const file of files) file.close();
      },
    };
  }

  #createNameless(): number {
    const { directory, exclusive = false } = this.#options;
    if (!this.#made && exclusive) rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true });
    this.#made = true;
    const path = join(directory, `${process.pid}-${threadId}-${files++}`);
    const file = openSync(path, 'wx+');
    unlinkSync(path);
    return file;
  }
}

/** Runs a step on the disk; what the system says against it becomes an error that names the directory. */
type Attempt = <T>(step: () => T) => T;

class DiskFile implements ScratchFile {
  readonly #file: number;
  readonly #take: (bytes: number) => void;
  readonly #attempt: Attempt;
  #open = true;
  length = 0;

  constructor(file: number, take: (bytes: number) => void, attempt: Attempt) {
    this.#file = file;
    this.#take = take;
    this.#attempt = attempt;
  }

  append(bytes: Uint8Array): void {
    this.#take(bytes.length);
    for (let at = 0; at < bytes.length; ) {
      const written = this.#attempt(() => writeSync(this.#file, bytes, at, bytes.length - at, this.length));
      at += written;
      this.length += written;
    }
  }

  read(at: number, into: Uint8Array): void {
    for (let have = 0; have < into.length; ) {
      const read = this.#attempt(() => readSync(this.#file, into, have, into.length - have, at + have));
      assert(read > 0, 'a scratch file is shorter than what was written');
      have += read;
    }
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.#file);
    this.#take(-this.length);
  }
}

/** Full, over a quota, or longer than this process may write. */
const FULL: ReadonlySet<string | undefined> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

function full(after: string, directory: string, fix: string, cause?: unknown): FanfoldError {
  return new FanfoldError('FANFOLD_SCRATCH_FULL', `The scratch disk ${directory} is full after ${after}`, {
    fix,
    cause,
  });
}

function told(error: unknown, taken: number, directory: string, fix: string): FanfoldError {
  if (FULL.has(systemCode(error))) return full(`${taken} bytes`, directory, fix, error);
  const said = error instanceof Error ? error.message : String(error);
  return new FanfoldError('FANFOLD_STORE_UNAVAILABLE', `The scratch disk ${directory} does not work: ${said}`, {
    fix: 'Look at that disk.',
    retry: 'safe',
    cause: error,
  });
}
