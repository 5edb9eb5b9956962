/**
 * An object made of ranges of stored ones, copied by S3 itself. As a multipart upload: its completion takes
 * `If-None-Match`, which CopyObject does not (it answers 501), and the bucket policy wants it of all that makes an object.
 */
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import type { ObjectName, PinnedObject } from '../../ports/object-store.ts';
import type { S3 } from './clients.ts';
import { readingError } from './s3-errors.ts';

/** Parts that S3 copies at the same time. Ours: it copies some 100 MB/s each. */
const TOGETHER = 8;

/** A part: a range of one version that S3 copies, or bytes that are made when their turn comes. */
export type CopiedPart =
  | { readonly of: PinnedObject; readonly start: number; readonly end: number }
  | { readonly bytes: () => Promise<Uint8Array> };

/** Joins the parts, unless the name is taken: S3 then answers 412 to the completion. An error leaves nothing behind. */
export async function joinParts(
  s3: S3,
  to: ObjectName,
  parts: readonly CopiedPart[],
  metadata?: Record<string, string>,
): Promise<void> {
  const at = { Bucket: to.bucket, Key: to.key };
  const kept = metadata === undefined ? {} : { Metadata: metadata };
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ ...at, ...kept }));
  const upload = { ...at, UploadId };
  try {
    const Parts: CompletedPart[] = [];
    while (Parts.length < parts.length) {
      const some = parts.slice(Parts.length, Parts.length + TOGETHER);
      const landing = some.map(async (part, n) => {
        const PartNumber = Parts.length + n + 1;
        return { PartNumber, ETag: await putPart(s3, { ...upload, PartNumber }, part) };
      });
      for (const part of await Promise.allSettled(landing)) {
        if (part.status === 'rejected') throw part.reason; // all have ended: a part that lands after the abort would stay
        Parts.push(part.value);
      }
    }
    await s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts }, IfNoneMatch: '*' }));
  } catch (error) {
    // What cannot be aborted expires by the bucket's lifecycle rule.
    await s3.send(new AbortMultipartUploadCommand(upload)).catch(() => {});
    throw error;
  }
}

type PartName = Pick<UploadPartCommand['input'], 'Bucket' | 'Key' | 'UploadId' | 'PartNumber'>;

async function putPart(s3: S3, name: PartName, part: CopiedPart): Promise<string | undefined> {
  if ('bytes' in part) {
    const Body = await part.bytes();
    return (await s3.send(new UploadPartCommand({ ...name, Body, ContentLength: Body.length }))).ETag;
  }
  const { of, start, end } = part;
  const CopySource = `${of.bucket}/${of.key.split('/').map(encodeURIComponent).join('/')}`;
  const range = { CopySource, CopySourceRange: `bytes=${start}-${end - 1}`, CopySourceIfMatch: of.etag };
  const asking = s3.send(new UploadPartCopyCommand({ ...name, ...range }));
  const answer = await asking.catch((error: unknown) => {
    throw readingError(error, of);
  });
  return answer.CopyPartResult?.ETag;
}
