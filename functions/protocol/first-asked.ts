import { eventKey } from '../core/keys.ts';
import type { RunRequest } from '../core/messages.ts';
import type { Services } from '../ports/services.ts';
import { settleJson } from './documents.ts';

/**
 * The request that the same upload made first. A run's id has the code in it, so a notification that comes back after a
 * deployment would ask for a second run, and the first, which nobody else carries on, would never end.
 */
export async function firstAsked(services: Services, request: RunRequest): Promise<RunRequest> {
  const { event, job } = request;
  if (event === undefined) return request;
  return (await settleJson(services, eventKey(job, event), request)).document;
}
