/** Queues, invokers and clocks that break a promise each: the suites must notice, by the tests named here and no others. */
import type { ChunkMessage, NodeRequest } from '../../functions/core/messages.ts';
import { clockConformance } from './clock.conformance.ts';
import { type InvokerUnderTest, invokerConformance } from './invoker.conformance.ts';
import { openLocalInvoker, openLocalQueue } from './local.ts';
import { type QueueUnderTest, queueConformance, type Taken } from './queue.conformance.ts';

interface Sabotage<T> {
  readonly name: string;
  readonly broken: readonly string[];
  /** What is done otherwise, beside one that is right. */
  readonly over: (right: T) => Partial<T>;
}

const AGAIN = 'what fails comes again, is counted, and keeps nothing else back';
const AS_SENT = 'what was sent arrives as it was sent';
const DEAD = 'what was taken 5 times is a dead letter, as it was sent';
const DONE = 'what is done does not come again as what failed does';
const MANY = 'of many messages, sent by several at the same time, none is lost';
const LONG = 'the longest messages that a plan makes arrive, however many at once';

const sending = (
  { queue }: QueueUnderTest,
  change: (messages: readonly ChunkMessage[]) => readonly ChunkMessage[],
): Partial<QueueUnderTest> => ({ queue: { send: (messages) => queue.send(change(messages)) } });

const taking = (right: QueueUnderTest, change: (taken: Taken) => Taken): Partial<QueueUnderTest> => ({
  take: async () => (await right.take()).map(change),
});

const queues: readonly Sabotage<QueueUnderTest>[] = [
  {
    name: 'a queue that spoils what is not ASCII',
    broken: [AS_SENT, DEAD],
    over: (right) =>
      sending(right, (messages) => messages.map((m) => JSON.parse(JSON.stringify(m).replace(/[^ -~]/g, '?')))),
  },
  {
    name: 'a queue that takes ten messages at most',
    broken: [MANY, LONG],
    over: (right) => sending(right, (messages) => messages.slice(0, 10)),
  },
  {
    name: 'a queue that accepts nothing when it gets nothing',
    broken: ['nothing to send is nothing to do'],
    over: ({ queue }) => ({
      queue: { send: (some) => (some.length > 0 ? queue.send(some) : Promise.reject(new Error('empty batch'))) },
    }),
  },
  {
    name: 'a queue that forgets what failed',
    broken: [AGAIN, DONE, DEAD],
    over: (right) => taking(right, (taken) => ({ ...taken, fail: taken.done })),
  },
  {
    name: 'a queue that does not count',
    broken: [AGAIN, DEAD],
    over: (right) => taking(right, (taken) => ({ ...taken, receives: 1 })),
  },
  {
    name: 'a queue that delivers again what is done',
    broken: [DONE],
    over: (right) => taking(right, (taken) => ({ ...taken, done: taken.fail })),
  },
  {
    name: 'a queue that buries what failed once',
    broken: [AGAIN, DONE, DEAD],
    over: (right) => {
      const dead: unknown[] = [];
      const bury = (taken: Taken) => ({ ...taken, fail: async () => void dead.push(taken.message) });
      return { ...taking(right, bury), dead: async () => dead.splice(0) };
    },
  },
  {
    name: 'a queue without dead letters',
    broken: [DEAD],
    over: () => ({ dead: async () => [] }),
  },
];

const GIVEN = 'the function gets the request as it was given';
const NOT_WAITED_FOR = 'it is not waited for';
const EACH = 'of many requests at the same time, each is carried out';
const RUN_AGAIN = 'a function that throws is run again';

const invoking = (
  { invoker }: InvokerUnderTest,
  change: (request: NodeRequest) => NodeRequest,
): Partial<InvokerUnderTest> => ({ invoker: { invoke: (request) => invoker.invoke(change(request)) } });

const invokers: readonly Sabotage<InvokerUnderTest>[] = [
  {
    name: 'an invoker that spoils what is not ASCII',
    broken: [GIVEN],
    over: (right) => invoking(right, (request) => ({ ...request, run: request.run.replace(/[^ -~]/g, '?') })),
  },
  {
    name: 'an invoker that waits for the function',
    broken: [NOT_WAITED_FOR],
    over: ({ invoker }) => ({
      invoker: {
        invoke: async (request) => {
          await invoker.invoke(request);
          if (request.job === 'waits') throw new Error('the function timed out while it waited to be let go on');
        },
      },
    }),
  },
  {
    name: 'an invoker that drops what comes while it is busy',
    broken: [EACH],
    over: ({ invoker }) => {
      let busy = false;
      const invoke = async (request: NodeRequest) => {
        if (busy) return;
        busy = true;
        await new Promise((resolve) => setImmediate(resolve));
        await invoker.invoke(request);
        busy = false;
      };
      return { invoker: { invoke } };
    },
  },
  {
    name: 'an invoker that starts a function once',
    broken: [RUN_AGAIN],
    over: (right) => {
      let told = 0;
      return {
        told: async () => (await right.told()).filter(({ request }) => request.job !== 'throws' || told++ === 0),
      };
    },
  },
];

for (const { name, broken, over } of queues) {
  queueConformance(
    name,
    async () => {
      const right = await openLocalQueue();
      return { ...right, ...over(right) };
    },
    broken,
  );
}

for (const { name, broken, over } of invokers) {
  invokerConformance(
    name,
    async () => {
      const right = await openLocalInvoker();
      return { ...right, ...over(right) };
    },
    broken,
  );
}

const WHOLE = 'it tells whole milliseconds since 1970';
const GOES_ON = 'it goes on while time passes';
const AGREES = 'it agrees with the stamps of the store within seconds';
const START_MS = 1_700_000_000_000;

const clocks: readonly { name: string; broken: readonly string[]; nowMs: (trueMs: number) => number }[] = [
  { name: 'a clock in seconds', broken: [WHOLE, GOES_ON, AGREES], nowMs: (ms) => ms / 1000 },
  { name: 'a clock with fractions', broken: [WHOLE], nowMs: (ms) => ms + 0.5 },
  { name: 'a clock that stands still', broken: [GOES_ON], nowMs: () => START_MS },
  { name: 'a clock that is a minute fast', broken: [AGREES], nowMs: (ms) => ms + 60_000 },
];

for (const { name, broken, nowMs } of clocks) {
  let trueMs = START_MS;
  const at = {
    clock: { nowMs: () => nowMs(trueMs) },
    pass: async (ms: number) => {
      trueMs += ms;
    },
    stamp: async () => trueMs,
    close: async () => {},
  };
  clockConformance(name, async () => at, broken);
}
