/** S3 as far as fanfold asks it for anything: each command's effect and answer, and the faults that only S3 has. */
import { crc32 } from 'node:zlib';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import type { FaultKind } from './faults.ts';
import type { RequestRates } from './request-rates.ts';
import { Bucket, type BucketOptions, type Version } from './s3-bucket.ts';
import { s3Error } from './s3-errors.ts';

type Strikes = (kind: FaultKind) => boolean;

/** Somebody who hears of each object that appears. */
export type Listener = (bucket: string, key: string, version: Version) => void;

export interface S3Options extends BucketOptions {
  readonly random: () => number;
  /** How many requests are answered, where that is bounded. */
  readonly rates?: RequestRates | undefined;
  /** Buckets that refuse writes without a condition, as the results bucket's policy does. */
  readonly writtenOnce: readonly string[];
}

export class S3Service {
  /** Ranges that were copied. */
  copied = 0;
  readonly #buckets = new Map<string, Bucket>();
  readonly #options: S3Options;
  readonly #listeners: Listener[] = [];

  constructor(options: S3Options) {
    this.#options = options;
  }

  /** S3 would answer that there is no such bucket; here there is any. */
  bucket(name: string): Bucket {
    const known = this.#buckets.get(name);
    if (known !== undefined) return known;
    const made = new Bucket(name, this.#options);
    this.#buckets.set(name, made);
    return made;
  }

  onWrite(listener: Listener): void {
    this.#listeners.push(listener);
  }

  /** Writes as a user does: it may overwrite. */
  upload(bucket: string, key: string, bytes: Uint8Array): Version {
    return this.#put(bucket, key, Buffer.from(bytes), {});
  }

  /** The effect of a command and its answer. Throws what S3 answers with. */
  answer(command: { readonly input: { readonly Bucket?: string | undefined } }, strikes: Strikes): object {
    if (this.#options.rates?.refuses(command.input.Bucket ?? '', isRead(command) ? 'reads' : 'writes')) {
      throw s3Error('SlowDown');
    }
    if (command instanceof GetObjectCommand) return this.#get(command, true);
    if (command instanceof HeadObjectCommand) return this.#get(command, false);
    if (command instanceof ListObjectsV2Command) return this.#list(command, strikes);
    if (command instanceof PutObjectCommand) return this.#putObject(command, strikes);
    if (command instanceof CreateMultipartUploadCommand) return this.#create(command);
    if (command instanceof UploadPartCommand) return this.#uploadPart(command);
    if (command instanceof UploadPartCopyCommand) return this.#copyPart(command);
    if (command instanceof CompleteMultipartUploadCommand) return this.#complete(command, strikes);
    if (command instanceof AbortMultipartUploadCommand) return this.#abort(command);
    throw new Error(`the simulated S3 knows no ${command.constructor.name}`);
  }

  #get({ input }: GetObjectCommand | HeadObjectCommand, withBody: boolean) {
    const version = this.bucket(input.Bucket ?? '').get(input.Key ?? '');
    if (version === undefined) throw s3Error(withBody ? 'NoSuchKey' : 'NotFound');
    if (input.IfMatch !== undefined && input.IfMatch !== version.etag) throw s3Error('PreconditionFailed');
    const [start, end] = rangeOf(input.Range, version.size);
    return {
      ...(withBody ? { Body: version.bytes.subarray(start, end) } : {}),
      ContentLength: end - start,
      ETag: version.etag,
      LastModified: new Date(version.modifiedAtMs),
      Metadata: version.metadata,
    };
  }

