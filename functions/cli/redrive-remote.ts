/** `fanfold redrive --stack`: starts a new run that adopts what one on a deployed stack has done. */
import { connect, jobOf, type Remote } from '../adapters/aws/remote.ts';
import { canBeRedriven } from '../core/manifest.ts';
import { FanfoldError } from '../errors.ts';
import { mustExist, type RunOptions, readManifest } from './remote-command.ts';
import { putDocument, tellStarted, uploadId } from './start-run.ts';

export interface RedriveOptions extends RunOptions, RedriveAsked {
  readonly stack: string;
}

export interface RedriveAsked {
  readonly run: string;
  /** Adopts also what other code of the job has made. @default false */
  readonly acceptCode?: boolean;
  /** Works chunks that ran out of memory or time with more of both. @default false */
  readonly memoryLane?: boolean;
  /** Leaves out the records that a chunk fails for. @default false */
  readonly bisect?: boolean;
}

/** Prints the new run's id on stdout once it has started. Resolves with 0. */
export async function redriveRemote(options: RedriveOptions): Promise<number> {
  const { run, stack, stdout, stderr } = options;
  const remote = await connect(stack);
  const key = await askForRedrive(remote, options, uploadId());
  await tellStarted(remote, jobOf(run), key, { stack, stdout, stderr });
  return 0;
}

/**
 * Uploads the request; returns its key.
 *
 * @throws FANFOLD_USAGE unless the run has ended, and left something to do
 */
export async function askForRedrive(remote: Remote, asked: RedriveAsked, id: string): Promise<string> {
  const { run, acceptCode, memoryLane, bisect } = asked;
  await mustExist(remote, run);
  const manifest = await readManifest(remote, run);
  if (manifest === undefined) throw unfit(`The run ${run} has not ended`, 'Wait for it, or cancel it first.');
  if (manifest.chunks.total === 0) throw unfit(`The run ${run} was not planned`, 'Start it again.');
  if (!canBeRedriven(manifest)) throw unfit(`The run ${run} has succeeded whole`, 'There is nothing to do again.');
  const document = {
    redrive: run,
    ...(acceptCode ? { acceptCode } : {}),
    ...(memoryLane ? { memoryLane } : {}),
    ...(bisect ? { bisect } : {}),
  };
  return putDocument(remote, jobOf(run), id, document);
}

const unfit = (what: string, fix: string) => new FanfoldError('FANFOLD_USAGE', what, { fix });
