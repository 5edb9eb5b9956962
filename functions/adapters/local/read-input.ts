import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { systemPath } from './file-store.ts';
import { inputError } from './file-version.ts';

const BLOCK_BYTES = 1024 * 1024;

/** A file from its start, as far as it is wanted: for who reads it once, and pins no version. What the system says against it is told of the input. */
export async function* readInput(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(systemPath(resolve(path)), { highWaterMark: BLOCK_BYTES });
  } catch (error) {
    throw inputError(error, path);
  }
}
