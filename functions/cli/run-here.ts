/** What the commands that run a job here share: progress, Ctrl-C, what is told at the end, the exit code. */
import type { LocalRun, LocalRunOptions } from '../adapters/local/run-local.ts';
import { exitCodeOf } from './exit-code.ts';
import { onInterrupt } from './interrupt.ts';
import { ProgressBar } from './progress-bar.ts';
import { failureOf, summaryOf } from './summary.ts';

type Hooks = Required<Pick<LocalRunOptions, 'signal' | 'onProgress' | 'onLoaded'>>;

/** Resolves with the exit code. */
export async function runHere(
  name: string,
  json: boolean,
  start: (hooks: Hooks) => Promise<LocalRun>,
): Promise<number> {
  const controller = new AbortController();
  const bar = new ProgressBar(name, process.stderr);
  let quiet = () => {};
  // Until the job is loaded nothing is begun that could be stopped, and Ctrl-C ends the process as it stands.
  const listen = () => {
    quiet = onInterrupt(() => {
      bar.clear();
      process.stderr.write('fanfold: stopping; Ctrl-C again quits at once\n');
      controller.abort();
    });
  };
  const restore = keepStdout();
  try {
    const { signal } = controller;
    const hooks: Hooks = { signal, onProgress: (progress) => bar.draw(progress), onLoaded: listen };
    const { manifest, out, over } = await start(hooks).finally(restore);
    bar.clear();
    if (over) process.stderr.write(`fanfold: the run in ${out} had ended already\n`);
    if (json) process.stdout.write(`${JSON.stringify(manifest, null, 2)}\n`);
    else if (manifest.state === 'succeeded') process.stdout.write(summaryOf(manifest, out));
    if (manifest.state !== 'succeeded') process.stderr.write(failureOf(manifest, out));
    return exitCodeOf(manifest);
  } finally {
    bar.clear();
    quiet();
  }
}

/** What a job prints while it is loaded goes to stderr, as all that it prints later: stdout is for the result. */
export function keepStdout(): () => void {
  const { write } = process.stdout;
  process.stdout.write = process.stderr.write.bind(process.stderr);
  return () => {
    process.stdout.write = write;
  };
}
