/** The function that the invoker's suite starts: bundled, and put on Lambda. It tells and waits by way of two queues. */
import { DeleteMessageCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { awsClients } from '../../../functions/adapters/aws/clients.ts';
import type { NodeRequest } from '../../../functions/core/messages.ts';
import { invokedFunction } from '../invoked-function.ts';

const { sqs } = awsClients();
const { TELL_URL, RELEASE_URL } = process.env;

export const handler = (request: NodeRequest): Promise<void> =>
  invokedFunction(request, {
    tell: async (told) => {
      // SQS does not accept every character
      const MessageBody = Buffer.from(JSON.stringify(told)).toString('base64');
      await sqs.send(new SendMessageCommand({ QueueUrl: TELL_URL, MessageBody }));
    },
    released: async () => {
      for (;;) {
        const asked = new ReceiveMessageCommand({ QueueUrl: RELEASE_URL, WaitTimeSeconds: 1 });
        const [message] = (await sqs.send(asked)).Messages ?? [];
        if (message === undefined) continue;
        const { ReceiptHandle } = message;
        await sqs.send(new DeleteMessageCommand({ QueueUrl: RELEASE_URL, ReceiptHandle }));
        return;
      }
    },
  });
