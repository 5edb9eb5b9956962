/**
 * What a job can do to this process outside of any call of its functions: end it, throw where nobody catches, or leave it
 * with nothing to wait for. Each is told, and none looks like success.
 */
import { FanfoldError } from '../errors.ts';
import { uncaught } from '../protocol/job-error.ts';
import { told } from './usage.ts';

/** The exit code of the command, once it is known. */
let code: number | undefined;
let noted: FanfoldError | undefined;
const { exit } = process;

/** From now on until the process ends: what is registered with it must stay, since code of the job does. */
export function guard(): void {
  process.exit = refuse;
  process.on('uncaughtException', (thrown) => {
    process.stderr.write(told(thrown === noted ? noted : stray(thrown)));
    quit(code || 1);
  });
  process.on('exit', last);
}

/** Ends the process when a command has come to its end; what is left of the job cannot keep it, nor change the exit code. */
export async function end(given: number): Promise<never> {
  if (given === 0 && noted !== undefined) process.stderr.write(told(noted));
  code = given || (noted === undefined ? 0 : 1);
  process.off('exit', last);
  process.on('exit', last); // behind what the job has registered
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise<void>((written) => stream.write('', () => written()));
  }
  quit(code);
}

/** Ends the process, for fanfold's own reasons. */
export function quit(given: number): never {
  code = given;
  const leave = process.exit === refuse ? exit : process.exit;
  leave.call(process, given);
  throw new Error('the process goes on');
}

/** In place of `process.exit`: thrown, it is told with the step and the record, as all that a job throws. */
function refuse(given?: number | string | null): never {
  const at = { stack: '' };
  Error.captureStackTrace(at, refuse);
  const place = at.stack.split('\n').slice(1, 2).join('').trim();
  noted ??= new FanfoldError(
    'FANFOLD_JOB_ERROR',
    `the job ended the process, by process.exit(${given ?? ''}) ${place}`,
    {
      fix: 'Throw an error instead, or leave the record out: a job may be one of many that share a process.',
    },
  );
  throw noted;
}

function last(): void {
  if (code === undefined) process.stderr.write(told(unended()));
  process.exitCode = code ?? 1;
}

const stray = (thrown: unknown) =>
  new FanfoldError('FANFOLD_JOB_ERROR', uncaught(thrown), {
    fix: 'Catch it, and begin nothing that is not finished when the call returns: no promises, timers or events.',
    cause: thrown,
  });

const unended = () =>
  new FanfoldError('FANFOLD_JOB_ERROR', 'the command did not come to its end: the job waits for what never comes', {
    fix: 'Look for a promise in the job that nothing resolves.',
  });
