/** The aggregator on Lambda: invoked asynchronously for a node of the tree, or for the publication. */
import { awsServices } from '../adapters/aws/services.ts';
import type { NodeRequest } from '../core/messages.ts';
import type { Jobs, Services } from '../ports/services.ts';
import { aggregate } from './aggregate.ts';

export { deployedJobs } from '../adapters/aws/deployed-jobs.ts';

export type Handler = (request: NodeRequest) => Promise<void>;

/** What it throws makes Lambda try again, twice; then the request is a dead letter. */
export function aggregatorHandler(jobs: Jobs, services: Services = awsServices(jobs)): Handler {
  return (request) => aggregate(request, services);
}
