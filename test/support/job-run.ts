/** Runs of the example jobs through the real pipeline on this machine, compared with their oracles. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runLocal } from '../../functions/adapters/local/run-local.ts';
import type { Manifest } from '../../functions/core/manifest.ts';
import type { OracleName } from './oracle.ts';

/** How a run is cut, spread and merged: nothing of it may show in the result. */
export interface Shape {
  readonly chunkBytes: number;
  readonly workers: number;
  readonly groupSize?: number;
}

export interface JobResult {
  readonly manifest: Manifest;
  /** All `part-*`, joined in order of name. */
  readonly bytes: Buffer;
}

const WHOLE = 2 ** 40;

/** Down to single bytes, with a tree of every depth. */
export const SHAPES_OF_SMALL: readonly Shape[] = [
  { chunkBytes: 1, workers: 2 },
  { chunkBytes: 2, workers: 1, groupSize: 2 },
  { chunkBytes: 7, workers: 2, groupSize: 2 },
  { chunkBytes: 64 * 1024, workers: 1 },
  { chunkBytes: WHOLE, workers: 2 },
];

export const SHAPES_OF_LARGE: readonly Shape[] = [
  { chunkBytes: 1024, workers: 2 },
  { chunkBytes: 64 * 1024, workers: 2, groupSize: 2 },
  { chunkBytes: WHOLE, workers: 1 },
];

export const temporaryDirectory = (): string => mkdtempSync(join(tmpdir(), 'fanfold-jobs-'));

/** Runs a job of `jobs/` over the files, in order, into a directory that is gone afterwards. */
export async function runJob(
  job: OracleName,
  inputs: readonly string[],
  shape: Shape,
  params: { readonly [name: string]: string } = {},
): Promise<JobResult> {
  const directory = temporaryDirectory();
  try {
    const jobFile = fileURLToPath(new URL(`../../jobs/${job}.ts`, import.meta.url));
    const { manifest, out } = await runLocal({ jobFile, inputs, out: join(directory, 'out'), ...shape, params });
    const parts = readdirSync(out).filter((name) => name.startsWith('part-'));
    return { manifest, bytes: Buffer.concat(parts.sort().map((name) => readFileSync(join(out, name)))) };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
