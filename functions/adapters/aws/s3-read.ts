/** Reading from S3: one request, pinned to a version by its ETag; a stream that breaks goes on where it stopped. */
import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { PinnedObject } from '../../ports/object-store.ts';
import type { Wait } from './backoff.ts';
import type { S3 } from './clients.ts';
import { inputChanged, readingError, storeUnavailable } from './s3-errors.ts';

/** Breaks in a row without a byte between them that a read puts up with. Ours. */
const BREAKS_MAX = 5;

/** The bytes [start, end) of the version that has the ETag. Never by VersionId: emulators then ignore the range. */
export async function* readRange(
  s3: S3,
  wait: Wait,
  object: PinnedObject,
  start: number,
  end: number,
): AsyncGenerator<Uint8Array> {
  let at = start;
  for (let breaks = 0; at < end; ) {
    const blocks = await getRange(s3, object, at, end);
    const before = at;
    let cause: unknown;
    try {
      for await (const block of blocks) {
        at += block.length;
        yield block;
      }
    } catch (error) {
      cause = error; // of the stream alone: what a caller throws never comes here
    }
    if (at >= end && cause === undefined) return;
    if (at >= end) throw storeUnavailable(`s3://${object.bucket}/${object.key} came with another checksum`, cause);
    breaks = at > before ? 1 : breaks + 1;
    if (breaks > BREAKS_MAX) throw storeUnavailable(`Reading s3://${object.bucket}/${object.key} breaks off`, cause);
    await wait(breaks - 1);
  }
}

async function getRange(s3: S3, object: PinnedObject, start: number, end: number) {
  const { bucket, key, etag } = object;
  const Range = `bytes=${start}-${end - 1}`;
  const asking = s3.send(new GetObjectCommand({ Bucket: bucket, Key: key, IfMatch: etag, Range }));
  const answer = await asking.catch((error: unknown) => {
    throw readingError(error, object);
  });
  // S3 has checked both; a store that ignores one of the headers must not get other bytes past us.
  if (answer.ETag !== etag || answer.ContentLength !== end - start) throw inputChanged(`s3://${bucket}/${key}`);
  return streamOf(answer.Body);
}

/** An answer's body as what it is on Node: a stream of blocks. */
export function streamOf(body: unknown): AsyncIterable<Uint8Array> {
  if (typeof body === 'object' && body !== null && Symbol.asyncIterator in body) {
    return body as AsyncIterable<Uint8Array>; // the SDK's stream on Node, in bytes as no encoding was set
  }
  throw storeUnavailable('S3 answered without a body');
}
