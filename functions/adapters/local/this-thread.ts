/**
 * This thread as one of those that work. What kernels take needs no code of the user's, from which a thread of its own would
 * keep the others safe: it costs its start, and memory for one more heap.
 */
import { MessageChannel } from 'node:worker_threads';
import type { Job } from '../../job.ts';
import { sortsLines } from '../../kernels/plan.ts';
import { serve } from './serve.ts';
import type { StartedThread } from './start-thread.ts';
import type { FromThread, Message } from './thread-messages.ts';
import { Turns } from './turns.ts';

/** For a job whose chunks kernels take. */
export function thisThread(job: Job): StartedThread {
  const { port1: ours, port2: theirs } = new MessageChannel();
  const turns = new Turns();
  const server = serve(theirs, (services) => ({ ...services, store: turns.of(services.store) }));
  const bare = sortsLines(job) || job.aggregation?.bare === true;
  return {
    takes: ({ kind }: Message) => bare || kind === 'run' || kind === 'chunk', // else rows are the user's
    tell: (message) => ours.postMessage(message),
    onMessage: (hear) => ours.on('message', (message: FromThread) => hear(message)),
    ended: new Promise(() => {}), // with the process
    async stop() {
      turns.stop();
      await server.stop();
      ours.close();
    },
  };
}
