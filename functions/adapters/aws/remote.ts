/** A deployed fanfold, as the command line reaches it. */
import type { Services } from '../../ports/services.ts';
import { awsClients, type Clients } from './clients.ts';
import { deployedJobs } from './deployed-jobs.ts';
import { type Deployment, findDeployment } from './find-deployment.ts';
import { awsServices } from './services.ts';

export interface Remote {
  readonly deployment: Deployment;
  readonly clients: Clients;
  /** The store and the results bucket; what needs a deployed function's rights is not there. */
  readonly services: Services;
}

/** @throws FANFOLD_USAGE unless exactly one fanfold is meant */
export async function connect(stack: string, clients: Clients = awsClients()): Promise<Remote> {
  const deployment = await findDeployment(clients.sqs, stack);
  const services = awsServices(deployedJobs([]), { FANFOLD_RESULTS: deployment.results }, clients);
  return { deployment, clients, services: { ...services, log: () => {} } };
}

/** The job of a run on AWS, whose id is `<job>-<16 hex digits>`. */
export const jobOf = (run: string) => run.replace(/-[0-9a-f]{16}$/, '');
