/** A bucket: every version of every object, and uploads in parts that are not complete. */
import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { KeyTree } from './key-tree.ts';
import { s3Error } from './s3-errors.ts';

/** One version of an object. */
export interface Version {
  readonly bytes: Buffer;
  readonly size: number;
  readonly etag: string;
  readonly modifiedAtMs: number;
  readonly metadata: Record<string, string>;
}

interface Stored {
  /** Undefined once it is deleted. */
  current: Version | undefined;
  readonly versions: Version[];
}

interface Upload {
  readonly key: string;
  readonly metadata: Record<string, string>;
  /** S3 makes the CRC-32 of each part and of the whole. */
  readonly checksummed: boolean;
  readonly parts: Map<number, { readonly bytes: Buffer; readonly etag: string }>;
}

/** What somebody says that parts are, to complete an upload. */
export interface ListedPart {
  readonly PartNumber?: number | undefined;
  readonly ETag?: string | undefined;
}

export interface BucketOptions {
  readonly nowMs: () => number;
  /** Of all parts but the last. S3: 5 MiB. */
  readonly partBytesMin: number;
  /** Objects from this size on are kept compressed. @default none */
  readonly packedBytesMin?: number | undefined;
}

export class Bucket {
  readonly name: string;
  /** Uploads that were neither completed nor aborted: they are paid for. */
  readonly uploads = new Map<string, Upload>();
  /** What completed uploads came to. */
  readonly completed = new Map<string, Version>();
  readonly #objects = new KeyTree<Stored>();
  readonly #options: BucketOptions;
  #nextUpload = 0;
  /** Reads of what was forgotten. */
  readsForgotten = 0;
  readonly #forgotten: Stored;

  constructor(name: string, options: BucketOptions) {
    this.name = name;
    this.#options = options;
    const forget = () => {
      this.readsForgotten += 1;
      throw new Error('somebody reads what was forgotten');
    };
    const current: Version = {
      size: 0,
      etag: '"forgotten"',
      modifiedAtMs: 0,
      metadata: {},
      get bytes() {
        return forget();
      },
    };
    this.#forgotten = { current, versions: [current] };
  }

  get(key: string): Version | undefined {
    return this.#objects.get(key)?.current;
  }

  /** All that ever stood under a key, oldest first. */
  versions(key: string): readonly Version[] {
    return this.#objects.get(key)?.versions ?? [];
  }

  put(key: string, bytes: Buffer, metadata: Record<string, string> = {}, etag = etagOf(bytes)): Version {
    // S3 tells times in whole seconds.
    const modifiedAtMs = Math.floor(this.#options.nowMs() / 1000) * 1000;
    const packed = bytes.length >= (this.#options.packedBytesMin ?? Number.POSITIVE_INFINITY);
    const about = { size: bytes.length, etag, modifiedAtMs, metadata };
    const version: Version = packed ? packedVersion(bytes, about) : { bytes, ...about };
    const stored = this.#objects.get(key);
    if (stored === undefined) {
      this.#objects.set(key, { current: version, versions: [version] });
    } else {
      stored.current = version;
      stored.versions.push(version);
    }
    return version;
  }

  delete(key: string): void {
    const stored = this.#objects.get(key);
    if (stored !== undefined) stored.current = undefined;
  }

  /** Forgets what lies below a prefix, but for its names: nobody will read it again. Whoever does all the same is noted. */
  forget(prefix: string): void {
    for (const [key] of [...this.#objects.list(prefix)]) this.#objects.set(key, this.#forgotten);
  }

  *list(prefix: string, after = ''): Generator<readonly [key: string, version: Version]> {
    for (const [key, { current }] of this.#objects.list(prefix, after)) if (current !== undefined) yield [key, current];
  }

  createUpload(key: string, metadata: Record<string, string>, checksummed: boolean): string {
    const id = `upload-${this.#nextUpload++}`;
    this.uploads.set(id, { key, metadata, checksummed, parts: new Map() });
    return id;
  }

  putPart(id: string, part: number, bytes: Buffer): string {
    const upload = this.uploads.get(id);
    if (upload === undefined) throw s3Error('NoSuchUpload');
    const etag = etagOf(bytes);
    upload.parts.set(part, { bytes, etag });
    return etag;
  }

  /** The whole of an upload, if the parts are as listed. */
  assemble(id: string, listed: readonly ListedPart[]): { bytes: Buffer; etag: string; upload: Upload } {
    const upload = this.uploads.get(id);
    if (upload === undefined) throw s3Error('NoSuchUpload');
    const bodies: Buffer[] = [];
    let before = 0;
    for (const [i, { PartNumber = 0, ETag }] of listed.entries()) {
      if (PartNumber <= before) throw s3Error('InvalidPartOrder');
      before = PartNumber;
      const part = upload.parts.get(PartNumber);
      if (part === undefined || part.etag !== ETag) throw s3Error('InvalidPart');
      if (i < listed.length - 1 && part.bytes.length < this.#options.partBytesMin) throw s3Error('EntityTooSmall');
      bodies.push(part.bytes);
    }
    const bytes = Buffer.concat(bodies);
    return { bytes, etag: `${etagOf(bytes).slice(0, -1)}-${listed.length}"`, upload };
  }
}

const etagOf = (bytes: Uint8Array) => `"${createHash('md5').update(bytes).digest('hex')}"`;

function packedVersion(bytes: Buffer, about: Omit<Version, 'bytes'>): Version {
  const packed = deflateRawSync(bytes, { level: 1 });
  return {
    ...about,
    get bytes() {
      return inflateRawSync(packed);
    },
  };
}
