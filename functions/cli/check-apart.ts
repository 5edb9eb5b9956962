/** A check in a thread of its own: a job that ends it, throws where nobody catches, or never comes back is refuted by that. */
import { basename } from 'node:path';
import { SHARE_ENV, Worker } from 'node:worker_threads';
import { errorFrom } from '../adapters/local/thread-messages.ts';
import { AtHand } from '../check/at-hand.ts';
import type { CheckReport } from '../check/check-job.ts';
import type { Finding } from '../check/finding.ts';
import { CHECK_CALL_SECONDS_MAX } from '../limits.ts';
import { saidOf } from '../protocol/job-error.ts';
import type { CheckAnswer, CheckRequest } from './check-thread.ts';

const LOOK_EVERY_MS = 1_000;
/** What Node gives a process or a thread that has nothing left to do and waits: https://nodejs.org/api/process.html#exit-codes */
const UNSETTLED = 13;

/**
 * @param callSecondsMax what one call of the job may take
 * @throws what loading the job, the parameters and reading the sample throw: nothing was tried
 */
export async function checkApart(
  asked: Omit<CheckRequest, 'shared'>,
  callSecondsMax = CHECK_CALL_SECONDS_MAX,
): Promise<CheckReport> {
  const atHand = new AtHand(asked.paths);
  const request: CheckRequest = { ...asked, shared: atHand.shared };
  // The time zone is the environment's. What a job prints would come a hundred times over.
  const quiet = { stdout: true, stderr: true };
  const worker = new Worker(threadFile, { env: SHARE_ENV, execArgv: [], ...quiet, workerData: request });
  worker.stdout.resume();
  worker.stderr.resume();
  const { promise, resolve, reject } = Promise.withResolvers<CheckReport>();
  const refute = (finding: Pick<Finding, 'kind' | 'what' | 'fix'>, ...example: string[]) =>
    resolve(stopped(request, { where: 'job', ...finding, example }));
  worker.on('message', (answer: CheckAnswer) =>
    'report' in answer ? resolve(answer.report) : reject(errorFrom(answer.error)),
  );
  worker.on('error', (thrown) => refute(STRAY, `after ${atHand.where}`, ...saidOf(thrown).split('\n')));
  worker.on('exit', (code) => {
    if (code === UNSETTLED) refute(NEVER, `from ${atHand.where}: nothing is left to wait for`);
    else refute(ENDED, `in ${atHand.where}`, `with exit code ${code}`);
  });
  let [calls, sinceMs] = [0, performance.now()];
  const looks = setInterval(() => {
    if (atHand.calls !== calls) [calls, sinceMs] = [atHand.calls, performance.now()];
    else if (performance.now() - sinceMs > callSecondsMax * 1000) {
      refute(NEVER, `from ${atHand.where}, for ${callSecondsMax} s`);
    }
  }, LOOK_EVERY_MS);
  try {
    return await promise;
  } finally {
    clearInterval(looks);
    await worker.terminate();
  }
}

const ENDED = {
  kind: 'ends',
  what: 'The job ended the process',
  fix: 'Throw an error instead, or leave the record out: whatever ends the process is tried again, and fails its chunk.',
} as const;

const NEVER = {
  kind: 'endless',
  what: 'The job does not come back',
  fix: 'Look for a loop that does not end, or a promise that nothing resolves.',
} as const;

const STRAY = {
  kind: 'async',
  what: 'The job threw where nobody catches, which ends the process',
  fix: 'Begin nothing that is not finished when the call returns: no promises, timers or events.',
} as const;

/** All that is known of a check that did not come to its end. */
function stopped({ file, paths, seed, runs }: CheckRequest, finding: Finding): CheckReport {
  const sample = { objects: paths.length, bytes: 0, records: 0 };
  return { job: basename(file), sample, shortened: false, seed, runs, refuted: [finding], notes: [] };
}

/** The thread's code lies beside this file: as it is in the sources, or as built. */
const threadFile = new URL(
  import.meta.url.endsWith('.ts') ? './check-thread.ts' : './check-thread.js',
  import.meta.url,
);
