/** The worker on Lambda: chunk messages in, partials out. */
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { eachMessage } from '../adapters/aws/each-message.ts';
import { awsServices } from '../adapters/aws/services.ts';
import type { ChunkMessage } from '../core/messages.ts';
import type { Jobs, Services } from '../ports/services.ts';
import { work } from './work.ts';

export { deployedJobs } from '../adapters/aws/deployed-jobs.ts';

export type Handler = (event: SQSEvent) => Promise<SQSBatchResponse>;

export function workerHandler(jobs: Jobs, services: Services = awsServices(jobs)): Handler {
  return (event) =>
    // Only the splitter and the watcher may send to this queue, and they send nothing else.
    eachMessage(event, services.log, (body) => work(body as ChunkMessage, services));
}
