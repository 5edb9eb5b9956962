/** What a run would take, for people. */
import type { MeasuredJob } from '../adapters/local/measure-job.ts';
import type { Deployed, Estimate } from '../core/cost-model/estimate.ts';
import type { Other } from '../core/cost-model/others.ts';
import { PROCESSOR_MIB } from '../limits.ts';
import { bytes, count, counted, duration } from './units.ts';

export interface PlanReport {
  readonly job: string;
  readonly input: { readonly bytes: number; readonly objects: number };
  /** Undefined without a sample. */
  readonly measured: MeasuredJob | undefined;
  readonly deployed: Deployed;
  readonly estimate: Estimate;
  readonly others: readonly Other[];
}

export function planText({ job, input, measured, deployed, estimate, others }: PlanReport): string {
  const { seconds, dollars, workers, requests } = estimate;
  const { ramp, workerMemoryMiB } = deployed;
  const speed = `${estimate.workerMegabytesPerSecond.toFixed(1)} MB/s`;
  const after = [...(estimate.nodes > 0 ? [counted(estimate.nodes, 'merge')] : []), 'publication'].join(', then ');
  const result =
    measured === undefined
      ? ''
      : `; the result is about ${bytes(estimate.resultBytes)} in ${counted(estimate.parts, 'part')}`;
  const lines = [
    `${job} over ${bytes(input.bytes)} in ${counted(input.objects, 'object')}, on AWS`,
    `  speed    ${told(measured, speed)}${isSmall(measured, input) ? SMALL_SAMPLE : ''}`,
    `  chunks   ${chunksOf(estimate)}`,
    `  tree     ${counted(estimate.depth, 'level')}: ${after}${result}`,
    `  workers  ${ramp.start} first, ${count(ramp.perMinute)} more a minute, up to ${count(ramp.max)}: ${count(workers)} at the end, ${speed} each with ${count(workerMemoryMiB)} MiB`,
    `  time     about ${time(seconds.total)}: ${time(seconds.start)} until work begins, ${time(seconds.work)} of work, ${time(seconds.combine)} of combining`,
    `  cost     about ${usd(dollars.total)}: Lambda ${usd(dollars.lambda)}, S3 ${usd(dollars.s3)}, SQS ${usd(dollars.sqs)}`,
    `  requests ${count(requests.invocations)} invocations, ${count(requests.gets)} GET, ${count(requests.puts)} PUT, ${count(requests.lists)} LIST, ${count(requests.sqs)} SQS`,
    ...(dollars.idleMonth > 0
      ? [`  idle     ${usd(dollars.idleMonth)} a month for the pollers that are always there`]
      : []),
    '  others   by list price, for the same bytes:',
    ...others.map(({ name, dollars: price, how }) => `           ${usd(price).padStart(9)}  ${name}: ${how}`),
    '  A core of this machine is taken for a processor of Lambda, which nobody has measured. What else is assumed, and what',
    '  is not in it, is told in docs/cost.md of the package.',
  ];
  return `${lines.join('\n')}\n`;
}

const chunksOf = ({ chunks, chunkBytes, because }: Estimate) =>
  chunks === 1 ? '1 chunk, which has all of it' : `${counted(chunks, 'chunk')} of ${bytes(chunkBytes)}: ${because}`;

/** What is measured on less says little about ten times as much. Ours. */
const SAMPLE_BYTES_MIN = 1e6;
const SMALL_SAMPLE = `; so short a sample tells little, some megabytes of one would tell more`;

const isSmall = (measured: MeasuredJob | undefined, input: PlanReport['input']) =>
  measured !== undefined && measured.sampleBytes < Math.min(SAMPLE_BYTES_MIN, input.bytes / 10);

function told(measured: MeasuredJob | undefined, speed: string): string {
  if (measured === undefined) {
    return `${speed} a worker, which is what the format takes for granted: name a file to measure; what it comes to is taken for nothing`;
  }
  const core = `${measured.megabytesPerSecond.toFixed(1)} MB/s on one core, measured on ${bytes(measured.sampleBytes)} of the input`;
  return `${core}; a worker has a processor for each ${count(PROCESSOR_MIB)} MiB, and gives each a chunk`;
}

const time = (seconds: number) => duration(Math.round(seconds * 1000));

export function usd(dollars: number): string {
  return `$${dollars.toFixed(dollars < 0.01 ? 5 : dollars < 1 ? 3 : 2)}`;
}
