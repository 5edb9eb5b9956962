/**
 * An object under a second name, copied by S3 itself. As a multipart upload: its completion takes `If-None-Match`, which
 * CopyObject does not (it answers 501), and the bucket policy wants it of all that makes an object.
 */
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import type { ObjectName, StoredObject } from '../../ports/object-store.ts';
import type { S3 } from './clients.ts';
import { readingError } from './s3-errors.ts';

/** Parts that S3 copies at the same time. Ours: it copies some 100 MB/s each. */
const TOGETHER = 8;

export interface CopyOptions {
  /** Kept with the copy; the metadata of the original is not. */
  readonly metadata?: Record<string, string>;
  /** 5 MiB to 5 GiB, and 10,000 of them at most. https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
  readonly partBytes: number;
}

/** Copies, unless the name is taken: S3 then answers 412 to the completion. An error leaves nothing behind. */
export async function copyIfAbsent(s3: S3, from: StoredObject, to: ObjectName, options: CopyOptions): Promise<void> {
  const at = { Bucket: to.bucket, Key: to.key };
  const metadata = options.metadata === undefined ? {} : { Metadata: options.metadata };
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ ...at, ...metadata }));
  const CopySource = `${from.bucket}/${from.key.split('/').map(encodeURIComponent).join('/')}`;
  const copyPart = async (PartNumber: number): Promise<CompletedPart> => {
    const start = (PartNumber - 1) * options.partBytes;
    const CopySourceRange = `bytes=${start}-${Math.min(from.size, start + options.partBytes) - 1}`;
    const pinned = { CopySource, CopySourceRange, CopySourceIfMatch: from.etag };
    const asking = s3.send(new UploadPartCopyCommand({ ...at, UploadId, PartNumber, ...pinned }));
    const answer = await asking.catch((error: unknown) => {
      throw readingError(error, from);
    });
    return { PartNumber, ETag: answer.CopyPartResult?.ETag };
  };
  try {
    const Parts: CompletedPart[] = [];
    for (const count = Math.ceil(from.size / options.partBytes); Parts.length < count; ) {
      const numbers = Array.from({ length: Math.min(TOGETHER, count - Parts.length) }, (_, i) => Parts.length + i + 1);
      const copied = await Promise.allSettled(numbers.map(copyPart)); // a part that lands after the abort would stay
      for (const part of copied) {
        if (part.status === 'rejected') throw part.reason;
        Parts.push(part.value);
      }
    }
    const completion = { ...at, UploadId, MultipartUpload: { Parts }, IfNoneMatch: '*' };
    await s3.send(new CompleteMultipartUploadCommand(completion));
  } catch (error) {
    // What cannot be aborted expires by the bucket's lifecycle rule.
    await s3.send(new AbortMultipartUploadCommand({ ...at, UploadId })).catch(() => {});
    throw error;
  }
}
