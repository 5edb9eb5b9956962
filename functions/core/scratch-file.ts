/** What the core needs of temporary files; `ports/scratch.ts` says where they come from and when they go. */

/**
 * Bytes that were written once, front to back, and are read again anywhere. Synchronous: what is written is yielded in
 * the midst of `map`, which is, too.
 */
export interface ScratchFile {
  /** Bytes written so far. */
  readonly length: number;
  /** @throws FANFOLD_SCRATCH_FULL naming the limit */
  append(bytes: Uint8Array): void;
  /** Fills `into` with the bytes from `at` on, all of which were written. */
  read(at: number, into: Uint8Array): void;
  /** Gives its room back. Once is enough, more does nothing. */
  close(): void;
}

/** The files of one step. They are gone when its process dies, too. */
export interface ScratchFiles {
  create(): ScratchFile;
  /** Removes all that were created so far. */
  close(): void;
}
