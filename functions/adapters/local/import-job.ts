import { FanfoldError } from '../../errors.ts';
import type { Job } from '../../job.ts';
import { unlessIdle } from './unless-idle.ts';

/**
 * The job that a module exports.
 *
 * @param module URL of a module whose every import can be resolved
 * @throws FANFOLD_JOB_INVALID when running the module throws, its top-level `await` never ends, or its default export is no job
 */
export async function importJob(module: string, name = module): Promise<Job> {
  const exported: { default?: unknown } = await unlessIdle(
    import(module).catch((error: unknown) => {
      throw invalid(name, error);
    }),
    () => neverLoaded(name),
  );
  if (isJob(exported.default)) return exported.default;
  throw new FanfoldError('FANFOLD_JOB_INVALID', `${name} does not export a job`, {
    fix: "Make it `export default defineJob({ … })`, with `import { defineJob } from 'fanfold'`.",
  });
}

/** A wrong option of `defineJob` tells itself; whatever else the file threw is told with the place in it. */
function invalid(name: string, error: unknown): FanfoldError {
  if (isFanfoldError(error)) {
    return new FanfoldError('FANFOLD_JOB_INVALID', `${name}: ${error.message}`, { fix: error.fix, cause: error });
  }
  const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new FanfoldError('FANFOLD_JOB_INVALID', `${name} threw while it was loaded: ${said}`, {
    fix: 'Correct the job file.',
    cause: error,
  });
}

const neverLoaded = (name: string) =>
  new FanfoldError('FANFOLD_JOB_INVALID', `${name} is never loaded: its top-level await waits for what never comes`, {
    fix: 'Correct the job file.',
  });

/** By its members: the job's `fanfold` may be another copy of these classes than ours. */
function isFanfoldError(error: unknown): error is Error & { readonly fix: string } {
  return error instanceof Error && error.name === 'FanfoldError' && 'fix' in error && typeof error.fix === 'string';
}

/** `defineJob` checked all the rest. */
function isJob(value: unknown): value is Job {
  return typeof value === 'object' && value !== null && 'shape' in value && 'input' in value && Object.isFrozen(value);
}
