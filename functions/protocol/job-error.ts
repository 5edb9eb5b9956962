import { FanfoldError } from '../errors.ts';

/** A manifest is for people: the top of a stack is the job's, what lies below is fanfold. */
const STACK_LINES_MAX = 5;
const TOLD_CHARACTERS_MAX = 2_000;

/** What a job's own function threw, with where it was: its stack is told, since it points into the user's file. */
export function jobError(error: unknown, where: string, source?: string, offset?: number): FanfoldError {
  const at = { ...(source === undefined ? {} : { source }), ...(offset === undefined ? {} : { offset }) };
  if (error instanceof FanfoldError) {
    const { code, fix, retry, fatal } = error;
    return new FanfoldError(code, `${where}: ${error.message}`, { fix, retry, fatal, ...at, cause: error });
  }
  const fix = 'Correct the job, or the record.';
  return new FanfoldError('FANFOLD_JOB_ERROR', `${where}: the job threw ${saidOf(error)}`, {
    fix,
    ...at,
    cause: error,
  });
}

/** Of what ends a process, or a thread of it. */
export const uncaught = (error: unknown): string => `nobody caught what the job threw: ${saidOf(error)}`;

/** What was thrown, with the top of its stack. */
export function saidOf(error: unknown): string {
  const said = error instanceof Error ? topOf(error.stack ?? error.message) : String(error);
  return said.length > TOLD_CHARACTERS_MAX ? `${said.slice(0, TOLD_CHARACTERS_MAX)}…` : said;
}

/** The message, which may have several lines, and the first frames. */
function topOf(stack: string): string {
  const lines = stack.split('\n');
  const firstFrame = lines.findIndex((line) => /^\s+at /.test(line));
  return firstFrame < 0 ? stack : lines.slice(0, firstFrame + STACK_LINES_MAX).join('\n');
}
