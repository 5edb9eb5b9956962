/** Starting something again, at most so often: each time is noted under a name that is written once. */
import { resendKey, resendPrefix } from '../core/keys.ts';
import type { Services } from '../ports/services.ts';
import { settleJson } from '../protocol/documents.ts';
import { listAll } from '../protocol/list-all.ts';

/** Nodes above the chunks may be started this often: their calls are cheap, and a lost one would leave the run to its deadline. */
const NODE_RESENDS_MAX = 10;

/**
 * Starts `node` again, unless it had all its times or the last was too recent: the pause is twice `pauseMs` after the
 * first time, and doubles with each. Only then is the time noted, so that one whose start failed is not lost; two
 * watchers at once may start it twice, which is harmless.
 */
export async function startAgain(services: Services, again: Again): Promise<boolean> {
  const { run, node, pauseMs, timesMax = NODE_RESENDS_MAX, start } = again;
  const objects = await Array.fromAsync(listAll(services.store, services.results, resendPrefix(run, node)));
  const times = objects.length;
  const last = Math.max(...objects.map(({ modifiedAtMs }) => modifiedAtMs), Number.NEGATIVE_INFINITY);
  const now = services.clock.nowMs();
  if (times >= timesMax || now - last < pauseMs * 2 ** times) return false;
  await start();
  await settleJson(services, resendKey(run, node, times), { at: new Date(now).toISOString() });
  return true;
}

export interface Again {
  readonly run: string;
  /** Its name among what is started again. */
  readonly node: string;
  readonly pauseMs: number;
  /** @default NODE_RESENDS_MAX */
  readonly timesMax?: number;
  readonly start: () => Promise<void>;
}
