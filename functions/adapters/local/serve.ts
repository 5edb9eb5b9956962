/** Takes messages one after the other, and does what the handler of each station does on AWS: what every thread of a run does. */
import type { MessagePort } from 'node:worker_threads';
import { aggregate } from '../../aggregator/aggregate.ts';
import { asFanfoldError, assert } from '../../errors.ts';
import type { Services } from '../../ports/services.ts';
import { split } from '../../splitter/split.ts';
import { work } from '../../worker/work.ts';
import { importJob } from './import-job.ts';
import { localServices } from './local-services.ts';
import { runEnded } from './run-ended.ts';
import { errorData, type FromThread, type Message, type ThreadSetup, type ToThread } from './thread-messages.ts';

export interface Server {
  /** Refuses what is sent from now on, or waits to be accepted; resolves when the step at hand has ended, however it does. */
  stop(): Promise<void>;
}

/** @param change what the steps get instead of the services of a thread that has nothing else to do */
export function serve(port: MessagePort, change = (services: Services): Services => services): Server {
  const waiting = new Map<number, { accepted(): void; refused(reason: unknown): void }>();
  let sends = 0;
  let stopped = false;
  let services: Promise<Services> | undefined;
  let last = Promise.resolve();
  const post = (message: FromThread) => port.postMessage(message);
  const send = (messages: readonly Message[]) =>
    new Promise<void>((accepted, refused) => {
      if (stopped) return refused(runEnded());
      waiting.set(++sends, { accepted, refused });
      post({ kind: 'send', id: sends, messages });
    });

  port.on('message', (message: ToThread) => {
    if (message.kind === 'setup') {
      services = setUp(message.setup, send).then(change);
      services.catch(() => {}); // told by each message that meets it
    } else if (message.kind === 'accepted') {
      waiting.get(message.id)?.accepted();
      waiting.delete(message.id);
    } else {
      last = last.then(() => handle(message, services, post));
    }
  });
  return {
    stop() {
      stopped = true;
      for (const { refused } of waiting.values()) refused(runEnded());
      return last;
    },
  };
}

async function setUp(
  { store, memoryBytes, job, resumed }: ThreadSetup,
  send: (messages: readonly Message[]) => Promise<void>,
): Promise<Services> {
  process.setSourceMapsEnabled(true); // after fanfold's own code, before the user's: their stack traces are what matters
  const deployed = { job: await importJob(job.module), digest: job.digest };
  return localServices(store, deployed, send, resumed, memoryBytes);
}

async function handle(
  { id, message, receives }: Extract<ToThread, { kind: 'deliver' }>,
  services: Promise<Services> | undefined,
  post: (message: FromThread) => void,
): Promise<void> {
  try {
    assert(services, 'a message came before the setup');
    await step(message, receives, await services);
    post({ kind: 'done', id });
  } catch (error) {
    post({ kind: 'failed', id, error: errorData(asFanfoldError(error)) });
  }
}

function step(message: Message, receives: number, services: Services): Promise<void> {
  if (message.kind === 'run') return split(message, services);
  if (message.kind === 'chunk') return work(message, services, { receives, timeLeftMs: Number.POSITIVE_INFINITY });
  return aggregate(message, services);
}
