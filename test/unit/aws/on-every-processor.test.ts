import { threadId } from 'node:worker_threads';
import type { SQSRecord } from 'aws-lambda';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { handlerWith, logged, type Told } from './every-processor.ts';

const channel = new BroadcastChannel('every-processor');
const told: Told[] = [];
channel.onmessage = ({ data }: { data: Told }) => void told.push(data);
beforeEach(() => void told.splice(0));
afterAll(() => channel.close());

/** Messages: name, what it says, and how often it was received. */
const records = (...all: (readonly [string, string, number?])[]): SQSRecord[] =>
  all.map(([messageId, body, receives = 1]) => ({
    messageId,
    body,
    receiptHandle: '',
    attributes: {
      ApproximateReceiveCount: String(receives),
      SentTimestamp: '0',
      SenderId: '',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: '',
    awsRegion: '',
  }));

const given = (...names: string[]) => ({ batchItemFailures: names.map((itemIdentifier) => ({ itemIdentifier })) });
const heard = async (message: string, event: Told['event']) => {
  await expect.poll(() => told.find((one) => one.message === message && one.event === event)).toBeDefined();
  return told.find((one) => one.message === message && one.event === event);
};

describe('a handler on every processor', () => {
  test('works the messages of a batch at the same time, each with its share of the function', async () => {
    const handler = handlerWith(2);
    const context = { getRemainingTimeInMillis: () => 5_000 };
    expect(await handler({ Records: records(['a', 'meet'], ['b', 'meet']) }, context)).toEqual(given());
    const [a, b] = [await heard('a', 'began'), await heard('b', 'began')];
    expect(a?.threadId).not.toBe(b?.threadId);
    expect([a?.tableBytesMax, b?.tableBytesMax]).toEqual([32 * 2 ** 20, 32 * 2 ** 20]);
    expect(new Set([a?.scratch, b?.scratch])).toEqual(new Set(['/tmp/fanfold-0', '/tmp/fanfold-1']));
    expect(a?.timeLeftMs).toBeGreaterThan(0);
    expect(a?.timeLeftMs).toBeLessThanOrEqual(5_000);
  });

  test('works one message where it is, while there are no threads', async () => {
    await handlerWith(2)({ Records: records(['a', 'nothing']) });
    expect((await heard('a', 'began'))?.threadId).toBe(threadId);
    await handlerWith(1)({ Records: records(['b', 'nothing'], ['c', 'nothing']) });
    expect((await heard('c', 'began'))?.threadId).toBe(threadId);
  });

  test('gives back what its step gives back, and more messages than processors are all worked', async () => {
    const batch = records(['a', 'give back'], ['b', 'nothing'], ['c', 'give back'], ['d', 'nothing']);
    const { batchItemFailures } = await handlerWith(2)({ Records: batch });
    expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).sort()).toEqual(['a', 'c']);
    for (const name of ['a', 'b', 'c', 'd']) await heard(name, 'ended');
  });

  test.each([
    ['exit', /exited with 3/],
    ['exhaust', /memory/],
  ])(
    'gives back the message whose thread dies (%s), and no other; the next batch has a new thread',
    async (deed, why) => {
      const handler = handlerWith(2);
      expect(await handler({ Records: records(['good', 'nothing'], ['bad', deed]) })).toEqual(given('bad'));
      await heard('good', 'ended');
      expect(logged.at(-1)).toMatchObject({
        event: 'thread ended, message given back',
        details: { message: 'bad', receives: 1, error: expect.stringMatching(why) },
      });
      expect(await handler({ Records: records(['c', 'nothing'], ['d', 'nothing']) })).toEqual(given());
    },
  );

  test('works alone, after the others, what may have cost workers their lives', async () => {
    const batch = records(['a', 'nothing', 3], ['b', 'nothing', 4], ['c', 'nothing', 2], ['d', 'nothing']);
    await handlerWith(4)({ Records: batch });
    await heard('b', 'ended');
    const order = told.filter(({ event }) => event !== 'met').map(({ message, event }) => `${message} ${event}`);
    expect(order.slice(-4)).toEqual(['a began', 'a ended', 'b began', 'b ended']);
  });
});
