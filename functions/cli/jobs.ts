/** `fanfold jobs`: what can be run from here. */
import { listJobs } from '../adapters/local/list-jobs.ts';
import type { Arguments, CommandShape } from './arguments.ts';
import { UsageError } from './usage.ts';

export const jobsShape: CommandShape = { words: [], options: {} };

export async function jobs(given: Arguments): Promise<number> {
  if (given.problems.length > 0) throw new UsageError(given.problems);
  const found = await listJobs(process.cwd());
  const width = Math.max(0, ...found.map(({ name }) => name.length));
  for (const { name, about } of found) process.stdout.write(`${name.padEnd(width)}  ${about}`.trimEnd().concat('\n'));
  return 0;
}
