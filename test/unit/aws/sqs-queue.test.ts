import { type SendMessageBatchRequestEntry, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { groupBySize, SqsQueue } from '../../../functions/adapters/aws/sqs-queue.ts';

type Entries = readonly SendMessageBatchRequestEntry[];
type Failed = { readonly Id: string; readonly SenderFault: boolean; readonly Message?: string };

/** A queue whose answers a test writes: which entries of a request fail. */
function queueThat(fail: (entries: Entries, nth: number) => Failed[]) {
  const requests: Entries[] = [];
  const sqs = new SQSClient({ region: 'us-east-1' });
  sqs.send = async ({ input }: { input: { Entries?: Entries } }) => {
    requests.push(input.Entries ?? []);
    return { Failed: fail(input.Entries ?? [], requests.length) };
  };
  return { queue: new SqsQueue(sqs, 'url', async () => {}), requests };
}

const messages = (count: number, bytes = 10) =>
  Array.from({ length: count }, (_, i) => ({ run: `run-${i % 2}`, i, fill: 'x'.repeat(bytes) }));
const bodies = (requests: readonly Entries[]) =>
  requests.flat().map(({ MessageBody = '' }): { i: number } => JSON.parse(MessageBody));

describe('send', () => {
  test('sends every message once, ten a request, each in the group of its run', async () => {
    const { queue, requests } = queueThat(() => []);
    await queue.send(messages(1005));
    expect(requests).toHaveLength(101);
    expect(new Set(bodies(requests).map(({ i }) => i)).size).toBe(1005);
    expect(requests.flat()).toHaveLength(1005);
    for (const entry of requests.flat()) expect(entry.MessageBody).toContain(`"run":"${entry.MessageGroupId}"`);
  });

  test('of nothing asks nothing', async () => {
    const { queue, requests } = queueThat(() => []);
    await queue.send([]);
    expect(requests).toEqual([]);
  });

  test('sends again what was not accepted, and only that', async () => {
    const { queue, requests } = queueThat((_, nth) => (nth === 1 ? [{ Id: '2', SenderFault: false }] : []));
    await queue.send(messages(5));
    expect(requests.map((entries) => entries.map(({ Id }) => Id))).toEqual([['0', '1', '2', '3', '4'], ['2']]);
  });

  test('rejects when messages are refused for good, or again and again', async () => {
    const refused = queueThat((entries) => entries.map(({ Id = '' }) => ({ Id, SenderFault: true, Message: 'bad' })));
    await expect(refused.queue.send(messages(1))).rejects.toMatchObject({ retry: 'safe' });
    expect(refused.requests).toHaveLength(1);
    const busy = queueThat((entries) => entries.map(({ Id = '' }) => ({ Id, SenderFault: false, Message: 'busy' })));
    await expect(busy.queue.send(messages(1))).rejects.toThrow('busy');
    expect(busy.requests).toHaveLength(9);
  });
});

test('nothing is on its way any more when send rejects', async () => {
  let flying = 0;
  const sqs = new SQSClient({ region: 'us-east-1' });
  sqs.send = async ({ input }: { input: { Entries?: Entries } }) => {
    if (input.Entries?.some(({ MessageBody }) => MessageBody?.includes('"i":0,'))) throw new Error('refused');
    flying += 1;
    await new Promise((resolve) => setTimeout(resolve, 5));
    flying -= 1;
    return {};
  };
  await expect(new SqsQueue(sqs, 'url').send(messages(500))).rejects.toThrow('refused');
  expect(flying).toBe(0);
});

test('a request is at most ten messages and a MiB, in UTF-8', () => {
  const groups = [
    ...groupBySize(messages(7, 240 * 1024).map((message) => ({ ...message, fill: 'é'.repeat(120 * 1024) }))),
  ];
  expect(groups.map((group) => group.length)).toEqual([4, 3]);
  for (const group of groups) {
    const bytes = group.reduce((sum, { MessageBody }) => sum + Buffer.byteLength(MessageBody), 0);
    expect(bytes).toBeLessThanOrEqual(1024 * 1024);
  }
});

test('what SQS does not accept in a message is escaped, and read as it was', () => {
  const message = { run: 'r', key: 'é \ufffe\uffff 😀 \u0000\ud800' };
  const [[entry] = []] = [...groupBySize([message])];
  expect(entry?.MessageBody).toMatch(/^[\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]+$/u);
  expect(JSON.parse(entry?.MessageBody ?? '')).toEqual(message);
});
