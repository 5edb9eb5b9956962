/** Plays seeds until one goes wrong, over the sources beside it: run as a program of its own, in a copy of the sources. */
import { playSeed } from '../simulation/seed.ts';

const [, , seeds = '', focus = ''] = process.argv;

let seed = 0;
// On Lambda it ends the process.
process.on('unhandledRejection', (error) => caught(`nobody awaited what failed: ${error}`));
while (seed++ < Number(seeds)) {
  const [violation] = await violationsOf(seed);
  if (violation !== undefined) caught(violation);
}
console.log('{}');

function caught(violation: string): never {
  console.log(JSON.stringify({ seed, violation }));
  process.exit(0);
}

/** What is wrong with a seed; a simulation that breaks is wrong, too. */
async function violationsOf(seed: number): Promise<readonly string[]> {
  try {
    return (await playSeed(seed, { focus: JSON.parse(focus) })).violations;
  } catch (error) {
    return [`it broke: ${error instanceof Error ? error.message : error}`];
  }
}
