/** The object store as the pipeline needs it: ranges of pinned objects, write once, list. S3, a directory, or memory. */
import type { JoinPart } from '../core/join-pieces.ts';

export interface ObjectName {
  readonly bucket: string;
  readonly key: string;
}

/** An object and the version of it that is meant. */
export interface PinnedObject extends ObjectName {
  /** Opaque. Reading anything else than what had this tag is an error, never a mix of two versions. */
  readonly etag: string;
}

/** An object with its size in bytes. */
export interface StoredObject extends PinnedObject {
  readonly size: number;
}

export interface ObjectHead {
  /** Bytes. */
  readonly size: number;
  readonly etag: string;
  readonly modifiedAtMs: number;
  /** What its writer noted, if the store keeps notes. */
  readonly note?: Note;
}

/** Kept beside an object's bytes and not in them, since the bytes must be the same whoever writes them. */
export interface Note {
  /** How long the work took that made the object. */
  readonly tookMs: number;
}

export interface ListedObject extends Omit<ObjectHead, 'note'> {
  readonly key: string;
}

export interface ListPage {
  /** In byte order of key. */
  readonly objects: readonly ListedObject[];
  /** More keys follow the last one here. */
  readonly more: boolean;
}

/** Memory that is made when it is asked for: a store whose bytes come with some of their own never does. */
export type Memory = () => Buffer;

export interface ObjectStore {
  /** What is stored under a name now, or undefined. Strongly consistent after every acknowledged write. */
  head(name: ObjectName): Promise<ObjectHead | undefined>;
  /**
   * The bytes [start, end) in order; `end` is at most the object's size. Blocks may be of any length, and with `into` may
   * all be put into the memory that it gives, if it is asked: each is then valid until the next is asked for.
   * Throws FANFOLD_INPUT_CHANGED when the object's tag is another, FANFOLD_INPUT_GONE when there is none.
   */
  read(object: PinnedObject, start: number, end: number, into?: Memory): AsyncIterable<Uint8Array>;
  /** The whole of an object that is written once and hence needs no pin, as `read` gives it; undefined when there is none. */
  open(name: ObjectName, into?: Memory): Promise<AsyncIterable<Uint8Array> | undefined>;
  /**
   * Writes unless the name is taken: `If-None-Match: *`. Atomic: no reader ever sees a part of it. `exists` means that
   * somebody else's bytes stand there and are the truth. A body that throws writes nothing.
   */
  putIfAbsent(
    name: ObjectName,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    note?: Note,
  ): Promise<'created' | 'exists'>;
  /**
   * Writes what stands under another name of the same bucket, unless the new name is taken; as atomic as `putIfAbsent`.
   * Large objects are copied where they are. Throws as `read` does when `from` is not there or has another tag.
   */
  copyIfAbsent(from: StoredObject, to: ObjectName, note?: Note): Promise<'created' | 'exists'>;
  /**
   * Joins ranges of this bucket's objects and bytes at hand, in order, unless the name is taken; as atomic as
   * `putIfAbsent`. What a part copies does not pass through here. Throws as `read` does for a range of an object that is not
   * there or has another tag, and FANFOLD_PARTIAL_CORRUPT where what comes of it has another checksum: in either case
   * nothing is written.
   *
   * @param parts as S3 takes them: all but the last of 5 MiB or more
   * @param crc32 of the whole
   */
  joinIfAbsent(name: ObjectName, parts: readonly JoinPart[], crc32: number): Promise<'created' | 'exists'>;
  /** Keys that start with `prefix` and come after `after` in byte order; up to 1,000 a page, one request. */
  list(bucket: string, prefix: string, after?: string): Promise<ListPage>;
}
