/** A worker thread. */
import { parentPort } from 'node:worker_threads';
import { assert } from '../../errors.ts';
import { afterStrays } from './after-strays.ts';
import { serve } from './serve.ts';

assert(parentPort, 'thread.ts runs in a worker thread only');
serve(parentPort, (services) => ({ ...services, store: afterStrays(services.store) }));
