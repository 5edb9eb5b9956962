/** `npm run sim`: many seeds, or one of them with all that happens in it. */
import { parseArgs } from 'node:util';
import { FAULT_KINDS, type FaultKind } from '../../functions/adapters/simulated/faults.ts';
import { playSeed } from './seed.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string', default: '2000' },
    from: { type: 'string', default: '1' },
  },
});

/** How many seeds until it is told how far it has come. */
const TOLD_EVERY = 1_000;

if (values.seed === undefined) await many(Number(values.from), Number(values.seeds));
else await one(Number(values.seed));

async function one(seed: number): Promise<void> {
  const { violations } = await playSeed(seed, { trace: console.log });
  console.log(violations.length === 0 ? `\nseed ${seed}: all is well` : `\nseed ${seed}: ${violations.join('\n')}`);
  process.exitCode = violations.length === 0 ? 0 : 1;
}

async function many(from: number, count: number): Promise<void> {
  const faults = new Map<FaultKind, number>();
  const met = new Map<string, number>();
  const bad: number[] = [];
  let requests = 0;
  const since = performance.now();
  for (let seed = from; seed < from + count; seed++) {
    const report = await playSeed(seed);
    for (const [kind, times] of report.faults) faults.set(kind, (faults.get(kind) ?? 0) + times);
    for (const what of new Set(report.met)) met.set(what, (met.get(what) ?? 0) + 1);
    requests += report.requests;
    if (report.violations.length > 0) {
      bad.push(seed);
      console.log(`seed ${seed}: ${report.violations.join('\n  ')}`);
    }
    if ((seed - from + 1) % TOLD_EVERY === 0) console.error(`${seed - from + 1} seeds, ${bad.length} went wrong`);
  }
  const seconds = (performance.now() - since) / 1000;
  console.log(
    `\n${count} seeds from ${from}, ${requests} requests, ${seconds.toFixed(1)} s; ${bad.length} went wrong ${bad.slice(0, 20)}`,
  );
  console.log('\nfaults');
  for (const kind of FAULT_KINDS) console.log(`${String(faults.get(kind) ?? 0).padStart(10)}  ${kind}`);
  console.log('\nseeds that met');
  for (const [what, times] of [...met].sort()) console.log(`${String(times).padStart(10)}  ${what}`);
  process.exitCode = bad.length === 0 ? 0 : 1;
}
