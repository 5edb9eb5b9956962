/** Starting something again, at most so often: each time is claimed by a name that is written once. */
import { resendKey } from '../core/keys.ts';
import type { Services } from '../ports/services.ts';
import { settleJson } from '../protocol/documents.ts';

/** Nodes above the chunks may be started this often: their calls are cheap, and a lost one would leave the run to its deadline. */
const NODE_RESENDS_MAX = 10;

/**
 * Claims the next time that `node` is started again; false when it had all its times, or the last was too recent. The
 * pause doubles with each.
 */
export async function claimResend(
  services: Services,
  run: string,
  node: string,
  pauseMs: number,
  timesMax = NODE_RESENDS_MAX,
): Promise<boolean> {
  const prefix = resendKey(run, node, 0).slice(0, -1);
  const { objects } = await services.store.list(services.results, prefix);
  const times = objects.length;
  const last = Math.max(...objects.map(({ modifiedAtMs }) => modifiedAtMs), Number.NEGATIVE_INFINITY);
  const now = services.clock.nowMs();
  if (times >= timesMax || (times > 0 && now - last < pauseMs * 2 ** times)) return false;
  const claim = { at: now, by: `${now}-${times}` };
  return (await settleJson(services, resendKey(run, node, times), claim)) === claim;
}
