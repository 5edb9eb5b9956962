/**
 * `npm run bench:cost`: seconds and dollars of word count on AWS, for 1 GB, 100 GB and 10 TB, by memory size and by how
 * workers come, beside the list prices of others. From the model, and from the job's speed as measured here.
 *
 *     npm run bench:cost -- [--job word-count] [--mbps 38] [--write]
 *
 * `--mbps` instead of measuring; `--write` puts the tables into docs/cost.md.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findJob } from '../functions/adapters/local/find-job.ts';
import { loadJob } from '../functions/adapters/local/load-job.ts';
import { type MeasuredJob, measureJob } from '../functions/adapters/local/measure-job.ts';
import { usd } from '../functions/cli/plan-text.ts';
import { duration } from '../functions/cli/units.ts';
import { type Deployed, estimate } from '../functions/core/cost-model/estimate.ts';
import { others } from '../functions/core/cost-model/others.ts';
import { onDemandRamp, provisionedRamp } from '../functions/core/ramp.ts';
import { writeData } from './data.ts';

const { values } = parseArgs({
  options: {
    job: { type: 'string', default: 'word-count' },
    mbps: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});

const INPUTS = [
  ['1 GB', 1e9, 10],
  ['100 GB', 1e11, 100],
  ['10 TB', 1e13, 10_000],
] as const;
const MEMORY_MIB = [442, 885, 1_769, 3_538] as const;
const SAMPLE_BYTES = 64 * 2 ** 20;

const loaded = await loadJob(await findJob(values.job, process.cwd()));
const measured = await measure();
const { megabytesPerSecond } = measured;
loaded.dispose();

const deployed = (memory: number, more: Pick<Deployed, 'ramp' | 'pollers'>): Deployed => ({
  workerMemoryMiB: memory,
  aggregatorMemoryMiB: 1_769,
  architecture: 'arm64',
  ...more,
});
const cost = (bytes: number, objects: number, on: Deployed) => {
  const { growth, cuttable } = measured;
  const { megabytesPerSecond: plannedMegabytesPerSecond } = loaded.job.input;
  return estimate({ bytes, objects, megabytesPerSecond, plannedMegabytesPerSecond, growth, cuttable }, on);
};
const told = ({ seconds, dollars }: ReturnType<typeof cost>) =>
  `${duration(seconds.total * 1000)}, ${usd(dollars.total)}`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

const byMemory = table(
  ['memory of a worker', ...INPUTS.map(([name]) => name)],
  MEMORY_MIB.map((memory) => [
    `${memory.toLocaleString('en')} MiB`,
    ...INPUTS.map(([, bytes, objects]) => told(cost(bytes, objects, deployed(memory, { ramp: onDemandRamp(1_000) })))),
  ]),
);
const byRamp = table(
  ['workers', ...INPUTS.map(([name]) => name)],
  [
    { name: '`maxConcurrency` 100, the default', ramp: onDemandRamp(100) },
    { name: '`maxConcurrency` 1,000', ramp: onDemandRamp(1_000) },
    { name: '`provisionedPollers` 2 to 100', ramp: provisionedRamp({ min: 2, max: 100 }) },
    { name: '`provisionedPollers` 20 to 100', ramp: provisionedRamp({ min: 20, max: 100 }) },
    { name: '`provisionedPollers` 2 to 500', ramp: provisionedRamp({ min: 2, max: 500 }) },
  ].map(({ name, ramp }) => [
    name,
    ...INPUTS.map(([, bytes, objects]) => told(cost(bytes, objects, deployed(1_769, { ramp })))),
  ]),
);
const estimates = INPUTS.map(([, bytes, objects]) =>
  cost(bytes, objects, deployed(1_769, { ramp: onDemandRamp(1_000) })),
);
const prices = INPUTS.map(([, bytes], i) => {
  const ours = estimates[i];
  return ours === undefined ? [] : others(bytes, ours);
});
const beside = table(
  ['', ...INPUTS.map(([name]) => name), ''],
  [
    ['fanfold', ...estimates.map(({ dollars }) => usd(dollars.total)), 'workers of 1,769 MiB'],
    ...(prices[0] ?? []).map(({ name, how }, i) => [name, ...prices.map((all) => usd(all[i]?.dollars ?? 0)), how]),
  ],
);

const speed = `${loaded.job.name}, at ${megabytesPerSecond.toFixed(1)} MB/s a processor (${cpus()[0]?.model ?? 'unknown'}, Node ${process.version})`;
const text = [
  `Of ${speed}:`,
  `### By memory of a worker, up to 1,000 workers\n\n${byMemory}`,
  `### By how workers come, with 1,769 MiB\n\n${byRamp}`,
  `### Beside others, by list price\n\n${beside}`,
].join('\n\n');
console.log(text);
if (values.write) {
  const path = new URL('../docs/cost.md', import.meta.url);
  const page = readFileSync(path, 'utf8');
  const [before] = page.split('<!-- npm run bench:cost -- --write -->');
  writeFileSync(path, `${before}<!-- npm run bench:cost -- --write -->\n\n${text}\n`);
}

async function measure(): Promise<MeasuredJob> {
  const folder = mkdtempSync(join(tmpdir(), 'fanfold-cost-'));
  try {
    const path = join(folder, 'text');
    writeData('text', path, SAMPLE_BYTES);
    const found = await measureJob({ job: loaded.job, paths: [path], params: {}, memoryMiB: 1_769 });
    return values.mbps === undefined ? found : { ...found, megabytesPerSecond: Number(values.mbps) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
