/**
 * This thread as one of those that work. What kernels take needs no code of the user's, from which a thread of its own would
 * keep the others safe: it costs its start, and memory for one more heap.
 */
import { getHeapStatistics } from 'node:v8';
import { MessageChannel } from 'node:worker_threads';
import type { Job } from '../../job.ts';
import { sortsLines } from '../../kernels/plan.ts';
import { serve } from './serve.ts';
import type { StartedThread } from './start-thread.ts';
import type { FromThread, Message, ToThread } from './thread-messages.ts';
import { Turns } from './turns.ts';

/** What it may use: a quarter of that is a table, and nobody has a turn while one is sorted, for half a second. Ours. */
const MEMORY_BYTES_MAX = 2 ** 30;

/** For a job whose chunks kernels take. */
export function thisThread(job: Job): StartedThread {
  const { port1: ours, port2: theirs } = new MessageChannel();
  const turns = new Turns();
  const server = serve(theirs, (services) => ({ ...services, store: turns.of(services.store) }));
  const bare = sortsLines(job) || job.aggregation?.bare === true;
  return {
    takes: (message) => !needsPlainPath(message) && (bare || !makesRows(message)),
    tell: (message) => ours.postMessage(within(message)),
    onMessage: (hear) => ours.on('message', (message: FromThread) => hear(message)),
    ended: new Promise(() => {}), // with the process
    async stop() {
      turns.stop();
      await server.stop();
      ours.close();
    },
  };
}

/** The code of a job whose rows are not bare makes them. */
const makesRows = ({ kind }: Message): boolean => kind === 'part' || kind === 'publish';

/** Kernels sort by key. */
const needsPlainPath = (message: Message): boolean => message.kind === 'chunk' && message.partitionedBy === 'hash';

function within(message: ToThread): ToThread {
  if (message.kind !== 'setup') return message;
  const { memoryBytes } = message.setup;
  const most = Math.min(memoryBytes, MEMORY_BYTES_MAX, getHeapStatistics().heap_size_limit);
  return { kind: 'setup', setup: { ...message.setup, memoryBytes: most } };
}
