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

/** Parts on their way at the same time: copies, which S3 makes with some 100 MB/s each, or fewer that pass through memory. */
const COPIES_TOGETHER = 16;
const SENT_TOGETHER = 4;

/** A part: a range of one version that S3 copies, or bytes that are made when their turn comes. */
export type SourcePart =
  | { readonly of: PinnedObject; readonly start: number; readonly end: number }
  | { readonly bytes: () => Promise<Uint8Array> };

export interface JoinOptions {
  /** Kept with the object; the metadata of what it is made of is not. */
  readonly metadata?: Record<string, string>;
  /**
   * What all of it must come to: S3 compares the checksums of the parts, which it makes itself, with this one.
   * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
   */
  readonly crc32?: number;
}

/** Joins the parts, unless the name is taken: S3 then answers 412 to the completion. An error leaves nothing behind. */
export async function joinParts(
  s3: S3,
  to: ObjectName,
  parts: readonly SourcePart[],
  { metadata, crc32 }: JoinOptions,
): Promise<void> {
  const at = { Bucket: to.bucket, Key: to.key };
  const created = await s3.send(
    new CreateMultipartUploadCommand({
      ...at,
      ...(metadata === undefined ? {} : { Metadata: metadata }),
      ...(crc32 === undefined ? {} : { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' }),
    }),
  );
  const upload = { ...at, UploadId: created.UploadId };
  try {
    const Parts: CompletedPart[] = [];
    while (Parts.length < parts.length) {
      const some = nextParts(parts, Parts.length);
      const landing = some.map(async (part, n) => {
        const PartNumber = Parts.length + n + 1;
        return { PartNumber, ...(await putPart(s3, { ...upload, PartNumber }, part, crc32 !== undefined)) };
      });
      for (const part of await Promise.allSettled(landing)) {
        if (part.status === 'rejected') throw part.reason; // all have ended: a part that lands after the abort would stay
        Parts.push(part.value);
      }
    }
    const whole = crc32 === undefined ? {} : { ChecksumCRC32: base64Of(crc32), ChecksumType: 'FULL_OBJECT' as const };
    await s3.send(
      new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts }, IfNoneMatch: '*', ...whole }),
    );
  } catch (error) {
    // What cannot be aborted expires by the bucket's lifecycle rule.
    await s3.send(new AbortMultipartUploadCommand(upload)).catch(() => {});
    throw error;
  }
}

/** As many as are on their way at the same time. */
function nextParts(parts: readonly SourcePart[], from: number): readonly SourcePart[] {
  let [end, sent] = [from, 0];
  for (; end < parts.length && end - from < COPIES_TOGETHER; end++) {
    const part = parts[end];
    if (part !== undefined && 'bytes' in part && ++sent > SENT_TOGETHER) break;
  }
  return parts.slice(from, end);
}

type PartName = Pick<UploadPartCommand['input'], 'Bucket' | 'Key' | 'UploadId' | 'PartNumber'>;

/** What S3 says of the part that it has now. */
async function putPart(s3: S3, name: PartName, part: SourcePart, checked: boolean): Promise<CompletedPart> {
  if ('bytes' in part) {
    const Body = await part.bytes();
    const checksum = checked ? { ChecksumAlgorithm: 'CRC32' as const } : {};
    return told(await s3.send(new UploadPartCommand({ ...name, Body, ContentLength: Body.length, ...checksum })));
  }
  const { of, start, end } = part;
  const CopySource = `${of.bucket}/${of.key.split('/').map(encodeURIComponent).join('/')}`;
  const range = { CopySource, CopySourceRange: `bytes=${start}-${end - 1}`, CopySourceIfMatch: of.etag };
  const asking = s3.send(new UploadPartCopyCommand({ ...name, ...range }));
  const answer = await asking.catch((error: unknown) => {
    throw readingError(error, of);
  });
  return told(answer.CopyPartResult ?? {});
}

const told = ({ ETag, ChecksumCRC32 }: CompletedPart): CompletedPart => ({
  ETag,
  ...(ChecksumCRC32 === undefined ? {} : { ChecksumCRC32 }),
});

/** Most significant byte first. */
function base64Of(crc32: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32);
  return bytes.toString('base64');
}
