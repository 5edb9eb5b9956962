/** `fanfold run`: a job over files, here. */
import { prepareRun } from '../adapters/local/prepare-run.ts';
import { runPrepared } from '../adapters/local/run-local.ts';
import type { Manifest } from '../core/manifest.ts';
import type { Arguments, CommandShape } from './arguments.ts';
import { onInterrupt } from './interrupt.ts';
import { ProgressBar } from './progress-bar.ts';
import { failureOf, summaryOf } from './summary.ts';
import { UsageError } from './usage.ts';

export const runShape: CommandShape = {
  words: ['[job]', '[path…]'], // what is missing is told together with what is wrong
  options: { out: 'text', 'chunk-bytes': 'number', workers: 'number', param: 'list', resume: 'flag', json: 'flag' },
};

export const EXIT = { succeeded: 0, failed: 1, usage: 2, tolerated: 3, cancelled: 130 } as const;

/** Resolves with the exit code. */
export async function run(given: Arguments): Promise<number> {
  const { params, problems: wrongParams } = readParams(given.list('param'));
  const [job = '', ...inputs] = given.words;
  const controller = new AbortController();
  const bar = new ProgressBar(job, process.stderr);
  const out = given.text('out');
  const chunkBytes = given.number('chunk-bytes');
  const workers = given.number('workers');
  const prepared = prepareRun({
    jobFile: job,
    inputs,
    ...(out === undefined ? {} : { out }),
    ...(chunkBytes === undefined ? {} : { chunkBytes }),
    ...(workers === undefined ? {} : { workers }),
    params,
    resume: given.flag('resume'),
    signal: controller.signal,
    onProgress: (progress) => bar.draw(progress),
  });
  const problems = [...given.problems, ...wrongParams, ...prepared.problems];
  if (problems.length > 0) throw new UsageError(problems);

  const quiet = onInterrupt(() => {
    bar.clear();
    process.stderr.write('fanfold: cancelling; Ctrl-C again quits at once\n');
    controller.abort();
  });
  const restore = keepStdout();
  try {
    const { manifest, out: directory, over } = await runPrepared(prepared).finally(restore);
    bar.clear();
    if (over) process.stderr.write(`fanfold: the run in ${directory} had ended already\n`);
    if (given.flag('json')) process.stdout.write(`${JSON.stringify(manifest, null, 2)}\n`);
    else if (manifest.state === 'succeeded') process.stdout.write(summaryOf(manifest, directory));
    if (manifest.state !== 'succeeded') process.stderr.write(failureOf(manifest, directory));
    return exitCodeOf(manifest);
  } finally {
    bar.clear();
    quiet();
  }
}

export function exitCodeOf({ state, chunks }: Manifest): number {
  if (state === 'cancelled') return EXIT.cancelled;
  if (state === 'failed') return EXIT.failed;
  return chunks.failed > 0 ? EXIT.tolerated : EXIT.succeeded;
}

/** `k=v` each; the value may hold further `=`. */
export function readParams(given: readonly string[]): { params: { [name: string]: string }; problems: string[] } {
  const params = new Map<string, string>();
  const problems: string[] = [];
  for (const pair of given) {
    const equals = pair.indexOf('=');
    const name = pair.slice(0, equals);
    if (equals < 1) problems.push(`--param ${pair} is not name=value: write --param name=value`);
    else if (params.has(name)) problems.push(`--param ${name} was given twice: give it once`);
    else params.set(name, pair.slice(equals + 1));
  }
  return { params: Object.fromEntries(params), problems };
}

/** What a job prints while it is loaded goes to stderr, as all that it prints later: stdout is for the result. */
function keepStdout(): () => void {
  const { write } = process.stdout;
  process.stdout.write = process.stderr.write.bind(process.stderr);
  return () => {
    process.stdout.write = write;
  };
}
