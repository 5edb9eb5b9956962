/** Temporary files: what a step holds beyond its memory. A local disk, `/tmp` of a function, or memory. */
import type { ScratchFiles } from '../core/scratch-file.ts';

export interface Scratch {
  /**
   * Room for the files of one step: they are gone when it closes them, and when its process dies. Nobody finds files of a
   * step that crashed.
   */
  open(): ScratchFiles;
}
