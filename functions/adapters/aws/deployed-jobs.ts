import type { DeployedJob, Jobs } from '../../ports/services.ts';

/** The jobs that a bundle carries; the entry which the construct generates calls it. */
export function deployedJobs(deployed: readonly DeployedJob[]): Jobs {
  const byName = new Map(deployed.map((entry) => [entry.job.name, entry]));
  return { names: [...byName.keys()], find: (name) => byName.get(name) };
}
