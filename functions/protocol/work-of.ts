/** What a chunk's content follows from, besides the code: two chunks of one work have the same pairs or rows. */
import { createHash } from 'node:crypto';
import type { ChunkMessage } from '../core/messages.ts';
import { type Job, keepsRows } from '../job.ts';

/** Members that say who asks and in which code, and nothing of what is to be done. */
const ASKING: readonly string[] = [
  'kind',
  'run',
  'digest',
  'bisect',
  'adopts',
  'memoryLane',
] satisfies (keyof ChunkMessage)[];

/**
 * SHA-256 of parameters, geometry, and every range with its ETag: of all in the message that is not named above; and of what
 * the job keeps of it, since other code may be of another shape.
 */
export function workOf(message: ChunkMessage, job: Pick<Job, 'shape' | 'sortBy'>): string {
  const holds = job.shape === 'keyed' ? 'pairs' : keepsRows(job) ? 'rows' : 'sorted rows';
  const work = [...Object.entries(message).filter(([name]) => !ASKING.includes(name)), ['holds', holds] as const];
  return createHash('sha256')
    .update(JSON.stringify(Object.fromEntries(work), sorted))
    .digest('hex');
}

/** Members in the order of their names, whoever wrote them in which. */
function sorted(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
