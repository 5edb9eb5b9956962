/**
 * `npm run bench:resume`: what a kill costs. In turn a run that nobody kills, one that is killed when half of its chunks
 * are done and goes on with --resume, and a redrive of one that was interrupted there; all that each spent, as a ratio to
 * the first. Needs `npm run build`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeData } from './data.ts';

const MEGABYTES = Number(process.argv[2] ?? 200);
const ROUNDS = Number(process.argv[3] ?? 3);
const fanfold = join(import.meta.dirname, '../bin/fanfold.js');
const folder = mkdtempSync(join(tmpdir(), 'fanfold-resume-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
writeData('text', join(folder, 'in'), MEGABYTES * 1e6);

const start = (...given: string[]) => spawn(process.execPath, [fanfold, ...given], { cwd: folder, stdio: 'ignore' });
const ended = (child: ChildProcess) => new Promise<void>((resolve) => child.once('exit', () => resolve()));
const partials = (out: string) => globSync(`${out}/.fanfold/runs/*/partials/0/*/*`, { cwd: folder }).length;
const run = (out: string) => ['run', 'word-count', 'in', '--chunk-bytes=2000000', `--out=${out}`];
const half = MEGABYTES / 4;

async function seconds(step: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await step();
  return (performance.now() - began) / 1000;
}

async function stopped(out: string, signal: 'SIGKILL' | 'SIGINT'): Promise<void> {
  const child = start(...run(out));
  while (child.exitCode === null && partials(out) < half) await new Promise((resolve) => setTimeout(resolve, 5));
  child.kill(signal);
  await ended(child);
}

const ratios: { resumed: number; redriven: number; done: number }[] = [];
for (let round = 0; round < ROUNDS; round++) {
  const whole = await seconds(() => ended(start(...run('whole'))));
  let done = 0;
  const resumed = await seconds(async () => {
    await stopped('killed', 'SIGKILL');
    done = partials('killed') / (2 * half);
    await ended(start(...run('killed'), '--resume'));
  });
  const redriven = await seconds(async () => {
    await stopped('interrupted', 'SIGINT');
    await ended(start('redrive', 'interrupted', '--out=redriven'));
  });
  const parts = ['whole', 'killed', 'redriven'].map((out) => readFileSync(join(folder, out, 'part-00000.csv')));
  if (!parts.every((part) => part.equals(parts[0] ?? Buffer.alloc(0)))) throw new Error('results differ');
  ratios.push({ resumed: resumed / whole, redriven: redriven / whole, done });
  for (const out of ['whole', 'killed', 'interrupted', 'redriven']) rmSync(join(folder, out), { recursive: true });
}
const told = (name: 'resumed' | 'redriven' | 'done') => {
  const values = ratios.map((ratio) => ratio[name]).sort((a, b) => a - b);
  return values.map((value) => value.toFixed(2)).join(' / ');
};
console.log(
  `${(statSync(join(folder, 'in')).size / 1e6).toFixed(0)} MB in ${2 * half} chunks, ${ROUNDS} rounds, the same bytes each time`,
);
console.log(`killed with ${told('done')} done, and resumed: ${told('resumed')} of an undisturbed run`);
console.log(`interrupted there, and redriven:              ${told('redriven')}`);
