import { FanfoldError } from '../errors.ts';

/** A manifest is for people: the top of a stack is enough. */
const TOLD_CHARACTERS_MAX = 2_000;

/** What a job's own function threw, with where it was: its stack is told, since it points into the user's file. */
export function jobError(error: unknown, where: string, source?: string, offset?: number): FanfoldError {
  const at = { ...(source === undefined ? {} : { source }), ...(offset === undefined ? {} : { offset }) };
  if (error instanceof FanfoldError) {
    const { code, fix, retry, fatal } = error;
    return new FanfoldError(code, `${where}: ${error.message}`, { fix, retry, fatal, ...at, cause: error });
  }
  const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const told = said.length > TOLD_CHARACTERS_MAX ? `${said.slice(0, TOLD_CHARACTERS_MAX)}…` : said;
  const fix = 'Correct the job, or the record.';
  return new FanfoldError('FANFOLD_JOB_ERROR', `${where}: the job threw ${told}`, { fix, ...at, cause: error });
}
