/** `fanfold check`: tries to refute what a run takes for granted about a job. */
import { basename } from 'node:path';
import { expandInputs } from '../adapters/local/expand-inputs.ts';
import { findJob } from '../adapters/local/find-job.ts';
import { importJob } from '../adapters/local/import-job.ts';
import { loadJob } from '../adapters/local/load-job.ts';
import { readInput } from '../adapters/local/read-input.ts';
import { type CheckOptions, type CheckReport, checkJob } from '../check/check-job.ts';
import type { Finding } from '../check/finding.ts';
import { isResult } from '../errors.ts';
import type { Arguments, CommandShape } from './arguments.ts';
import { EXIT } from './exit-code.ts';
import { readParams } from './run.ts';
import { counted } from './units.ts';
import { UsageError } from './usage.ts';

export const checkShape: CommandShape = {
  words: ['job', 'sample…'],
  options: { param: 'list', seed: 'number', runs: 'number', json: 'flag' },
};

const RUNS_DEFAULT = 48;
/** Ours: more than that is an evening's work. */
const RUNS_MAX = 100_000;

/** Resolves with the exit code: 0 if nothing is refuted, 1 if something is. */
export async function check(given: Arguments): Promise<number> {
  const [job = '', ...paths] = given.words;
  const { params, problems } = readParams(given.list('param'));
  const { seed = 1, runs = RUNS_DEFAULT } = { seed: given.number('seed'), runs: given.number('runs') };
  const inputs = expandInputs(paths, process.cwd());
  const wrong = [...given.problems, ...problems, ...inputs.problems];
  if (runs > RUNS_MAX) wrong.push(`--runs is ${runs}: give a whole number up to ${RUNS_MAX}`);
  if (wrong.length > 0) throw new UsageError(wrong);
  const file = await findJob(job, process.cwd());
  const restore = silence();
  try {
    const report = await reportOn(file, inputs.paths, { params, seed, runs });
    restore();
    process.stdout.write(given.flag('json') ? `${JSON.stringify(report, null, 2)}\n` : told(report));
    if (report.sample.records === 0 && report.refuted.length === 0) {
      throw new UsageError(['there is no record in the sample: give it some']);
    }
    return report.refuted.length > 0 ? EXIT.failed : EXIT.succeeded;
  } finally {
    restore();
  }
}

async function reportOn(
  file: string,
  paths: readonly string[],
  options: Pick<CheckOptions, 'params' | 'seed' | 'runs'>,
): Promise<CheckReport> {
  const { code, dispose } = await loadJob(file);
  let loads = 0;
  try {
    return await checkJob({
      // Another URL is another instance of the module, as in another process.
      load: () => importJob(`${code.module}?load=${loads++}`, basename(file)),
      sources: paths.map((key) => ({ key, read: () => readInput(key) })),
      ...options,
    });
  } catch (error) {
    // Nothing was tried: the command must be given in another way, unless it is the world that is to change.
    throw isResult(error) ? new UsageError([`${error.message}: ${error.fix}`]) : error;
  } finally {
    dispose();
  }
}

function told({ job, sample, shortened, seed, runs, refuted, notes }: CheckReport): string {
  const on = `${counted(sample.records, 'record')} of ${counted(sample.objects, 'object')}${shortened ? ', as many as a check takes' : ''}`;
  const head =
    refuted.length === 0
      ? `${job}: nothing refuted, on ${on}, in ${counted(runs, 'run')} with seed ${seed}`
      : `${job}: refuted, on ${on}, with seed ${seed}`;
  return [head, ...refuted.map(shown), ...notes.map((note) => `\n  note${shown(note).slice(3)}`)]
    .join('\n')
    .concat('\n');
}

function shown({ what, example, fix }: Finding): string {
  return [``, `  ${what}`, ...example.map((line) => `      ${line}`), `    to do  ${fix}`].join('\n');
}

/** What a job prints would come a hundred times over. */
function silence(): () => void {
  const { stdout, stderr } = process;
  const written = [stdout.write, stderr.write] as const;
  const swallow = () => true;
  stdout.write = swallow;
  stderr.write = swallow;
  return () => {
    [stdout.write, stderr.write] = written;
  };
}
