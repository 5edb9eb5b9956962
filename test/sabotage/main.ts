/**
 * `npm run sabotage`: takes one protection after the other out of a copy of the sources, and says by which seed the
 * simulation noticed. Ends with 1 if one was not noticed, or if the sources with all of them intact were.
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import type { Focus } from '../simulation/scenario.ts';
import { editOnce } from './edit-once.ts';
import { type Edit, SABOTAGES, type Sabotage } from './sabotages.ts';

/** Sabotages at the same time: one for each processor of a small machine. */
const TOGETHER = 2;

const root = join(import.meta.dirname, '../..');
const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });

interface Outcome {
  readonly seed?: number;
  readonly violation?: string;
}

const chosen = SABOTAGES.filter(({ name }) => name.includes(values.only));
const outcomes = new Map<Sabotage, Outcome>();
const queue = chosen.values();
await Promise.all(
  Array.from({ length: TOGETHER }, async () => {
    for (const sabotage of queue) {
      outcomes.set(sabotage, await outcomeOf(sabotage.edits, sabotage.seeds, sabotage.focus));
      console.error(rowOf(sabotage, outcomes.get(sabotage)));
    }
  }),
);
const intact = await outcomeOf([], 100, {});
const caught = chosen.filter((sabotage) => outcomes.get(sabotage)?.seed !== undefined);

console.log(`\n${'protection taken away'.padEnd(76)}  ${'rule'.padEnd(18)}  seed  what went wrong`);
for (const sabotage of chosen) console.log(rowOf(sabotage, outcomes.get(sabotage)));
console.log(
  `\n${caught.length} of ${chosen.length} were caught; with all in place ${intact.violation ?? 'all is well'}`,
);
process.exitCode = caught.length === chosen.length && intact.seed === undefined ? 0 : 1;

function rowOf({ name, rule, seeds }: Sabotage, outcome: Outcome | undefined): string {
  const seed = outcome?.seed === undefined ? `>${seeds}` : String(outcome.seed);
  const [what = ''] = (outcome?.violation ?? 'NOT CAUGHT').split('\n');
  return `${name.padEnd(76)}  ${rule.padEnd(18)}  ${seed.padStart(4)}  ${what.slice(0, 110)}`;
}

async function outcomeOf(edits: readonly Edit[], seeds: number, focus: Focus): Promise<Outcome> {
  const copy = mkdtempSync(join(tmpdir(), 'fanfold-sabotage-'));
  try {
    for (const folder of ['functions', 'test/simulation', 'test/sabotage']) {
      mkdirSync(join(copy, folder), { recursive: true });
      cpSync(join(root, folder), join(copy, folder), { recursive: true });
    }
    cpSync(join(root, 'package.json'), join(copy, 'package.json'));
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    for (const { file, from, to } of edits) editOnce(join(copy, file), from, to);
    const play = [join(copy, 'test/sabotage/play.ts'), String(seeds), JSON.stringify(focus)];
    const { stdout } = await promisify(execFile)(process.execPath, play, { cwd: copy });
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Outcome; // which `play.ts` wrote
  } finally {
    rmSync(copy, { recursive: true });
  }
}
