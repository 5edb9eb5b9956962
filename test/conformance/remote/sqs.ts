/** Queues for the tests, and their other ends. */
import { setTimeout as pause } from 'node:timers/promises';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import type { Sqs } from '../../../functions/adapters/aws/clients.ts';
import { nonce } from './target.ts';

const EMPTY_PAUSE_MS = 50;

export class TestQueue {
  readonly url: string;
  readonly #sqs: Sqs;

  private constructor(sqs: Sqs, url: string) {
    this.#sqs = sqs;
    this.url = url;
  }

  /** @param deadLetters where messages go that were received so many times */
  static async make(
    sqs: Sqs,
    name: string,
    deadLetters?: { readonly queue: TestQueue; readonly receives: number },
  ): Promise<TestQueue> {
    const redrive = deadLetters && {
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: await deadLetters.queue.arn(),
        maxReceiveCount: deadLetters.receives,
      }),
    };
    const { QueueUrl = '' } = await sqs.send(
      new CreateQueueCommand({
        QueueName: `fanfold-conformance-${name}-${nonce}`,
        Attributes: { VisibilityTimeout: '120', ...redrive },
      }),
    );
    return new TestQueue(sqs, QueueUrl);
  }

  async arn(): Promise<string> {
    const asked = new GetQueueAttributesCommand({ QueueUrl: this.url, AttributeNames: ['QueueArn'] });
    return (await this.#sqs.send(asked)).Attributes?.['QueueArn'] ?? '';
  }

  /** Up to ten of those that are there. It does not wait on the server, which may be one that does one thing at a time. */
  async receive(): Promise<readonly Message[]> {
    const { Messages = [] } = await this.#sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: this.url,
        MaxNumberOfMessages: 10,
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      }),
    );
    if (Messages.length === 0) await pause(EMPTY_PAUSE_MS);
    return Messages;
  }

  async delete({ ReceiptHandle }: Message): Promise<void> {
    await this.#sqs.send(new DeleteMessageCommand({ QueueUrl: this.url, ReceiptHandle }));
  }

  /** As when its visibility times out. */
  async giveBack({ ReceiptHandle }: Message): Promise<void> {
    const VisibilityTimeout = 0;
    await this.#sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl: this.url, ReceiptHandle, VisibilityTimeout }));
  }

  /** Receives and deletes. */
  async takeBodies(): Promise<readonly string[]> {
    const messages = await this.receive();
    await Promise.all(messages.map((message) => this.delete(message)));
    return messages.map(({ Body = '' }) => Body);
  }

  async close(): Promise<void> {
    await this.#sqs.send(new DeleteQueueCommand({ QueueUrl: this.url }));
  }
}
