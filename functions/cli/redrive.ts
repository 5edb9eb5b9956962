/** `fanfold redrive`: goes on from a run that ended without its whole result, here or on a deployed stack. */
import { redriveLocal } from '../adapters/local/redrive-local.ts';
import type { Arguments, CommandShape } from './arguments.ts';
import { runHere } from './run-here.ts';
import { UsageError } from './usage.ts';

export const redriveShape: CommandShape = {
  words: ['run or directory'],
  options: {
    stack: 'text',
    'accept-code': 'flag',
    'memory-lane': 'flag',
    bisect: 'flag',
    out: 'text',
    workers: 'number',
    json: 'flag',
  },
};

const MAY_MIX =
  'fanfold: --accept-code: chunks that other code of the job has done are taken as they are. The result may then hold ' +
  'what two versions make of a record, and differ from what either makes of all; its manifest tells how many chunks are whose\n';

/** Resolves with the exit code: of the run, or on a stack 0 once it has started. */
export function redriveCommand(given: Arguments): Promise<number> {
  const stack = given.text('stack');
  const here = ['out', 'workers', 'json'].filter((name) => given.flag(name));
  const wrong = [...given.problems];
  if (stack !== undefined) {
    for (const name of here) wrong.push(`--${name} goes with a directory: leave it out, or leave out --stack`);
  }
  if (stack === undefined && given.flag('memory-lane')) {
    wrong.push('--memory-lane goes with --stack: here every thread has its share of all memory');
  }
  if (wrong.length > 0) throw new UsageError(wrong);
  if (given.flag('accept-code')) process.stderr.write(MAY_MIX);
  return stack === undefined ? redriveHere(given) : redriveThere(given, stack);
}

function redriveHere(given: Arguments): Promise<number> {
  const [from = ''] = given.words;
  const out = given.text('out');
  const workers = given.number('workers');
  return runHere('redrive', given.flag('json'), (hooks) =>
    redriveLocal({
      from,
      acceptCode: given.flag('accept-code'),
      bisect: given.flag('bisect'),
      ...(out === undefined ? {} : { out }),
      ...(workers === undefined ? {} : { workers }),
      ...hooks,
    }),
  );
}

async function redriveThere(given: Arguments, stack: string): Promise<number> {
  const { redriveRemote } = await import('./redrive-remote.ts'); // with the AWS SDK
  const [run = ''] = given.words;
  return redriveRemote({
    run,
    stack,
    acceptCode: given.flag('accept-code'),
    memoryLane: given.flag('memory-lane'),
    bisect: given.flag('bisect'),
    ...process,
  });
}
