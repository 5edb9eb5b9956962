/** Who gave up: a dead letter of the intake queue, of the chunk queue, or of the aggregator. Pure. */
import type { ChunkMessage, NodeRequest, RunRequest } from '../core/messages.ts';
import { type DigestOf, parseEvent } from '../splitter/parse-event.ts';

export interface DeadLetter {
  /** One, or none if it is nobody's; more only of an S3 notification that told of several objects. */
  readonly dead: readonly (RunRequest | ChunkMessage | NodeRequest)[];
  /** As a clause: what happened to it. */
  readonly why: string;
}

export function parseDeadLetter(letter: unknown, digestOf: DigestOf): DeadLetter {
  if (typeof letter !== 'object' || letter === null) return { dead: [], why: '' };
  if ('kind' in letter && letter.kind === 'chunk') {
    const chunk = letter as ChunkMessage; // only the splitter and the watcher send to the chunk queue
    return { dead: [chunk], why: 'its worker ran out of time or memory, or kept failing' };
  }
  if ('requestPayload' in letter) {
    const why = told(letter);
    return { dead: [letter.requestPayload as NodeRequest], why }; // the destination of the aggregator alone
  }
  return { dead: parseEvent(letter, digestOf), why: 'the splitter ran out of time or memory, or kept failing' };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
function told(record: object): string {
  const { requestContext, responsePayload } = record as {
    readonly requestContext?: { readonly condition?: string };
    readonly responsePayload?: { readonly errorMessage?: string };
  };
  return [requestContext?.condition, responsePayload?.errorMessage].filter((part) => part !== undefined).join(', ');
}
