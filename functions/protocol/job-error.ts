import { FanfoldError } from '../errors.ts';

/** What a job's own function threw, with where it was: its stack is told, since it points into the user's file. */
export function jobError(error: unknown, where: string, source?: string, offset?: number): FanfoldError {
  const at = { ...(source === undefined ? {} : { source }), ...(offset === undefined ? {} : { offset }) };
  if (error instanceof FanfoldError) {
    const { code, fix, retry, fatal } = error;
    return new FanfoldError(code, `${where}: ${error.message}`, { fix, retry, fatal, ...at, cause: error });
  }
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const fix = 'Correct the job, or the record.';
  return new FanfoldError('FANFOLD_JOB_ERROR', `${where}: the job threw ${told}`, { fix, ...at, cause: error });
}
