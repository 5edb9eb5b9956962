/** `fanfold plan`: what a run would take on AWS, before it is begun. */
import { expandInputs } from '../adapters/local/expand-inputs.ts';
import { findJob } from '../adapters/local/find-job.ts';
import { loadJob } from '../adapters/local/load-job.ts';
import { type MeasuredJob, measureJob } from '../adapters/local/measure-job.ts';
import { type Deployed, estimate, type RunShape } from '../core/cost-model/estimate.ts';
import { others } from '../core/cost-model/others.ts';
import { onDemandRamp, provisionedRamp } from '../core/ramp.ts';
import { type Job, keepsRows } from '../job.ts';
import { resolveParams } from '../params.ts';
import type { Arguments, CommandShape } from './arguments.ts';
import { EXIT } from './exit-code.ts';
import { type PlanReport, planText } from './plan-text.ts';
import { readParams } from './run.ts';
import { keepStdout } from './run-here.ts';
import { UsageError } from './usage.ts';

export const planShape: CommandShape = {
  words: ['job', '[path…]'],
  options: {
    bytes: 'text',
    objects: 'number',
    memory: 'number',
    workers: 'number',
    pollers: 'text',
    param: 'list',
    json: 'flag',
  },
};

const MEMORY_MIB_DEFAULT = 1_769;
const MEMORY_MIB = [128, 10_240] as const;
const WORKERS_DEFAULT = 100;
const WORKERS = [2, 1_000] as const;
/** What objects of an input are taken to hold that only --bytes tells: those of a sample may be short ones. */
const OBJECT_BYTES = 1e9;
const OBJECTS = [1, 1e9] as const;

/** Resolves with the exit code. */
export async function plan(given: Arguments): Promise<number> {
  const [name = '', ...paths] = given.words;
  const { params, problems } = readParams(given.list('param'));
  const inputs = expandInputs(paths, process.cwd());
  const wrong = [...given.problems, ...problems, ...inputs.problems];
  const asked = sizeOf(given.text('bytes'), wrong);
  const memoryMiB = bounded('memory', given.number('memory'), MEMORY_MIB, wrong) ?? MEMORY_MIB_DEFAULT;
  // Those that are named; of a larger input as many as it takes, if each holds a gigabyte.
  const assumed = Math.max(1, inputs.paths.length, Math.ceil((asked ?? 0) / OBJECT_BYTES));
  const objects = bounded('objects', given.number('objects'), OBJECTS, wrong) ?? assumed;
  const scaling = scalingOf(given, wrong);
  if (paths.length === 0 && given.text('bytes') === undefined) {
    wrong.push('there is no input: name files, or give --bytes SIZE');
  }
  if (wrong.length > 0) throw new UsageError(wrong);
  const loaded = await loadJob(await findJob(name, process.cwd()));
  const restore = keepStdout();
  try {
    const { job } = loaded;
    resolveParams(job.params, params);
    const measured = inputs.bytes > 0 ? await measureJob({ job, paths: inputs.paths, params, memoryMiB }) : undefined;
    const deployed: Deployed = {
      workerMemoryMiB: memoryMiB,
      aggregatorMemoryMiB: MEMORY_MIB_DEFAULT,
      architecture: 'arm64',
      ...scaling,
    };
    const report = reportOf(job, { bytes: asked ?? inputs.bytes, objects }, measured, deployed);
    restore();
    process.stdout.write(given.flag('json') ? `${JSON.stringify(report, null, 2)}\n` : planText(report));
    return EXIT.succeeded;
  } finally {
    restore();
    loaded.dispose();
  }
}

function reportOf(
  job: Job,
  input: Pick<RunShape, 'bytes' | 'objects'>,
  measured: MeasuredJob | undefined,
  deployed: Deployed,
): PlanReport {
  const { megabytesPerSecond, cut } = job.input;
  const ours = estimate(
    {
      ...input,
      megabytesPerSecond: measured?.megabytesPerSecond ?? megabytesPerSecond,
      plannedMegabytesPerSecond: megabytesPerSecond,
      growth: measured?.growth ?? { inputBytes: 0, partialBytes: 0, exponent: 1 },
      cuttable: measured?.cuttable ?? cut === 'anywhere',
      joins: keepsRows(job),
    },
    deployed,
  );
  return { job: job.name, input, measured, deployed, estimate: ours, others: others(input.bytes, ours) };
}

const UNITS: { readonly [unit: string]: number } = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  pb: 1e15,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
  pib: 2 ** 50,
};

function sizeOf(text: string | undefined, wrong: string[]): number | undefined {
  if (text === undefined) return undefined;
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i.exec(text) ?? [];
  const factor = UNITS[unit.toLowerCase()];
  if (number !== '' && factor !== undefined && Number(number) > 0) return Math.ceil(Number(number) * factor);
  wrong.push(`--bytes is ${text}: give a size such as 800MB, 1.5TB or 10GiB`);
  return undefined;
}

function bounded(name: string, value: number | undefined, [min, max]: readonly [number, number], wrong: string[]) {
  if (value !== undefined && (value < min || value > max)) {
    wrong.push(`--${name} is ${value}: give a whole number from ${min} to ${max}`);
  }
  return value;
}

function scalingOf(given: Arguments, wrong: string[]): Pick<Deployed, 'ramp' | 'pollers'> {
  const workers = bounded('workers', given.number('workers'), WORKERS, wrong);
  const pollers = given.text('pollers');
  if (pollers === undefined) return { ramp: onDemandRamp(workers ?? WORKERS_DEFAULT) };
  if (workers !== undefined) wrong.push('--workers and --pollers are both given: give one of them');
  const [, min = '', max = ''] = /^(\d+)-(\d+)$/.exec(pollers) ?? [];
  const right =
    min !== '' && Number(min) >= 2 && Number(min) <= 200 && Number(max) >= Number(min) && Number(max) <= 10_000;
  if (!right) wrong.push(`--pollers is ${pollers}: give MIN-MAX, such as 2-100; MIN is 2 to 200, MAX up to 10000`);
  const provisioned = { min: Number(min), max: Number(max) };
  return { ramp: provisionedRamp(provisioned), pollers: provisioned };
}
