/**
 * `npm run sim:scale`: a million chunks, by the real handlers, as fast as AWS lets them. Prints what a chunk costs in
 * requests, how long the fan-in takes, and what all of it costs. Ends with 1 if anything went wrong.
 *
 *     npm run sim:scale -- [--chunks 1000000] [--group-size 64] [--partitions 1] [--chunk-seconds 30]
 *                          [--pollers 20-200] [--concurrency 10000] [--seed 1]
 *
 * Without `--pollers` workers come as a queue's reader on demand has them, up to 1,250.
 */
import { parseArgs } from 'node:util';
import { duration } from '../../functions/cli/units.ts';
import * as prices from '../../functions/core/cost-model/assumptions.ts';
import { onDemandRamp, provisionedRamp } from '../../functions/core/ramp.ts';
import { fanInOf } from './fan-in.ts';
import { REQUEST_KINDS } from './request-counts.ts';
import { type ScaleReport, scaledRun } from './scaled-run.ts';

const { values } = parseArgs({
  options: {
    chunks: { type: 'string', default: '1000000' },
    'group-size': { type: 'string', default: '64' },
    partitions: { type: 'string', default: '1' },
    'chunk-seconds': { type: 'string', default: '30' },
    pollers: { type: 'string' },
    concurrency: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
  },
});

/** Of each function, in GB: what the construct gives it, and the smallest for the watcher. */
const GIGABYTES: { readonly [station: string]: number } = {
  splitter: prices.SPLITTER_GB,
  worker: 1_769 / 1024,
  aggregator: 1_769 / 1024,
  watcher: 0.5,
};
const STATIONS = ['splitter', 'worker', 'aggregator', 'watcher'];

const chunks = Number(values.chunks);
const [min = 0, max = 0] = (values.pollers ?? '').split('-').map(Number);
const since = process.cpuUsage();
const report = await scaledRun({
  chunks,
  groupSize: Number(values['group-size']),
  partitions: Number(values.partitions),
  chunkSeconds: Number(values['chunk-seconds']),
  ramp: values.pollers === undefined ? onDemandRamp(1_250) : provisionedRamp({ min, max }),
  concurrencyMax: Number(values.concurrency),
  seed: Number(values.seed),
  progress: (done) => console.error(`${done} chunks, ${megabytes(process.memoryUsage.rss())} MB`),
});
const { user, system } = process.cpuUsage(since);

const { requests, seconds, levels, functions, manifest } = report;
console.log(`${'requests a chunk'.padEnd(18)}${REQUEST_KINDS.map((kind) => kind.padStart(10)).join('')}`);
for (const station of STATIONS) {
  console.log(station.padEnd(18) + REQUEST_KINDS.map((kind) => rate(requests.of(station, kind), chunks)).join(''));
}
console.log('all'.padEnd(18) + REQUEST_KINDS.map((kind) => rate(requests.total(kind), chunks)).join(''));
const { reads, others } = fanInOf(report, Number(values.partitions));
console.log(`
fan-in              ${reads.toFixed(4)} GETs a partial and partition, ${others.toFixed(4)} other requests
tree                ${levels.map((size) => size.toLocaleString('en')).join(' → ')} → ${manifest.results.length} part(s), groups of ${values['group-size']}
last message queued ${told(seconds.queued)}
last chunk done     ${told(seconds.worked)}, by up to ${report.workersMost} workers
manifest            ${told(seconds.ended)}: ${(seconds.ended - seconds.worked).toFixed(1)} s after the last chunk
S3's busiest second ${report.most.reads} reads and ${report.most.writes} writes of one bucket; ${report.refused} were told to slow down
invocations         ${STATIONS.map((name) => `${functions[name]?.invocations} ${name}`).join(', ')}
cost                ${costOf(report)}
this                ${((user + system) / 1e6 / 60).toFixed(1)} minutes of CPU, at most ${megabytes(process.resourceUsage().maxRSS * 1024)} MB`);
const wrong = [...report.violations];
if (manifest.state !== 'succeeded') wrong.push(`the run ${manifest.state}: ${manifest.reason?.message}`);
if (report.result !== report.expected) wrong.push('the result is wrong');
console.log(`\n${wrong.length === 0 ? 'the result is exact' : wrong.slice(0, 20).join('\n')}`);
process.exitCode = wrong.length === 0 ? 0 : 1;

function costOf({ requests, functions }: ScaleReport): string {
  const { S3_READ, S3_WRITE, SQS_REQUEST, LAMBDA_REQUEST, LAMBDA_GB_SECOND } = prices;
  const s3 =
    (requests.total('GET') + requests.total('HEAD')) * S3_READ +
    (requests.total('PUT') + requests.total('LIST')) * S3_WRITE;
  const sqs = (requests.total('send') + requests.total('receive') + requests.total('delete')) * SQS_REQUEST;
  const lambda = (name: string) => {
    const { invocations = 0, seconds = 0 } = functions[name] ?? {};
    return invocations * LAMBDA_REQUEST + seconds * (GIGABYTES[name] ?? 0) * LAMBDA_GB_SECOND.arm64;
  };
  const others = STATIONS.filter((name) => name !== 'worker').reduce((sum, name) => sum + lambda(name), 0);
  const parts = { S3: s3, SQS: sqs, workers: lambda('worker'), 'other functions': others };
  const total = Object.values(parts).reduce((sum, dollars) => sum + dollars, 0);
  const each = Object.entries(parts).map(([name, dollars]) => `${name} $${dollars.toFixed(2)}`);
  return `$${total.toFixed(2)}: ${each.join(', ')}`;
}

function rate(count: number, of: number): string {
  return (count / of).toFixed(4).padStart(10);
}

function told(seconds: number): string {
  return duration(seconds * 1000).padStart(8);
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
