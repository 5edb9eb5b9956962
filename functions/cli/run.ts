/** `fanfold run`: a job over files, here. */
import { setImmediate } from 'node:timers/promises';
import { prepareRun } from '../adapters/local/prepare-run.ts';
import { warmThreads } from '../adapters/local/start-thread.ts';
import type { Arguments, CommandShape } from './arguments.ts';
import { runHere } from './run-here.ts';
import { UsageError } from './usage.ts';

export const runShape: CommandShape = {
  words: ['[job]', '[path…]'], // what is missing is told together with what is wrong
  options: {
    out: 'text',
    'chunk-bytes': 'number',
    workers: 'number',
    partitions: 'number',
    param: 'list',
    resume: 'flag',
    bisect: 'flag',
    json: 'flag',
  },
};

/** Resolves with the exit code. */
export async function run(given: Arguments): Promise<number> {
  const { params, problems: wrongParams } = readParams(given.list('param'));
  const [job = '', ...inputs] = given.words;
  const out = given.text('out');
  const chunkBytes = given.number('chunk-bytes');
  const workers = given.number('workers');
  const partitions = given.number('partitions');
  const prepared = await prepareRun({
    jobFile: job,
    inputs,
    ...(out === undefined ? {} : { out }),
    ...(chunkBytes === undefined ? {} : { chunkBytes }),
    ...(workers === undefined ? {} : { workers }),
    ...(partitions === undefined ? {} : { partitions }),
    params,
    resume: given.flag('resume'),
    bisect: given.flag('bisect'),
  });
  const problems = [...given.problems, ...wrongParams, ...prepared.problems];
  if (problems.length > 0) throw new UsageError(problems);

  const threads = warmThreads(prepared.threads, prepared.inputs.bytes);
  return runHere(job, given.flag('json'), async (hooks) => {
    const { loadJob } = await import('../adapters/local/load-job.ts');
    const loading = loadJob(prepared.jobFile);
    loading.catch(() => {}); // told when it is waited for
    await setImmediate(); // its bundling has begun
    const { runPrepared } = await import('../adapters/local/run-local.ts'); // while threads start, and the job is bundled
    return runPrepared({ ...prepared, options: { ...prepared.options, ...hooks } }, { threads, job: loading });
  });
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
