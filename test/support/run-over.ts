import { rmSync } from 'node:fs';
import { type Corpus, type CorpusFile, writeCorpus } from './corpus.ts';
import { type JobResult, runJob, type Shape, temporaryDirectory } from './job-run.ts';
import type { OracleName } from './oracle.ts';

/** Runs a job over files made for one test, in chunks of 7 bytes unless told otherwise. */
export async function runOver(
  job: OracleName,
  files: readonly CorpusFile[],
  shape: Shape = { chunkBytes: 7, workers: 1 },
  params: { readonly [name: string]: string } = {},
): Promise<JobResult & { readonly paths: readonly string[] }> {
  const directory = temporaryDirectory();
  try {
    const corpus: Corpus = { name: 'one test', small: true, files };
    const { stored } = writeCorpus(directory, corpus);
    return { ...(await runJob(job, stored, shape, params)), paths: stored };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
