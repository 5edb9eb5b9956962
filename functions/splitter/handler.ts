/** The splitter on Lambda: events of the intake queue in, plans and chunk messages out. */
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { eachMessage } from '../adapters/aws/each-message.ts';
import { awsServices } from '../adapters/aws/services.ts';
import type { Jobs, Services } from '../ports/services.ts';
import { parseEvent, uploadsOf } from './parse-event.ts';
import { split } from './split.ts';

export { deployedJobs } from '../adapters/aws/deployed-jobs.ts';

export type Handler = (event: SQSEvent) => Promise<SQSBatchResponse>;

export function splitterHandler(jobs: Jobs, services: Services = awsServices(jobs)): Handler {
  return (event) =>
    eachMessage(event, services.log, async (body) => {
      const requests = parseEvent(body, (job) => jobs.find(job)?.digest);
      if (requests.length === 0) services.log('event starts nothing', { keys: uploadsOf(body).map(({ key }) => key) });
      for (const request of requests) await split(request, services);
    });
}
