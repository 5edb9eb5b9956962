/** A body of unknown length into one object: a single PUT if it is short, a multipart upload if it is not. */
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { assert } from '../../errors.ts';
import type { ObjectName } from '../../ports/object-store.ts';
import type { S3 } from './clients.ts';

const MiB = 1024 * 1024;
/** What is held before a body counts as long, and the size of the first parts. S3: parts of 5 MiB to 5 GiB, 10,000 of
 * them, the last of any size. https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
export const FIRST_PART_BYTES = 8 * MiB;
const PARTS_MAX = 10_000;
/** Parts double in size every so many: 10,000 of them then come to 8 TiB, and the first hundred GiB need 64 MiB each. */
const PARTS_OF_A_SIZE = 1_000;
/** Bytes on their way at a time, next to the part that fills. Ours: what a function of 512 MB spares. */
const IN_FLIGHT_BYTES = 64 * MiB;

export interface UploadOptions {
  /** Only if nothing stands under the name; S3 then answers 412 otherwise. */
  readonly ifAbsent: boolean;
  /** Kept with the object as its metadata. */
  readonly metadata?: Record<string, string>;
  /** Below 5 MiB only where S3 is simulated. @default FIRST_PART_BYTES */
  readonly firstPartBytes?: number;
}

/** Bytes of the nth part, from 1. */
export const partBytesOf = (part: number, firstPartBytes = FIRST_PART_BYTES) =>
  firstPartBytes * 2 ** Math.floor((part - 1) / PARTS_OF_A_SIZE);

/** Uploads; atomic. A body that throws, or an error of S3, leaves nothing behind. */
export async function upload(
  s3: S3,
  name: ObjectName,
  body: AsyncIterable<Uint8Array>,
  options: UploadOptions,
): Promise<void> {
  const { firstPartBytes = FIRST_PART_BYTES } = options;
  const parts = partsOf(body, firstPartBytes);
  try {
    const head = await parts.next();
    const start = head.done ? new Uint8Array() : head.value;
    if (start.length < firstPartBytes) await putWhole(s3, name, start, options);
    else await putParts(s3, name, start, parts, options);
  } finally {
    await parts.return(undefined); // lets go of the body, wherever it was left
  }
}

/** One PUT. */
export async function putWhole(s3: S3, { bucket, key }: ObjectName, body: Uint8Array, options: UploadOptions) {
  await s3.send(
    new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: body,
      ContentLength: body.length,
      ...(options.ifAbsent ? { IfNoneMatch: '*' } : {}),
      ...(options.metadata === undefined ? {} : { Metadata: options.metadata }),
    }),
  );
}

async function putParts(
  s3: S3,
  { bucket, key }: ObjectName,
  start: Uint8Array,
  rest: AsyncIterable<Uint8Array>,
  options: UploadOptions,
): Promise<void> {
  const at = { Bucket: bucket, Key: key };
  const metadata = options.metadata === undefined ? {} : { Metadata: options.metadata };
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ ...at, ...metadata }));
  const parts = new PartsInFlight((PartNumber, Body) =>
    s3.send(new UploadPartCommand({ ...at, UploadId, PartNumber, Body, ContentLength: Body.length })),
  );
  try {
    await parts.add(start);
    for await (const body of rest) await parts.add(body);
    const MultipartUpload = { Parts: await parts.all() };
    const condition = options.ifAbsent ? { IfNoneMatch: '*' } : {};
    await s3.send(new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload, ...condition }));
  } catch (error) {
    await parts.all().catch(() => {}); // a part that lands after the abort would stay
    // What cannot be aborted expires by the bucket's lifecycle rule.
    await s3.send(new AbortMultipartUploadCommand({ ...at, UploadId })).catch(() => {});
    throw error;
  }
}

/** Parts on their way, as many as their bytes allow. */
class PartsInFlight {
  readonly #send: (part: number, body: Uint8Array) => Promise<{ readonly ETag?: string | undefined }>;
  readonly #sent: Promise<CompletedPart>[] = [];
  readonly #flying = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  constructor(send: (part: number, body: Uint8Array) => Promise<{ readonly ETag?: string | undefined }>) {
    this.#send = send;
  }

  /** Resolves when there is room for one more; rejects when any has failed. */
  async add(body: Uint8Array): Promise<void> {
    const PartNumber = this.#sent.length + 1;
    assert(PartNumber <= PARTS_MAX, `an object of more than ${PARTS_MAX} parts`);
    const sent = this.#send(PartNumber, body).then(({ ETag }) => ({ PartNumber, ETag }));
    this.#sent.push(sent);
    const landed: Promise<void> = sent
      .then(
        () => {},
        (error: unknown) => {
          this.#failure ??= { error };
        },
      )
      .finally(() => this.#flying.delete(landed));
    this.#flying.add(landed);
    if (this.#flying.size * body.length >= IN_FLIGHT_BYTES) await Promise.race(this.#flying);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** All of them, once none is on its way any more; rejects when any has failed. */
  async all(): Promise<CompletedPart[]> {
    await Promise.all(this.#flying);
    return Promise.all(this.#sent);
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
