/** SQS as far as fanfold asks it for anything: sending, and counts that are only approximate. */
import { GetQueueAttributesCommand, SendMessageBatchCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { FaultKind } from './faults.ts';
import type { SimulatedQueue } from './sqs-queue.ts';

export class SqsService {
  readonly #queues: ReadonlyMap<string, SimulatedQueue>;
  readonly #random: () => number;

  /** @param queues by their URLs */
  constructor(queues: ReadonlyMap<string, SimulatedQueue>, random: () => number) {
    this.#queues = queues;
    this.#random = random;
  }

  answer(command: object, strikes: (kind: FaultKind) => boolean): object {
    if (command instanceof SendMessageBatchCommand) return this.#sendBatch(command, strikes);
    if (command instanceof SendMessageCommand) return this.#send(command);
    if (command instanceof GetQueueAttributesCommand) return this.#attributes(command, strikes);
    throw new Error(`the simulated SQS knows no ${command.constructor.name}`);
  }

  #sendBatch({ input }: SendMessageBatchCommand, strikes: (kind: FaultKind) => boolean) {
    const queue = this.#queue(input.QueueUrl);
    const Successful: { Id: string | undefined }[] = [];
    const Failed: { Id: string | undefined; SenderFault: boolean; Code: string; Message: string }[] = [];
    for (const { Id, MessageBody = '' } of input.Entries ?? []) {
      if (strikes('entryRefused')) {
        Failed.push({ Id, SenderFault: false, Code: 'InternalError', Message: 'try again' });
        continue;
      }
      queue.send(MessageBody);
      Successful.push({ Id });
    }
    return { Successful, Failed };
  }

  #send({ input }: SendMessageCommand) {
    this.#queue(input.QueueUrl).send(input.MessageBody ?? '');
    return {};
  }

  /** "The approximate metrics … might not achieve consistency until at least 1 minute after the producers stop sending."
   * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html */
  #attributes({ input }: GetQueueAttributesCommand, strikes: (kind: FaultKind) => boolean) {
    const queue = this.#queue(input.QueueUrl);
    const wrong = queue.length > 0 && strikes('countWrong');
    const told = (count: number) => String(wrong ? Math.floor(count * this.#random()) : count);
    return {
      Attributes: {
        ApproximateNumberOfMessages: told(queue.visible),
        ApproximateNumberOfMessagesNotVisible: told(queue.length - queue.visible),
      },
    };
  }

  #queue(url: string | undefined): SimulatedQueue {
    const queue = this.#queues.get(url ?? '');
    if (queue === undefined) throw new Error(`there is no queue ${url}`);
    return queue;
  }
}
