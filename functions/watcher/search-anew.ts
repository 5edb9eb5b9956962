/** A chunk that ended all its workers while the reason was searched for: the search goes on with a new message. */
import { bisectPrefix } from '../core/keys.ts';
import type { ChunkMessage } from '../core/messages.ts';
import type { Services } from '../ports/services.ts';
import { settleJson } from '../protocol/documents.ts';
import { listAll } from '../protocol/list-all.ts';

/** Ours: with the receives of each message enough for ten records of a chunk. */
const TIMES_MAX = 16;

/** Resolves with whether it does: then the dead letter is answered. Not once it is known that no record is the reason. */
export async function searchAnew(services: Services, message: ChunkMessage): Promise<boolean> {
  if (!message.bisect) return false;
  const prefix = bisectPrefix(message.run, message.chunk);
  const steps: string[] = [];
  for await (const { key } of listAll(services.store, services.results, prefix)) steps.push(key.slice(prefix.length));
  const found = steps.filter((step) => step.startsWith('found/')).length;
  const times = steps.filter((step) => step.startsWith('anew/')).length;
  if (steps.length === 0 || steps.includes(`${found}/over`) || times >= TIMES_MAX) return false;
  await services.chunks.send([message]);
  await settleJson(services, `${prefix}anew/${times}`, {});
  return true;
}
