import { join } from 'node:path';
import type { Resumed } from '../../core/manifest.ts';
import { memoryBounds } from '../../core/memory-bounds.ts';
import type { DeployedJob, Services } from '../../ports/services.ts';
import { WORKING_DIRECTORY } from './directory-keys.ts';
import { DiskScratch } from './disk-scratch.ts';
import { FileStore, type FileStoreOptions, RESULTS_BUCKET } from './file-store.ts';
import type { Message } from './thread-messages.ts';

/** Enough for whoever works on nothing. */
const MEMORY_BYTES_DEFAULT = 256 * 2 ** 20;

/**
 * What the stations of a local run may reach: a directory, the queue of the main thread, and the one job.
 *
 * @param memoryBytes what each thread may use
 */
export function localServices(
  store: FileStoreOptions,
  deployed: DeployedJob,
  send: (messages: readonly Message[]) => Promise<void>,
  resumed?: Resumed,
  memoryBytes = MEMORY_BYTES_DEFAULT,
): Services {
  return {
    store: new FileStore(store),
    results: RESULTS_BUCKET,
    intake: { send },
    chunks: { send },
    aggregator: { invoke: (request) => send([request]) },
    clock: { nowMs: Date.now },
    scratch: new DiskScratch({
      directory: join(store.directory, WORKING_DIRECTORY, 'scratch'),
      fix: `Free some space on the disk of ${store.directory}, or choose another one with --out.`,
    }),
    memory: memoryBounds(memoryBytes),
    jobs: { names: [store.job], find: (name) => (name === store.job ? deployed : undefined) },
    log: () => {},
    ...(resumed === undefined ? {} : { resumed }),
  };
}
