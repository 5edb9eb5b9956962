/** What the handlers of queues share: one message after the other, and an answer that names those to give back. */
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { asFanfoldError } from '../../errors.ts';
import type { Log } from '../../ports/services.ts';

/**
 * Does a step for the body of each message, in turn, and gives back to the queue those whose step threw: they come
 * again, and once they have used up their receives they are dead letters, which have an answer of their own. The steps
 * write down themselves what no retry can help, and return; so whatever they throw means that nothing is written down.
 */
export async function eachMessage(
  event: SQSEvent,
  log: Log,
  step: (body: unknown, receives: number) => Promise<void>,
): Promise<SQSBatchResponse> {
  const batchItemFailures: { itemIdentifier: string }[] = [];
  for (const { messageId, body, attributes } of event.Records) {
    const parsed = parse(body);
    if (parsed === undefined) {
      log('message that is no JSON', { message: messageId, body });
      continue;
    }
    const receives = Number(attributes.ApproximateReceiveCount);
    try {
      await step(parsed.body, receives);
    } catch (thrown) {
      const { code, message, stack } = asFanfoldError(thrown);
      log('message given back', { message: messageId, receives, code, error: message, stack });
      batchItemFailures.push({ itemIdentifier: messageId });
    }
  }
  return { batchItemFailures };
}

/** Nobody of ours sends what is no JSON, and no retry makes it any: it is told and dropped. */
function parse(text: string): { readonly body: unknown } | undefined {
  try {
    return { body: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
