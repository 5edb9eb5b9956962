/** `fanfold check`: tries to refute what a run takes for granted about a job. */
import { expandInputs } from '../adapters/local/expand-inputs.ts';
import { findJob } from '../adapters/local/find-job.ts';
import type { CheckReport } from '../check/check-job.ts';
import type { Finding } from '../check/finding.ts';
import { FanfoldError, isResult } from '../errors.ts';
import type { Arguments, CommandShape } from './arguments.ts';
import { checkApart } from './check-apart.ts';
import { EXIT, exitCodeOfError } from './exit-code.ts';
import { readParams } from './run.ts';
import { counted } from './units.ts';
import { told as toldError, UsageError } from './usage.ts';

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
  const report = await checkApart({ file, paths: inputs.paths, params, seed, runs }).catch((error: unknown) => {
    if (error instanceof FanfoldError) return error;
    throw error;
  });
  if (report instanceof FanfoldError) {
    process.stderr.write(toldError(report));
    // Nothing was tried: the command must be given in another way, unless it is the world that is to change.
    return isResult(report) ? EXIT.usage : exitCodeOfError(report);
  }
  process.stdout.write(given.flag('json') ? `${JSON.stringify(report, null, 2)}\n` : told(report));
  if (report.sample.records === 0 && report.refuted.length === 0) {
    throw new UsageError(['there is no record in the sample: give it some']);
  }
  return report.refuted.length > 0 ? EXIT.failed : EXIT.succeeded;
}

function told({ job, sample, shortened, seed, runs, refuted, notes }: CheckReport): string {
  const on = `${counted(sample.records, 'record')} of ${counted(sample.objects, 'object')}${shortened && sample.records > 0 ? ', as many as a check takes' : ''}`;
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
