/** The worker on Lambda: chunk messages in, partials out. */
import { eachMessage } from '../adapters/aws/each-message.ts';
import type { QueueHandler } from '../adapters/aws/on-every-processor.ts';
import { awsServices } from '../adapters/aws/services.ts';
import type { ChunkMessage } from '../core/messages.ts';
import type { Jobs, Services } from '../ports/services.ts';
import { work } from './work.ts';

export { deployedJobs } from '../adapters/aws/deployed-jobs.ts';
export { onEveryProcessor } from '../adapters/aws/on-every-processor.ts';

export function workerHandler(jobs: Jobs, services: Services = awsServices(jobs)): QueueHandler {
  return (event, context) =>
    // Only the splitter and the watcher may send to this queue, and they send nothing else.
    eachMessage(event, services.log, (body, receives) => {
      const timeLeftMs = context?.getRemainingTimeInMillis() ?? Number.POSITIVE_INFINITY;
      return work(body as ChunkMessage, services, { receives, timeLeftMs });
    });
}
