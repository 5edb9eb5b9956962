/** The command line `fanfold`: finds the command, tells errors, gives the exit code. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from '../adapters/local/package-folder.ts';
import { FanfoldError } from '../errors.ts';
import { type Arguments, type CommandShape, readArguments } from './arguments.ts';
import { exitCodeOfError } from './exit-code.ts';
import { end, guard, quit } from './guard.ts';
import { HELP, told, UsageError, unforeseen } from './usage.ts';

interface Command {
  readonly shape: CommandShape;
  /** Resolves with the exit code. */
  readonly run: (given: Arguments) => Promise<number>;
}

/** Each loads its code when it is meant: the AWS SDK alone takes longer to load than a small run. */
const COMMANDS: { readonly [name: string]: () => Promise<Command> } = {
  run: () => import('./run.ts').then(({ run, runShape }) => ({ shape: runShape, run })),
  check: () => import('./check.ts').then(({ check, checkShape }) => ({ shape: checkShape, run: check })),
  plan: () => import('./plan.ts').then(({ plan, planShape }) => ({ shape: planShape, run: plan })),
  redrive: () =>
    import('./redrive.ts').then(({ redriveCommand, redriveShape }) => ({ shape: redriveShape, run: redriveCommand })),
  jobs: () => import('./jobs.ts').then(({ jobs, jobsShape }) => ({ shape: jobsShape, run: jobs })),
  submit: () =>
    import('./submit.ts').then(({ submitCommand, submitShape }) => ({ shape: submitShape, run: submitCommand })),
  watch: () => import('./watch.ts').then(({ watchCommand, watchShape }) => ({ shape: watchShape, run: watchCommand })),
  result: () =>
    import('./result.ts').then(({ resultCommand, resultShape }) => ({ shape: resultShape, run: resultCommand })),
  cancel: () =>
    import('./cancel.ts').then(({ cancelCommand, cancelShape }) => ({ shape: cancelShape, run: cancelCommand })),
};

/** Does what is asked for, and ends the process. */
export async function main(argv: readonly string[]): Promise<never> {
  process.stdout.on('error', quitWhenNobodyReads);
  guard();
  return end(await outcome(argv));
}

/** Resolves with the exit code. */
async function outcome(argv: readonly string[]): Promise<number> {
  try {
    return await dispatch(argv);
  } catch (thrown) {
    const error = thrown instanceof FanfoldError ? thrown : unforeseen(thrown);
    process.stderr.write(told(error));
    return exitCodeOfError(error);
  }
}

async function dispatch([name = '--help', ...rest]: readonly string[]): Promise<number> {
  const options = rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest;
  if (['--help', '-h', 'help'].includes(name) || options.includes('--help') || options.includes('-h')) {
    process.stdout.write(HELP);
    return 0;
  }
  if (name === '--version' || name === '-v') {
    const { version }: { version: string } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
    process.stdout.write(`${version}\n`);
    return 0;
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (load === undefined)
    throw new UsageError([`there is no command ${name}: use ${Object.keys(COMMANDS).join(', ')}`]);
  const { shape, run } = await load();
  return run(readArguments(rest, shape));
}

/** As in `fanfold jobs | head -1`. */
function quitWhenNobodyReads(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') quit(0);
  throw error;
}
