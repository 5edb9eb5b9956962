/** The adapters for AWS over simulated services without faults, as the suites see them. Time passes when they wait. */
import { LambdaInvoker } from '../../functions/adapters/aws/lambda-invoker.ts';
import { SqsQueue } from '../../functions/adapters/aws/sqs-queue.ts';
import { clientsOf } from '../../functions/adapters/simulated/clients.ts';
import { SimulatedDeployment } from '../../functions/adapters/simulated/deployment.ts';
import { SimulatedFunction } from '../../functions/adapters/simulated/lambda-function.ts';
import { type Message, SimulatedQueue } from '../../functions/adapters/simulated/sqs-queue.ts';
import { SqsService } from '../../functions/adapters/simulated/sqs-service.ts';
import { World } from '../../functions/adapters/simulated/world.ts';
import type { ChunkMessage, NodeRequest } from '../../functions/core/messages.ts';
import { RECEIVES_MAX } from '../../functions/limits.ts';
import type { ClockUnderTest } from './clock.conformance.ts';
import { invokedFunction, type Told } from './invoked-function.ts';
import type { InvokerUnderTest } from './invoker.conformance.ts';
import type { QueueUnderTest } from './queue.conformance.ts';
import { stampIn } from './stamp.ts';

const START_MS = 1_800_000_000_000;
const HOUR_MS = 3_600_000;
/** Of real time; virtual time passes as fast as it can. */
const PATIENCE_MS = 1_200;

/** A fanfold without jobs, where nothing goes wrong. */
export function deployed(startMs = START_MS) {
  const world = new World({ seed: 1, startMs, faults: {} });
  const few = {
    merciful: true,
    ticks: false,
    batchSize: 1,
    concurrencyMax: 2,
    firstPartBytes: 1_000,
    pageChunksMax: 100,
  };
  const deployment = new SimulatedDeployment(world, { jobs: [], ...few });
  return { world, deployment, process: deployment.outsider('test') };
}

/** Lets time pass until what was begun is over. */
async function over<T>(world: World, begun: Promise<T>): Promise<T> {
  let waiting = true;
  const settled = begun.finally(() => {
    waiting = false;
  });
  settled.catch(() => {}); // told to whoever awaits it
  while (waiting) if (!(await world.timeline.step())) await new Promise(setImmediate);
  return settled;
}

export async function openSimulatedQueue(): Promise<QueueUnderTest> {
  const { world, deployment, process } = deployed();
  const deadLetters = new SimulatedQueue(world, 'dead', { visibilityMs: HOUR_MS });
  const queue = new SimulatedQueue(world, 'queue', {
    visibilityMs: HOUR_MS,
    deadLetters: { queue: deadLetters, maxReceives: RECEIVES_MAX },
  });
  const sqs = new SqsService(new Map([['url', queue]]), () => world.random.next());
  const adapter = new SqsQueue<ChunkMessage>(clientsOf(process, { ...deployment.services, sqs }).sqs, 'url', (nth) =>
    process.sleep(nth),
  );
  const taken = (message: Message) => ({
    message: JSON.parse(message.body),
    receives: message.receives,
    done: async () => queue.delete(message),
    fail: async () => queue.expire(message),
  });
  return {
    queue: { send: (messages) => over(world, adapter.send(messages)) },
    take: async () => {
      while (queue.visible === 0 && (await world.timeline.step()));
      return queue.receive(10).map(taken);
    },
    dead: async () =>
      deadLetters.receive(10).map((message) => {
        deadLetters.delete(message);
        return JSON.parse(message.body);
      }),
    patienceMs: PATIENCE_MS,
    close: async () => {},
  };
}

export async function openSimulatedInvoker(): Promise<InvokerUnderTest> {
  const { world, deployment, process } = deployed();
  const told: Told[] = [];
  let released = 0;
  const target = new SimulatedFunction(world, {
    name: 'told',
    timeoutMs: HOUR_MS,
    load: (environment) => (request: NodeRequest) =>
      invokedFunction(request, {
        tell: async (one) => void told.push(one),
        released: async () => {
          while (released === 0) await environment.sleep(1_000);
          released -= 1;
        },
      }),
  });
  const { lambda } = deployment.services;
  lambda.add(target, { retries: 2, ageMsMax: HOUR_MS, merciful: true });
  const adapter = new LambdaInvoker<NodeRequest>(clientsOf(process, deployment.services).lambda, 'told');
  return {
    invoker: { invoke: (request) => over(world, adapter.invoke(request)) },
    told: async () => {
      await world.timeline.step();
      return told.splice(0);
    },
    release: async () => {
      released += 1;
    },
    patienceMs: PATIENCE_MS,
    close: async () => {},
  };
}

export async function openSimulatedClock(): Promise<ClockUnderTest> {
  const { world, deployment, process } = deployed();
  const { clock, store, results } = deployment.servicesFor(process);
  return {
    clock,
    pass: (ms) => over(world, process.sleep(ms)),
    stamp: () => over(world, stampIn(store, { bucket: results, key: 'runs/r1/stamp' })),
    close: async () => {},
  };
}
