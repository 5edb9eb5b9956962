/** The object store on S3. */
import { crc32 } from 'node:zlib';
import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { JoinPart, Piece } from '../../core/join-pieces.ts';
import { joinedOtherwise } from '../../core/partial-corrupt.ts';
import type {
  ListPage,
  Note,
  ObjectHead,
  ObjectName,
  ObjectStore,
  PinnedObject,
  StoredObject,
} from '../../ports/object-store.ts';
import { backoff, type Wait } from './backoff.ts';
import type { S3 } from './clients.ts';
import { joinParts, type SourcePart } from './s3-copy.ts';
import { isConflict, isMissing, isOtherwise, isTaken, readingError, storeUnavailable } from './s3-errors.ts';
import { readRange, streamOf } from './s3-read.ts';
import { FIRST_PART_BYTES, putWhole, upload } from './s3-upload.ts';

/** Times that a write which met another one (409) is tried again before its message goes back to the queue. Ours. */
const CONFLICTS_MAX = 8;
/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
const LIST_KEYS_MAX = 1_000;

/** First parts of an upload that one part of a copy holds: nothing of it passes through here. */
const COPY_PARTS = 8;

/** The note of an object, in its metadata: `x-amz-meta-took-ms`. */
const TOOK_MS = 'took-ms';

export class S3ObjectStore implements ObjectStore {
  readonly #s3: S3;
  readonly #wait: Wait;
  readonly #firstPartBytes: number;
  readonly #comparesJoins: boolean;

  /**
   * @param firstPartBytes what an upload holds before it goes in parts
   * @param comparesJoins whether the store compares what it joins with a checksum: emulators do not
   */
  constructor(s3: S3, wait: Wait = backoff, firstPartBytes = FIRST_PART_BYTES, comparesJoins = true) {
    this.#comparesJoins = comparesJoins;
    this.#s3 = s3;
    this.#wait = wait;
    this.#firstPartBytes = firstPartBytes;
  }

  async head(name: ObjectName): Promise<ObjectHead | undefined> {
    try {
      const answer = await this.#s3.send(new HeadObjectCommand({ Bucket: name.bucket, Key: name.key }));
      const tookMs = Number(answer.Metadata?.[TOOK_MS]);
      const note = Number.isFinite(tookMs) ? { note: { tookMs } } : {};
      return { ...headOf(answer.ContentLength, answer.ETag, answer.LastModified), ...note };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw readingError(error, name);
    }
  }

  read(object: PinnedObject, start: number, end: number): AsyncIterable<Uint8Array> {
    return readRange(this.#s3, this.#wait, object, start, end);
  }

  async open(name: ObjectName): Promise<AsyncIterable<Uint8Array> | undefined> {
    try {
      const answer = await this.#s3.send(new GetObjectCommand({ Bucket: name.bucket, Key: name.key }));
      const { size, etag } = headOf(answer.ContentLength, answer.ETag, answer.LastModified);
      const body = streamOf(answer.Body);
      const blocks = this.#whole(body, { ...name, etag }, size);
      // A generator that was never begun ends without its `finally`: the body is let go of here, or its socket stays busy.
      return {
        [Symbol.asyncIterator]: () => ({
          next: () => blocks.next(),
          return: () => {
            if ('destroy' in body && typeof body.destroy === 'function') body.destroy();
            return blocks.return(undefined);
          },
        }),
      };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw readingError(error, name);
    }
  }

  /** The stream at hand, and ranges of the same version when it breaks. */
  async *#whole(stream: AsyncIterable<Uint8Array>, object: PinnedObject, size: number) {
    let at = 0;
    try {
      for await (const block of stream) {
        at += block.length;
        yield block;
      }
    } catch (error) {
      // The SDK compares checksums after the last byte; what else is missing is read below.
      if (at >= size) throw storeUnavailable(`s3://${object.bucket}/${object.key} came with another checksum`, error);
    }
    yield* this.read(object, at, size);
  }

