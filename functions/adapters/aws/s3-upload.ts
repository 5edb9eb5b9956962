/** A body of unknown length into one object: a single PUT if it is short, a multipart upload if it is not. */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { ObjectName } from '../../ports/object-store.ts';

const MiB = 1024 * 1024;
/** What is held before a body counts as long, and the size of the first parts. S3: parts of 5 MiB to 5 GiB, 10,000 of
 * them, the last of any size. https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const FIRST_PART_BYTES = 8 * MiB;
const PARTS_MAX = 10_000;
/** Parts double in size every so many: 10,000 of them then come to 8 TiB, and the first hundred GiB need 64 MiB each. */
const PARTS_OF_A_SIZE = 1_000;
/** Bytes on their way at a time, next to the part that fills. Ours: what a function of 512 MB spares. */
const IN_FLIGHT_BYTES = 64 * MiB;

export interface UploadOptions {
  /** Only if nothing stands under the name; S3 then answers 412 otherwise. */
  readonly ifAbsent: boolean;
  /** For tests. @default 8 MiB */
  readonly firstPartBytes?: number;
}

export const partBytesOf = (part: number, firstPartBytes = FIRST_PART_BYTES) =>
  firstPartBytes * 2 ** Math.floor((part - 1) / PARTS_OF_A_SIZE);

/** Uploads; atomic. A body that throws, or an error of S3, leaves nothing behind. */
export async function upload(
  s3: S3Client,
  name: ObjectName,
  body: AsyncIterable<Uint8Array>,
  options: UploadOptions,
): Promise<void> {
  const first = options.firstPartBytes ?? FIRST_PART_BYTES;
  const parts = partsOf(body, first);
  const head = await parts.next();
  const start = head.done ? new Uint8Array() : head.value;
  if (start.length < first) return putWhole(s3, name, start, options.ifAbsent);
  await putParts(s3, name, start, parts, options);
}

export async function putWhole(s3: S3Client, { bucket, key }: ObjectName, body: Uint8Array, ifAbsent: boolean) {
  await s3.send(
    new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: body,
      ContentLength: body.length,
      ...(ifAbsent ? { IfNoneMatch: '*' } : {}),
    }),
  );
}

async function putParts(
  s3: S3Client,
  { bucket, key }: ObjectName,
  start: Uint8Array,
  rest: AsyncIterable<Uint8Array>,
  options: UploadOptions,
): Promise<void> {
  const at = { Bucket: bucket, Key: key };
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(at));
  try {
    const tags: Promise<string | undefined>[] = [];
    const flying = new Set<Promise<unknown>>();
    const send = async (body: Uint8Array) => {
      if (tags.length === PARTS_MAX) throw new Error(`s3://${bucket}/${key} is longer than ${PARTS_MAX} parts`);
      const part = { ...at, UploadId, PartNumber: tags.length + 1, Body: body, ContentLength: body.length };
      const sent = s3.send(new UploadPartCommand(part)).then((answer) => answer.ETag);
      sent.catch(() => {}); // reported when all are awaited
      tags.push(sent);
      const landed = sent.finally(() => flying.delete(landed)).catch(() => {});
      flying.add(landed);
      if (flying.size * body.length >= IN_FLIGHT_BYTES) await Promise.race(flying);
    };
    await send(start);
    for await (const body of rest) await send(body);
    const etags = await Promise.all(tags);
    const Parts = etags.map((ETag, i) => ({ ETag, PartNumber: i + 1 }));
    await s3.send(
      new CompleteMultipartUploadCommand({
        ...at,
        UploadId,
        MultipartUpload: { Parts },
        ...(options.ifAbsent ? { IfNoneMatch: '*' } : {}),
      }),
    );
  } catch (error) {
    // What cannot be aborted expires by the bucket's lifecycle rule.
    await s3.send(new AbortMultipartUploadCommand({ ...at, UploadId })).catch(() => {});
    throw error;
  }
}

/** The body cut into parts of the sizes that S3 will get; the last is what remains, and may be empty only if all is. */
async function* partsOf(body: AsyncIterable<Uint8Array>, firstPartBytes: number): AsyncGenerator<Uint8Array> {
  let part = 1;
  let held: Uint8Array[] = [];
  let bytes = 0;
  for await (const block of body) {
    // Copied: whoever makes the blocks may fill the same memory again.
    for (let rest = Buffer.from(block); rest.length > 0; ) {
      const room = partBytesOf(part, firstPartBytes) - bytes;
      const taken = rest.subarray(0, room);
      held.push(taken);
      bytes += taken.length;
      rest = rest.subarray(taken.length);
      if (taken.length < room) continue;
      yield Buffer.concat(held);
      part += 1;
      held = [];
      bytes = 0;
    }
  }
  if (bytes > 0) yield Buffer.concat(held);
}
