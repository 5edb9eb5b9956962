/** The object store in memory: strongly consistent, written once, as S3 promises. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { type JoinPart, piecesOf } from '../../core/join-pieces.ts';
import { joinedOtherwise } from '../../core/partial-corrupt.ts';
import { FanfoldError } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type {
  ListPage,
  Note,
  ObjectHead,
  ObjectName,
  ObjectStore,
  PinnedObject,
  StoredObject,
} from '../../ports/object-store.ts';

interface Stored extends ObjectHead {
  readonly bytes: Uint8Array;
}

const PAGE_KEYS_MAX = 1_000;
const BLOCK_BYTES = 64 * 1024;

export class MemoryStore implements ObjectStore {
  readonly #buckets = new Map<string, Map<string, Stored>>();
  readonly #clock: Clock;

  /** @param clock what objects are stamped with */
  constructor(clock: Clock = { nowMs: () => 0 }) {
    this.#clock = clock;
  }

  /** Uploads as a user would: overwrites. */
  upload(name: ObjectName, bytes: Uint8Array, note?: Note): void {
    const etag = `"${createHash('md5').update(bytes).digest('hex')}"`;
    this.#bucket(name.bucket).set(name.key, {
      bytes,
      size: bytes.length,
      etag,
      modifiedAtMs: this.#clock.nowMs(),
      ...(note === undefined ? {} : { note }),
    });
  }

  /** Deletes as a user would. */
  remove(name: ObjectName): void {
    this.#bucket(name.bucket).delete(name.key);
  }

  /** All of a bucket, for tests. */
  contents(bucket: string): ReadonlyMap<string, Uint8Array> {
    return new Map([...this.#bucket(bucket)].map(([key, { bytes }]) => [key, bytes]));
  }

  async head({ bucket, key }: ObjectName): Promise<ObjectHead | undefined> {
    const stored = this.#bucket(bucket).get(key);
    if (stored === undefined) return undefined;
    const { bytes: _, ...head } = stored;
    return head;
  }

  async *read(object: PinnedObject, start: number, end: number): AsyncGenerator<Uint8Array> {
    const stored = this.#bucket(object.bucket).get(object.key);
    if (stored === undefined) {
      throw new FanfoldError('FANFOLD_INPUT_GONE', `${object.key} is gone`, {
        fix: 'Upload it again and start a new run.',
        fatal: true,
      });
    }
    if (stored.etag !== object.etag) {
      throw new FanfoldError('FANFOLD_INPUT_CHANGED', `${object.key} was overwritten while the run read it`, {
        fix: 'Start a new run.',
        fatal: true,
      });
    }
    yield* blocksOf(stored.bytes.subarray(start, end));
  }

  async open({ bucket, key }: ObjectName): Promise<AsyncIterable<Uint8Array> | undefined> {
    const stored = this.#bucket(bucket).get(key);
    return stored === undefined ? undefined : blocksOf(stored.bytes);
  }

  async putIfAbsent(
    name: ObjectName,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    note?: Note,
  ): Promise<'created' | 'exists'> {
    const bytes = body instanceof Uint8Array ? Buffer.from(body) : Buffer.concat(await Array.fromAsync(body));
    if (this.#bucket(name.bucket).has(name.key)) return 'exists';
    this.upload(name, bytes, note);
    return 'created';
  }

  async copyIfAbsent(from: StoredObject, to: ObjectName, note?: Note): Promise<'created' | 'exists'> {
    return this.putIfAbsent(to, this.read(from, 0, from.size), note);
  }

  async joinIfAbsent(name: ObjectName, parts: readonly JoinPart[], crc: number): Promise<'created' | 'exists'> {
    const blocks: Uint8Array[] = [];
    for (const piece of piecesOf(parts)) {
      if ('bytes' in piece) blocks.push(piece.bytes);
      else
        blocks.push(...(await Array.fromAsync(this.read({ ...piece, bucket: name.bucket }, piece.start, piece.end))));
    }
    const bytes = Buffer.concat(blocks);
    if (crc32(bytes) !== crc) throw joinedOtherwise(name.key);
    return this.putIfAbsent(name, bytes);
  }

  async list(bucket: string, prefix: string, after = ''): Promise<ListPage> {
    const keys = [...this.#bucket(bucket).keys()]
      .filter((key) => key.startsWith(prefix) && byBytes(key, after) > 0)
      .sort(byBytes);
    const objects = keys.slice(0, PAGE_KEYS_MAX).flatMap((key) => {
      const stored = this.#bucket(bucket).get(key);
      return stored === undefined
        ? []
        : [{ key, size: stored.size, etag: stored.etag, modifiedAtMs: stored.modifiedAtMs }];
    });
    return { objects, more: keys.length > PAGE_KEYS_MAX };
  }

  #bucket(name: string): Map<string, Stored> {
    const bucket = this.#buckets.get(name) ?? new Map<string, Stored>();
    this.#buckets.set(name, bucket);
    return bucket;
  }
}

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

async function* blocksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) yield bytes.subarray(at, at + BLOCK_BYTES);
}