  /** "The response might contain fewer keys but will never contain more."
   * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
  #list({ input }: ListObjectsV2Command, strikes: Strikes) {
    const { Bucket: bucket = '', Prefix = '', StartAfter, MaxKeys = 1_000, EncodingType } = input;
    let found: object[] = [];
    let IsTruncated = false;
    for (const [key, { size, etag, modifiedAtMs }] of this.bucket(bucket).list(Prefix, StartAfter)) {
      IsTruncated = found.length >= MaxKeys;
      if (IsTruncated) break;
      const Key = EncodingType === 'url' ? encodeKey(key) : key;
      found.push({ Key, Size: size, ETag: etag, LastModified: new Date(modifiedAtMs) });
    }
    if (found.length > 1 && strikes('shortListing')) {
      found = found.slice(0, Math.ceil((found.length - 1) * this.#options.random()));
      IsTruncated = true;
    }
    return { Contents: found, IsTruncated, KeyCount: found.length, EncodingType };
  }

  #putObject({ input }: PutObjectCommand, strikes: Strikes) {
    const { Bucket: bucket = '', Key = '', Body, Metadata = {} } = input;
    this.#checkCondition(bucket, Key, input.IfNoneMatch, strikes);
    return { ETag: this.#put(bucket, Key, bodyOf(Body), Metadata).etag };
  }

  #create({ input }: CreateMultipartUploadCommand) {
    const { Bucket: bucket = '', Key = '', Metadata = {}, ChecksumAlgorithm, ChecksumType } = input;
    const checksummed = ChecksumAlgorithm === 'CRC32' && ChecksumType === 'FULL_OBJECT';
    return { UploadId: this.bucket(bucket).createUpload(Key, Metadata, checksummed) };
  }

  #uploadPart({ input }: UploadPartCommand) {
    const bucket = this.bucket(input.Bucket ?? '');
    return { ETag: bucket.putPart(input.UploadId ?? '', input.PartNumber ?? 0, bodyOf(input.Body)) };
  }

  #copyPart({ input }: UploadPartCopyCommand) {
    const { CopySource = '', CopySourceRange, CopySourceIfMatch, UploadId = '', PartNumber = 0 } = input;
    const slash = CopySource.indexOf('/');
    const from = this.bucket(CopySource.slice(0, slash)).get(decodeURIComponent(CopySource.slice(slash + 1)));
    if (from === undefined) throw s3Error('NoSuchKey');
    if (CopySourceIfMatch !== undefined && CopySourceIfMatch !== from.etag) throw s3Error('PreconditionFailed');
    const [start, end] = rangeOf(CopySourceRange, from.size);
    const ETag = this.bucket(input.Bucket ?? '').putPart(UploadId, PartNumber, from.bytes.subarray(start, end));
    this.copied += 1;
    return { CopyPartResult: { ETag } };
  }

  #complete({ input }: CompleteMultipartUploadCommand, strikes: Strikes) {
    const { Bucket: name = '', Key = '', UploadId = '', MultipartUpload } = input;
    const bucket = this.bucket(name);
    const before = bucket.completed.get(UploadId);
    if (before !== undefined && !strikes('uploadForgotten')) return { ETag: before.etag };
    const { bytes, etag, upload } = bucket.assemble(UploadId, MultipartUpload?.Parts ?? []);
    this.#checkCondition(name, Key, input.IfNoneMatch, strikes);
    if (upload.checksummed && input.ChecksumCRC32 !== base64Crc32(bytes)) throw s3Error('BadDigest');
    if (strikes('errorInside200')) throw s3Error('InternalError'); // which is what the SDK makes of it
    const version = this.#put(name, Key, bytes, upload.metadata, etag);
    bucket.uploads.delete(UploadId);
    bucket.completed.set(UploadId, version);
    return { ETag: etag };
  }

  #abort({ input }: AbortMultipartUploadCommand) {
    if (!this.bucket(input.Bucket ?? '').uploads.delete(input.UploadId ?? '')) throw s3Error('NoSuchUpload');
    return {};
  }

  #checkCondition(bucket: string, key: string, ifNoneMatch: string | undefined, strikes: Strikes): void {
    if (ifNoneMatch === undefined && this.#options.writtenOnce.includes(bucket)) throw s3Error('AccessDenied');
    if (ifNoneMatch === undefined) return;
    if (strikes('conflict')) throw s3Error('ConditionalRequestConflict');
    if (this.bucket(bucket).get(key) !== undefined) throw s3Error('PreconditionFailed');
  }

  #put(bucket: string, key: string, bytes: Buffer, metadata: Record<string, string>, etag?: string): Version {
    const version = this.bucket(bucket).put(key, bytes, metadata, etag);
    for (const listener of this.#listeners) listener(bucket, key, version);
    return version;
  }
}

function base64Crc32(bytes: Buffer): string {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(bytes));
  return checksum.toString('base64');
}

const isRead = (command: object) =>
  command instanceof GetObjectCommand ||
  command instanceof HeadObjectCommand ||
  command instanceof ListObjectsV2Command;

function rangeOf(range: string | undefined, size: number): [start: number, end: number] {
  if (range === undefined) return [0, size];
  const [, start = '', last = ''] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? [];
  if (start === '' || Number(start) >= size) throw s3Error('InvalidRange');
  return [Number(start), Math.min(size, Number(last) + 1)];
}

/** The adapters send bytes, and nothing else. Copied: who made them may use the memory again. */
function bodyOf(body: unknown): Buffer {
  if (body instanceof Uint8Array) return Buffer.from(body);
  throw new Error('the simulated S3 takes bodies as bytes');
}

/** As S3 encodes keys in listings and notifications. */
export const encodeKey = (key: string) => encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+');
