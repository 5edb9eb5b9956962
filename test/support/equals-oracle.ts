import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Corpus, writeCorpus } from './corpus.ts';
import { runJob, SHAPES_OF_LARGE, SHAPES_OF_SMALL, temporaryDirectory } from './job-run.ts';
import { askOracle, canAskOracle, type OracleAnswer, type OracleName } from './oracle.ts';

/**
 * Tests that a job gives the bytes of its oracle, however it is cut, spread and merged, and that its manifest adds up.
 * Seeded corpora are tried with every seed, the others with the first.
 */
export function equalsOracle(
  job: OracleName,
  corporaOf: (seed: number) => readonly Corpus[],
  seeds: readonly number[],
): void {
  describe.skipIf(!canAskOracle)('equals its oracle', () => {
    for (const [nth, seed] of seeds.entries()) {
      for (const corpus of corporaOf(seed).filter(({ seeded }) => seeded || nth === 0)) {
        describe(`on ${corpus.name}, seed ${seed}`, () => sameInEveryShape(job, corpus));
      }
    }
  });
}

function sameInEveryShape(job: OracleName, corpus: Corpus): void {
  let directory: string;
  let inputs: readonly string[];
  let expected: OracleAnswer;
  beforeAll(() => {
    directory = temporaryDirectory();
    const { stored, plain } = writeCorpus(directory, corpus);
    inputs = stored;
    expected = askOracle(job, plain);
  }, 60_000);
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });
  it.each(corpus.small ? SHAPES_OF_SMALL : SHAPES_OF_LARGE)('in the shape %j', async (shape) => {
    const { manifest, bytes } = await runJob(job, inputs, shape);
    expect(manifest).toMatchObject({ state: 'succeeded', failures: [] });
    expect(bytes.equals(expected.bytes), differ(bytes, expected.bytes)).toBe(true);
    expect(manifest.records).toEqual({ read: expected.records, rejected: 0 });
    expect(manifest.chunks).toEqual({ total: manifest.chunks.total, succeeded: manifest.chunks.total, failed: 0 });
    expect(manifest.inputs.objects).toBe(corpus.files.length);
    expect(manifest.results.reduce((sum, part) => sum + part.bytes, 0)).toBe(bytes.length);
  });
}

/** Where two results part, in few words: a diff of a megabyte helps nobody. */
function differ(got: Buffer, wanted: Buffer): string {
  let at = 0;
  while (at < got.length && got[at] === wanted[at]) at += 1;
  const around = (bytes: Buffer) => JSON.stringify(bytes.subarray(Math.max(0, at - 40), at + 40).toString('latin1'));
  return `${got.length} and ${wanted.length} bytes, which part at ${at}: got ${around(got)}, wanted ${around(wanted)}`;
}
