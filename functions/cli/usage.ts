/** What `--help` says, and what is said to a wrong command line. */
import { FanfoldError } from '../errors.ts';

export const HELP = `fanfold: a typed job over files, on this machine or on as many Lambda functions as it needs

  fanfold run <job> <path>…        runs a job over files, directories and globs, here
                                   (of a directory all files in it, but .hidden ones and results of fanfold)
      --out DIR                    where the result goes (default fanfold-out/<job>/<run>)
      --chunk-bytes N              bytes of a chunk, from 1 up
      --workers N                  threads (default one a core)
      --partitions N               parts of the result at most (default one for 256 MiB each)
      --param NAME=VALUE           a parameter of the job; repeat it for more
      --resume                     goes on with the run in DIR that was interrupted or killed, or the newest of the job
      --bisect                     leaves out, counts and tells the records that a chunk fails for
      --json                       prints the manifest, and nothing else, on stdout
  fanfold check <job> <sample>…    tries to refute what a run takes for granted about a job: that combine is associative,
                                   that answers depend on arguments alone, that cuts do not show
      --seed N, --runs N           other cuts (default 1), and more of them (default 48)
      --param NAME=VALUE, --json   as above; the exit code is 1 if something is refuted
  fanfold plan <job> [path…]       tells chunks, minutes and dollars on AWS, from the job's speed on a sample of the input
      --bytes SIZE                 of an input like it, such as 500GB or 10TB (default what the paths hold)
      --objects N                  in so many objects (default one for each GB of --bytes, or the paths)
      --memory MIB                 of a worker (default 1769)
      --workers N                  at a time (default 100, the construct's maxConcurrency)
      --pollers MIN-MAX            provisioned ones, instead of --workers
      --param NAME=VALUE, --json   as above
  fanfold redrive <directory>      goes on from a run that did not succeed whole, in a new directory
      --accept-code                takes also what other code of the job has done: the result may mix the two
      --bisect, --out DIR, --workers N, --json   as above
  fanfold jobs                     lists the jobs in jobs/ and the examples

  fanfold submit <job> <path>…     uploads files to a deployed stack, and starts a run; s3://bucket/key and
                                   s3://bucket/prefix/ are read where they are
  fanfold watch <run>              shows a deployed run until it ends
  fanfold result <run>             fetches its result
  fanfold cancel <run>             cancels it
  fanfold redrive <run> --stack NAME   starts a run that goes on from it; --accept-code, --bisect as above
      --memory-lane                works what ran out of memory or time with more of both
      --stack NAME                 the stack (default Fanfold)
      --param NAME=VALUE, --out DIR, --json   as above, where they make sense

  fanfold --help | --version

<job> is the path of a job file, or the name of a job in jobs/ or of an example.
Exit codes: 0 succeeded, 1 failed, 2 wrong usage, 3 succeeded without some tolerated failures, 130 cancelled
or interrupted.
`;

/** All that is wrong with a command line. Each problem says what to do after a colon. */
export class UsageError extends FanfoldError {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super('FANFOLD_USAGE', problems.join('; '), { fix: 'See fanfold --help.' });
    this.problems = problems;
  }
}

/** Errors that mean: nothing was begun, the command must be given in another way. */
const USAGE_CODES: readonly string[] = [
  'FANFOLD_USAGE',
  'FANFOLD_JOB_INVALID',
  'FANFOLD_JOB_UNKNOWN',
  'FANFOLD_PARAM_INVALID',
  'FANFOLD_OUTPUT_EXISTS',
];

export const isUsage = ({ code }: FanfoldError) => USAGE_CODES.includes(code);

export function told(error: FanfoldError): string {
  if (!(error instanceof UsageError)) return `fanfold: ${error.code}: ${error.message}\n  to do  ${error.fix}\n`;
  const lines = error.problems.map((problem) => `fanfold: ${problem}\n`);
  return `${lines.join('')}fanfold --help tells more\n`;
}

/** What the system or AWS said, which nobody here tries again. */
export function unforeseen(thrown: unknown): FanfoldError {
  const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown));
  return new FanfoldError('FANFOLD_STORE_UNAVAILABLE', `${name}: ${message}`, {
    fix: 'Check the path or name, the permissions and, for AWS, credentials and region; then give the command again.',
    cause: thrown,
  });
}
