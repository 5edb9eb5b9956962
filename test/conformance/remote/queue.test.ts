import { awsClients } from '../../../functions/adapters/aws/clients.ts';
import { SqsQueue } from '../../../functions/adapters/aws/sqs-queue.ts';
import type { ChunkMessage } from '../../../functions/core/messages.ts';
import { RECEIVES_MAX } from '../../../functions/limits.ts';
import { missingQueueConformance, queueConformance } from '../queue.conformance.ts';
import { TestQueue } from './sqs.ts';
import { target } from './target.ts';

queueConformance(`SQS on ${target.name}`, async () => {
  const { sqs } = awsClients();
  const deadLetters = await TestQueue.make(sqs, 'dead');
  const queue = await TestQueue.make(sqs, 'queue', { queue: deadLetters, receives: RECEIVES_MAX });
  return {
    queue: new SqsQueue<ChunkMessage>(sqs, queue.url),
    take: async () =>
      (await queue.receive()).map((message) => ({
        message: JSON.parse(message.Body ?? ''),
        receives: Number(message.Attributes?.ApproximateReceiveCount),
        done: () => queue.delete(message),
        fail: () => queue.giveBack(message),
      })),
    dead: async () => (await deadLetters.takeBodies()).map((body) => JSON.parse(body)),
    patienceMs: 30_000,
    close: async () => {
      await queue.close();
      await deadLetters.close();
    },
  };
});

missingQueueConformance(`SQS on ${target.name}`, async () => {
  const { sqs } = awsClients();
  const queue = await TestQueue.make(sqs, 'missing');
  await queue.close();
  return new SqsQueue<ChunkMessage>(sqs, queue.url);
});
