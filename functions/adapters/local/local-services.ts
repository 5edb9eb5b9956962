import type { Resumed } from '../../core/manifest.ts';
import type { DeployedJob, Services } from '../../ports/services.ts';
import { FileStore, type FileStoreOptions, RESULTS_BUCKET } from './file-store.ts';
import type { Message } from './thread-messages.ts';

/** What the stations of a local run may reach: a directory, the queue of the main thread, and the one job. */
export function localServices(
  store: FileStoreOptions,
  deployed: DeployedJob,
  send: (messages: readonly Message[]) => Promise<void>,
  resumed?: Resumed,
): Services {
  return {
    store: new FileStore(store),
    results: RESULTS_BUCKET,
    intake: { send },
    chunks: { send },
    aggregator: { invoke: (request) => send([request]) },
    clock: { nowMs: Date.now },
    jobs: { names: [store.job], find: (name) => (name === store.job ? deployed : undefined) },
    log: () => {},
    ...(resumed === undefined ? {} : { resumed }),
  };
}
