/** The ports of a laptop, as the suites see them. */
import { LocalQueue } from '../../functions/adapters/local/local-queue.ts';
import { localServices } from '../../functions/adapters/local/local-services.ts';
import type { NodeRequest } from '../../functions/core/messages.ts';
import { FanfoldError } from '../../functions/errors.ts';
import type { Services } from '../../functions/ports/services.ts';
import job from '../../jobs/word-count.ts';
import { invokedFunction, type Told } from './invoked-function.ts';
import type { InvokerUnderTest } from './invoker.conformance.ts';
import type { QueueUnderTest } from './queue.conformance.ts';

/** A laptop's services, whose messages go to a queue that a test holds the other end of. */
export const servicesOver = (queue: LocalQueue, directory = '.'): Services =>
  localServices({ base: '.', directory, job: job.name, run: 'r1' }, { job, digest: 'digest' }, (messages) =>
    queue.send(messages),
  );

/** The longest pause before a redelivery is half a second. */
const PATIENCE_MS = 1_200;

const failure = new FanfoldError('FANFOLD_STORE_UNAVAILABLE', 'it failed', { fix: 'Try again.', retry: 'safe' });

export async function openLocalQueue(): Promise<QueueUnderTest> {
  const dead: unknown[] = [];
  const local = new LocalQueue({ onMessage: () => {}, onDead: (message) => dead.push(message) });
  return {
    queue: servicesOver(local).chunks,
    take: async () => {
      const delivery = local.take();
      if (delivery === undefined) return [];
      return [{ ...delivery, done: async () => {}, fail: async () => local.fail(delivery, failure) }];
    },
    dead: async () => dead.splice(0),
    patienceMs: PATIENCE_MS,
    close: async () => local.close(),
  };
}

export async function openLocalInvoker(): Promise<InvokerUnderTest> {
  const told: Told[] = [];
  const gate = new Gate();
  const world = { tell: async (one: Told) => void told.push(one), released: () => gate.pass() };
  const local = new LocalQueue({ onMessage: () => void pump(), onDead: () => {} });
  /** As the pool of threads does, with the one function. */
  async function pump(): Promise<void> {
    const delivery = local.take();
    if (delivery === undefined) return;
    await invokedFunction(delivery.message as NodeRequest, world).catch(() => local.fail(delivery, failure));
  }
  return {
    invoker: servicesOver(local).aggregator,
    told: async () => told.splice(0),
    release: async () => gate.open(),
    patienceMs: PATIENCE_MS,
    close: async () => local.close(),
  };
}

/** Lets as many pass as it was opened times, whoever comes first. */
class Gate {
  #waiting: (() => void)[] = [];
  #opened = 0;

  open(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#opened += 1;
    else next();
  }

  async pass(): Promise<void> {
    if (this.#opened > 0) this.#opened -= 1;
    else await new Promise<void>((go) => this.#waiting.push(go));
  }
}
