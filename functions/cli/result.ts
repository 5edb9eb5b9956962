/** `fanfold result`: fetches a deployed run's result. */
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { connect, jobOf, type Remote } from '../adapters/aws/remote.ts';
import { RESULTS_FOLDER } from '../adapters/local/directory-keys.ts';
import { outputProblem } from '../adapters/local/run-directory.ts';
import { resultPrefix } from '../core/keys.ts';
import type { Manifest } from '../core/manifest.ts';
import { FanfoldError } from '../errors.ts';
import type { Arguments, CommandShape } from './arguments.ts';
import { exitCodeOf } from './exit-code.ts';
import { DEFAULT_STACK, mustExist, type RunOptions, readManifest, runOptions, uriOf } from './remote-command.ts';
import { failureOf, summaryOf } from './summary.ts';
import { UsageError } from './usage.ts';

export const resultShape: CommandShape = { words: ['run'], options: { stack: 'text', out: 'text', json: 'flag' } };

export interface ResultOptions extends RunOptions {
  /** A directory that is empty or does not exist. @default fanfold-out/<job>/<run> */
  readonly out?: string;
  /** Prints the manifest, and nothing else, on stdout. @default false */
  readonly json?: boolean;
}

export function resultCommand(given: Arguments): Promise<number> {
  const out = given.text('out');
  return result({ ...runOptions(given), json: given.flag('json'), ...(out === undefined ? {} : { out }) });
}

/**
 * Writes the parts, and `manifest.json` last. Resolves with the exit code of the run.
 *
 * @throws FANFOLD_USAGE when the directory holds anything, or the run has not ended
 */
export async function result(options: ResultOptions): Promise<number> {
  const { run, stack = DEFAULT_STACK, stdout, stderr, json = false } = options;
  const directory = resolve(options.out ?? join(RESULTS_FOLDER, jobOf(run), run));
  const problem = outputProblem(directory, options.out ?? directory);
  if (problem !== undefined) throw new UsageError([problem]);
  const remote = await connect(stack);
  await mustExist(remote, run);
  const manifest = await readManifest(remote, run);
  if (manifest === undefined) {
    throw new FanfoldError('FANFOLD_USAGE', `The run ${run} has not ended yet`, {
      fix: `Wait for it: fanfold watch ${run} --stack ${stack}`,
    });
  }
  if (manifest.state === 'succeeded') await fetchAll(remote, manifest, directory);
  if (json) stdout.write(`${JSON.stringify(manifest, null, 2)}\n`);
  else if (manifest.state === 'succeeded') stdout.write(summaryOf(manifest, directory));
  if (manifest.state !== 'succeeded') stderr.write(failureOf(manifest, uriOf(remote, run), stack));
  return exitCodeOf(manifest);
}

async function fetchAll({ services }: Remote, manifest: Manifest, directory: string): Promise<void> {
  const { job, run, results, rejects } = manifest;
  mkdirSync(directory, { recursive: true });
  for (const { path, bytes } of rejects === undefined ? results : [...results, rejects]) {
    const key = resultPrefix(job, run) + path;
    const file = join(directory, path);
    const unfinished = `${file}.unfinished`; // so that nothing under a final name is less than whole, however this ends
    const stream = await services.store.open({ bucket: services.results, key });
    let written = 0;
    if (stream !== undefined) {
      await writeFile(
        unfinished,
        counted(stream, (length) => {
          written += length;
        }),
        { flag: 'wx' },
      );
    }
    if (stream !== undefined && written === bytes) {
      renameSync(unfinished, file);
      continue;
    }
    rmSync(unfinished, { force: true });
    throw new FanfoldError(
      'FANFOLD_PROOF_FAILED',
      `s3://${services.results}/${key} has ${written} bytes, not ${bytes}`,
      {
        fix: 'Somebody changed the results bucket: run the job again.',
      },
    );
  }
  await writeFile(join(directory, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`, { flag: 'wx' });
}

async function* counted(stream: AsyncIterable<Uint8Array>, count: (length: number) => void) {
  for await (const block of stream) {
    count(block.length);
    yield block;
  }
}
