/** A station in a process of its own, as large-results.ts starts it: the real handler, over a directory. */
import type { SQSEvent } from 'aws-lambda';
import { DiskScratch } from '../functions/adapters/local/disk-scratch.ts';
import { FileStore, type FileStoreOptions, RESULTS_BUCKET } from '../functions/adapters/local/file-store.ts';
import type { Message } from '../functions/adapters/local/thread-messages.ts';
import { aggregatorHandler } from '../functions/aggregator/handler.ts';
import { memoryBounds } from '../functions/core/memory-bounds.ts';
import type { Job } from '../functions/job.ts';
import type { Jobs, Services } from '../functions/ports/services.ts';
import { split } from '../functions/splitter/split.ts';
import { workerHandler } from '../functions/worker/handler.ts';
import invertedIndex from '../jobs/inverted-index.ts';
import ledger from '../jobs/ledger.ts';
import sort from '../jobs/sort.ts';

export interface StationSetup {
  readonly store: FileStoreOptions;
  readonly memoryMiB: number;
}
export interface StationAnswer {
  readonly sent: readonly Message[];
  /** What it gave back, if it did. */
  readonly failed: string | undefined;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
}

const JOBS: readonly Job[] = [invertedIndex, ledger, sort];
const setup: StationSetup = JSON.parse(process.argv[2] ?? '');
const sent: Message[] = [];
const told: string[] = [];
const send = async (messages: readonly Message[]) => void sent.push(...messages);
const jobs: Jobs = {
  names: JOBS.map(({ name }) => name),
  find: (name) => {
    const job = JOBS.find((one) => one.name === name);
    return job === undefined ? undefined : { job, digest: 'bench' };
  },
};
const services: Services = {
  store: new FileStore(setup.store),
  results: RESULTS_BUCKET,
  intake: { send },
  chunks: { send },
  aggregator: { invoke: (request) => send([request]) },
  clock: { nowMs: Date.now },
  scratch: new DiskScratch({ directory: `${setup.store.directory}/.fanfold/scratch`, fix: 'Look at the disk.' }),
  memory: memoryBounds(setup.memoryMiB * 2 ** 20),
  jobs,
  log: (event, details) => void told.push(`${event} ${JSON.stringify(details)}`),
};
const worker = workerHandler(jobs, services);
const aggregator = aggregatorHandler(jobs, services);

process.on('message', async (message: Message) => {
  let failed: string | undefined;
  try {
    if (message.kind === 'run') await split(message, services);
    else if (message.kind === 'chunk') failed = await work(message);
    else await aggregator(message);
  } catch (error) {
    failed = String(error);
  }
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6;
  const answer: StationAnswer = { sent: sent.splice(0), failed, cpuSeconds, peakBytes: maxRSS * 1024 };
  process.send?.(answer);
});

async function work(message: Message): Promise<string | undefined> {
  const record = { messageId: '1', body: JSON.stringify(message), attributes: { ApproximateReceiveCount: '1' } };
  const event = { Records: [record] } as unknown as SQSEvent; // what eachMessage reads of one
  const answer = await worker(event);
  return answer.batchItemFailures.length === 0 ? undefined : told.splice(0).join('\n');
}