  async putIfAbsent(
    name: ObjectName,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    note?: Note,
  ): Promise<'created' | 'exists'> {
    const options = { ifAbsent: true, firstPartBytes: this.#firstPartBytes, ...metadataOf(note) };
    if (body instanceof Uint8Array) {
      return this.#ifAbsent(name, CONFLICTS_MAX, () => putWhole(this.#s3, name, body, options));
    }
    // A stream is spent: only whoever made it can make it again.
    return this.#ifAbsent(name, 0, () => upload(this.#s3, name, body, options));
  }

  async copyIfAbsent(from: StoredObject, to: ObjectName, note?: Note): Promise<'created' | 'exists'> {
    if (from.size <= this.#firstPartBytes) {
      // Two requests, where a copy in parts takes three dearer ones.
      return this.putIfAbsent(to, Buffer.concat(await Array.fromAsync(this.read(from, 0, from.size))), note);
    }
    const partBytes = COPY_PARTS * this.#firstPartBytes;
    const parts = Array.from({ length: Math.ceil(from.size / partBytes) }, (_, n) => ({
      of: from,
      start: n * partBytes,
      end: Math.min(from.size, (n + 1) * partBytes),
    }));
    return this.#ifAbsent(to, CONFLICTS_MAX, () => joinParts(this.#s3, to, parts, metadataOf(note)));
  }

  async joinIfAbsent(name: ObjectName, parts: readonly JoinPart[], crc: number): Promise<'created' | 'exists'> {
    const [first = { send: [] }, ...others] = parts;
    if (others.length === 0 && 'send' in first) {
      const bytes = await this.#bytesOf(name.bucket, first.send);
      if (crc32(bytes) !== crc) throw joinedOtherwise(name.key);
      return this.putIfAbsent(name, bytes);
    }
    const sources = parts.map((part): SourcePart => {
      if ('send' in part) return { bytes: () => this.#bytesOf(name.bucket, part.send) };
      const { start, end } = part.copy;
      return { of: { ...part.copy, bucket: name.bucket }, start, end };
    });
    const checksum = this.#comparesJoins ? { crc32: crc } : {};
    return this.#ifAbsent(name, CONFLICTS_MAX, async () => {
      await joinParts(this.#s3, name, sources, checksum).catch((error: unknown) => {
        throw isOtherwise(error) ? joinedOtherwise(name.key) : error;
      });
    });
  }

  async #bytesOf(bucket: string, pieces: readonly Piece[]): Promise<Uint8Array> {
    const blocks: Uint8Array[] = [];
    for (const piece of pieces) {
      if ('bytes' in piece) blocks.push(piece.bytes);
      else blocks.push(...(await Array.fromAsync(this.read({ ...piece, bucket }, piece.start, piece.end))));
    }
    return Buffer.concat(blocks);
  }

  async #ifAbsent(name: ObjectName, conflictsMax: number, write: () => Promise<void>): Promise<'created' | 'exists'> {
    for (let conflicts = 0; ; conflicts++) {
      try {
        await write();
        return 'created';
      } catch (error) {
        if (isTaken(error)) return 'exists';
        if (!isConflict(error)) throw error;
        if (conflicts >= conflictsMax) {
          throw storeUnavailable(`Writing s3://${name.bucket}/${name.key} keeps meeting another write`, error);
        }
      }
      await this.#wait(conflicts);
    }
  }

  async list(bucket: string, prefix: string, after?: string): Promise<ListPage> {
    const answer = await this.#s3.send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix,
        MaxKeys: LIST_KEYS_MAX,
        EncodingType: 'url', // XML cannot carry every character that a key may have
        ...(after === undefined ? {} : { StartAfter: after }),
      }),
    );
    const plain = answer.EncodingType === 'url' ? decodeKey : (key: string) => key;
    const objects = (answer.Contents ?? []).map((found) => ({
      key: plain(found.Key ?? ''),
      ...headOf(found.Size, found.ETag, found.LastModified),
    }));
    return { objects, more: answer.IsTruncated === true };
  }
}

const metadataOf = (note: Note | undefined) =>
  note === undefined ? {} : { metadata: { [TOOK_MS]: String(note.tookMs) } };

/** A key as S3 encodes it in listings and notifications: percent signs, and `+` for a space. */
const decodeKey = (key: string) => decodeURIComponent(key.replaceAll('+', ' '));

/** S3 always tells these three; their types only do not say so. */
function headOf(size: number | undefined, etag: string | undefined, modified: Date | undefined): ObjectHead {
  if (size === undefined || etag === undefined) throw storeUnavailable('S3 answered without a size or an ETag');
  return { size, etag, modifiedAtMs: modified?.getTime() ?? 0 };
}
