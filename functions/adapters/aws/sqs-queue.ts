/** A queue on SQS: standard, at least once; messages of one run form one group, so that runs share fairly. */
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { FanfoldError } from '../../errors.ts';
import { QUEUE_BATCH_BYTES_MAX, QUEUE_BATCH_MESSAGES_MAX } from '../../limits.ts';
import type { Queue } from '../../ports/queue.ts';
import { backoff, type Wait } from './backoff.ts';
import type { Sqs } from './clients.ts';

/** Requests on their way at a time: 32 × 10 messages at 35 ms are a million chunks in two minutes, of a splitter's five. Ours. */
const IN_FLIGHT = 32;
/** Times that messages which SQS did not accept are sent again. Ours. */
const TRIES_MAX = 8;

export class SqsQueue<M extends { readonly run: string }> implements Queue<M> {
  readonly #sqs: Sqs;
  readonly #url: string;
  readonly #wait: Wait;

  constructor(sqs: Sqs, url: string, wait: Wait = backoff) {
    this.#sqs = sqs;
    this.#url = url;
    this.#wait = wait;
  }

  async send(messages: readonly M[]): Promise<void> {
    const groups = groupBySize(messages);
    const sender = async () => {
      for (const group of groups) await this.#sendAll(group); // one iterator, shared by all senders
    };
    // All are awaited also when one failed: what is still on its way when a handler returns may never arrive, or late.
    const outcomes = await Promise.allSettled(Array.from({ length: IN_FLIGHT }, sender));
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  async #sendAll(entries: readonly Entry[]): Promise<void> {
    let left = entries;
    for (let nth = 0; ; nth++) {
      const { Failed = [] } = await this.#sqs.send(
        new SendMessageBatchCommand({ QueueUrl: this.#url, Entries: [...left] }),
      );
      if (Failed.length === 0) return;
      const refused = Failed.find((failure) => failure.SenderFault === true);
      const why = `SQS refused ${Failed.length} messages of ${left[0]?.MessageGroupId}: ${(refused ?? Failed[0])?.Message}`;
      if (refused !== undefined || nth >= TRIES_MAX) {
        throw new FanfoldError('FANFOLD_STORE_UNAVAILABLE', why, { fix: 'Nothing: it is tried again.', retry: 'safe' });
      }
      const failed = new Set(Failed.map((failure) => failure.Id));
      left = left.filter((entry) => failed.has(entry.Id));
      await this.#wait(nth);
    }
  }
}

interface Entry {
  readonly Id: string;
  readonly MessageBody: string;
  /** On a standard queue it orders nothing: it keeps one busy run from starving the others.
   * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html */
  readonly MessageGroupId: string;
}

/** As many messages a request as SQS takes: ten, and a MiB in all. */
export function* groupBySize(messages: readonly { readonly run: string }[]): Generator<Entry[]> {
  let group: Entry[] = [];
  let bytes = 0;
  for (const message of messages) {
    const MessageBody = bodyOf(message);
    const size = Buffer.byteLength(MessageBody);
    if (group.length === QUEUE_BATCH_MESSAGES_MAX || (group.length > 0 && bytes + size > QUEUE_BATCH_BYTES_MAX)) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push({ Id: String(group.length), MessageBody, MessageGroupId: message.run });
    bytes += size;
  }
  if (group.length > 0) yield group;
}

/**
 * JSON in the characters that SQS accepts: without U+FFFE and U+FFFF, which a key may hold, and which JSON need not escape.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
const bodyOf = (message: unknown) =>
  JSON.stringify(message).replace(/[\ufffe\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16)}`);
