/**
 * What AWS documents and fanfold counts on, beside what the ports promise, each with its source. Where an emulator is known
 * to differ, the test must fail there: `known-differences.ts`, and docs/emulators.md.
 */
import { crc32 } from 'node:zlib';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { SendMessageBatchCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { awsClients } from '../../../functions/adapters/aws/clients.ts';
import { QUEUE_BATCH_BYTES_MAX, QUEUE_BATCH_MESSAGES_MAX } from '../../../functions/limits.ts';
import { promises } from '../promises.ts';
import { openBucket, type TestBucket } from './bucket.ts';
import { brokenOn } from './known-differences.ts';
import { TestQueue } from './sqs.ts';
import { target } from './target.ts';

const { s3, sqs } = awsClients();
const MiB = 1024 * 1024;

describe(`${target.name} does as AWS documents`, () => {
  const documented = promises(brokenOn(target.name, 'documented'));
  let bucket: TestBucket;
  let queue: TestQueue;
  beforeAll(async () => {
    bucket = await openBucket(s3);
    queue = await TestQueue.make(sqs, 'documented');
  });
  afterAll(async () => {
    await queue?.close();
    await bucket?.close();
  });

  const named = (key: string) => ({ Bucket: bucket.bucket, Key: bucket.prefix + key });
  const put = (key: string, Body: string | Uint8Array) => s3.send(new PutObjectCommand({ ...named(key), Body }));
  const text = async (key: string, more: { VersionId?: string | undefined; Range?: string } = {}) =>
    (await s3.send(new GetObjectCommand({ ...named(key), ...more }))).Body?.transformToString();

  /** A multipart upload of these parts, ready to be completed. */
  async function uploaded(key: string, bodies: readonly Uint8Array[]) {
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand(named(key)));
    const Parts = await Promise.all(
      bodies.map(async (Body, i) => {
        const part = { ...named(key), UploadId, PartNumber: i + 1, Body };
        return { PartNumber: i + 1, ETag: (await s3.send(new UploadPartCommand(part))).ETag };
      }),
    );
    return { ...named(key), UploadId, MultipartUpload: { Parts } };
  }

  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
  documented('completing an upload onto a taken name with If-None-Match is answered with 412', async () => {
    await put('complete', 'first');
    const upload = await uploaded('complete', [new Uint8Array(10)]);
    const completing = s3.send(new CompleteMultipartUploadCommand({ ...upload, IfNoneMatch: '*' }));
    await expect(completing).rejects.toMatchObject({ name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } });
    expect(await text('complete')).toBe('first');
  });

  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
  documented('copying onto a taken name with If-None-Match is answered with 412', async () => {
    await put('copy/from', 'second');
    await put('copy/to', 'first');
    const CopySource = encodeURI(`${bucket.bucket}/${bucket.prefix}copy/from`);
    const copying = s3.send(new CopyObjectCommand({ ...named('copy/to'), CopySource, IfNoneMatch: '*' }));
    await expect(copying).rejects.toMatchObject({ $metadata: { httpStatusCode: 412 } });
    expect(await text('copy/to')).toBe('first');
  });

  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html
  documented('a part can be copied from a range of an object', async () => {
    const source = new Uint8Array(6 * MiB).map((_, i) => i % 251);
    await put('part/from', source);
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand(named('part/to')));
    const copied = await s3.send(
      new UploadPartCopyCommand({
        ...named('part/to'),
        UploadId,
        PartNumber: 1,
        CopySource: encodeURI(`${bucket.bucket}/${bucket.prefix}part/from`),
        CopySourceRange: `bytes=1000-${5 * MiB + 999}`,
      }),
    );
    const last = { ...named('part/to'), UploadId, PartNumber: 2, Body: 'end' };
    const { ETag } = await s3.send(new UploadPartCommand(last));
    const Parts = [
      { PartNumber: 1, ETag: copied.CopyPartResult?.ETag },
      { PartNumber: 2, ETag },
    ];
    await s3.send(new CompleteMultipartUploadCommand({ ...named('part/to'), UploadId, MultipartUpload: { Parts } }));
    const whole = await (await s3.send(new GetObjectCommand(named('part/to')))).Body?.transformToByteArray();
    const expected = Buffer.concat([source.subarray(1000, 5 * MiB + 1000), Buffer.from('end')]);
    expect(Buffer.compare(whole ?? new Uint8Array(), expected)).toBe(0);
  });

  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
  documented('a part that is not the last must have 5 MiB', async () => {
    const upload = await uploaded('small', [new Uint8Array(5 * MiB - 1), new Uint8Array(1)]);
    const completing = s3.send(new CompleteMultipartUploadCommand(upload));
    await expect(completing).rejects.toMatchObject({ name: 'EntityTooSmall' });
  });

  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
  documented('a body that does not fit its checksum is refused', async () => {
    const wrong = { ...named('checksum'), Body: 'body', ChecksumCRC32: 'AAAAAA==' };
    await expect(s3.send(new PutObjectCommand(wrong))).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } });
    await expect(s3.send(new HeadObjectCommand(named('checksum')))).rejects.toThrow();
  });

  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
  documented('an upload that comes to another checksum than is told is refused', async () => {
    const at = named('whole');
    const algorithm = { ChecksumAlgorithm: 'CRC32' as const };
    const created = new CreateMultipartUploadCommand({ ...at, ...algorithm, ChecksumType: 'FULL_OBJECT' });
    const { UploadId } = await s3.send(created);
    const bodies = ['x'.repeat(5 * MiB), 'end'];
    const Parts = await Promise.all(
      bodies.map(async (Body, i) => {
        const part = { ...at, UploadId, PartNumber: i + 1, Body, ...algorithm };
        const { ETag, ChecksumCRC32 } = await s3.send(new UploadPartCommand(part));
        return { PartNumber: i + 1, ETag, ChecksumCRC32 };
      }),
    );
    const whole = { ...at, UploadId, MultipartUpload: { Parts }, ChecksumType: 'FULL_OBJECT' as const };
    const wrong = s3.send(new CompleteMultipartUploadCommand({ ...whole, ChecksumCRC32: 'AAAAAA==' }));
    await expect(wrong).rejects.toMatchObject({ name: 'BadDigest' });
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(crc32(bodies.join('')));
    await s3.send(new CompleteMultipartUploadCommand({ ...whole, ChecksumCRC32: bytes.toString('base64') }));
    expect((await s3.send(new HeadObjectCommand(at))).ContentLength).toBe(5 * MiB + 3);
  });

  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
  documented('the answer to a write tells the checksum of what was stored', async () => {
    const told = await s3.send(new PutObjectCommand({ ...named('told'), Body: 'body', ChecksumAlgorithm: 'CRC32' }));
    expect(told.ChecksumCRC32).toBe('26gLsg==');
  });

  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
  documented('a range of a version is that range', async () => {
    if (target.bucket === undefined) {
      const VersioningConfiguration = { Status: 'Enabled' as const };
      await s3.send(new PutBucketVersioningCommand({ Bucket: bucket.bucket, VersioningConfiguration }));
    }
    const { VersionId } = await put('version', 'abcdef');
    expect(await text('version', { VersionId, Range: 'bytes=2-3' })).toBe('cd');
  });

  const entry = (Id: string, bytes: number) => ({ Id, MessageBody: 'x'.repeat(bytes), MessageGroupId: 'run' });
  const sendBatch = (Entries: ReturnType<typeof entry>[]) =>
    sqs.send(new SendMessageBatchCommand({ QueueUrl: queue.url, Entries }));

  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
  documented('a message may have a MiB, and so may a batch', async () => {
    const body = 'x'.repeat(QUEUE_BATCH_BYTES_MAX);
    await sqs.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody: body }));
    const { Failed = [] } = await sendBatch(['a', 'b', 'c', 'd'].map((id) => entry(id, QUEUE_BATCH_BYTES_MAX / 4)));
    expect(Failed).toEqual([]);
  });

  documented('a batch over a MiB is refused whole', async () => {
    const over = sendBatch(['a', 'b', 'c', 'd', 'e'].map((id) => entry(id, QUEUE_BATCH_BYTES_MAX / 4)));
    await expect(over).rejects.toMatchObject({ name: 'BatchRequestTooLong' });
  });

  documented('a batch of more than ten messages is refused whole', async () => {
    const over = sendBatch(Array.from({ length: QUEUE_BATCH_MESSAGES_MAX + 1 }, (_, i) => entry(String(i), 1)));
    await expect(over).rejects.toMatchObject({ name: 'TooManyEntriesInBatchRequest' });
  });

  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
  documented('a message with U+FFFE or U+FFFF is refused', async () => {
    const sending = sqs.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody: '\ufffe\uffff' }));
    await expect(sending).rejects.toMatchObject({ name: 'InvalidMessageContents' });
  });

  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html
  documented('a message of a standard queue may belong to a group', async () => {
    const grouped = { QueueUrl: queue.url, MessageBody: 'x', MessageGroupId: 'run' };
    expect((await sqs.send(new SendMessageCommand(grouped))).MessageId).toBeDefined();
  });
});
