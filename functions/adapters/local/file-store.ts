/** The object store of a laptop: inputs are read where they lie, and everything a run writes goes to one directory. */
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  type PathLike,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { threadId } from 'node:worker_threads';
import { crc32 } from 'node:zlib';
import { asBuffer, memoryOf } from '../../core/bytes.ts';
import { type JoinPart, piecesOf } from '../../core/join-pieces.ts';
import { joinedOtherwise } from '../../core/partial-corrupt.ts';
import { encodeText } from '../../core/text.ts';
import { assert, FanfoldError } from '../../errors.ts';
import type {
  ListPage,
  Memory,
  ObjectHead,
  ObjectName,
  ObjectStore,
  PinnedObject,
  StoredObject,
} from '../../ports/object-store.ts';
import { DirectoryKeys, type EarlierRun, WORKING_DIRECTORY } from './directory-keys.ts';
import { changed, headOf, inputError, systemCode, verifyVersion } from './file-version.ts';

/** The bucket of the inputs: a key is a path as the user gave it. */
export const INPUT_BUCKET = 'file';
/** The bucket of what the run writes. */
export const RESULTS_BUCKET = 'results';

const INPUT_BLOCK_BYTES = 256 * 1024;
const STORED_BLOCK_BYTES = 64 * 1024;
/** Bytes for which memory to read into costs more than it is good for: a thousand small partials would have 64 MB made. */
const FEW_BYTES = 16 * 1024;
const JOINED_BLOCK_BYTES = 1024 * 1024;

export interface FileStoreOptions {
  /** What relative paths of inputs are relative to. */
  readonly base: string;
  /** Where results go, and meanwhile in `.fanfold` everything else. */
  readonly directory: string;
  /** The one run whose result stands in `directory`. */
  readonly job: string;
  readonly run: string;
  /** Runs that this one adopts from. */
  readonly earlier?: readonly EarlierRun[];
}

/** By all stores of this thread, so that no two files are called alike. */
let written = 0;

/**
 * ObjectStore over the file system. All calls to the system are synchronous: a thread has nothing else to do meanwhile, or
 * gives turns to that (turns.ts), and for small files they are several times as fast as asynchronous ones.
 */
export class FileStore implements ObjectStore {
  readonly #base: string;
  readonly #keys: DirectoryKeys;
  readonly #temporary: string;

  constructor(options: FileStoreOptions) {
    this.#base = options.base;
    this.#keys = new DirectoryKeys(options.directory, options.job, options.run, options.earlier);
    this.#temporary = join(options.directory, WORKING_DIRECTORY, 'tmp');
  }

  async head({ bucket, key }: ObjectName): Promise<ObjectHead | undefined> {
    return headOf(this.#pathOf(bucket, key), key);
  }

  async *read(
    { bucket, key, etag }: PinnedObject,
    start: number,
    end: number,
    into?: Memory,
  ): AsyncIterable<Uint8Array> {
    const path = this.#pathOf(bucket, key);
    verifyVersion(path, key, etag);
    if (start >= end) return;
    const file = openToRead(path, key);
    const memory = memoryFor(end - start, into);
    try {
      for (let at = start; at < end; ) {
        const block = readAt(file, at, Math.min(memory?.length ?? INPUT_BLOCK_BYTES, end - at), key, memory);
        // before the block is handed on, so that nobody ever works on bytes of another version
        verifyVersion(path, key, etag);
        if (block.length === 0) throw changed(key);
        at += block.length;
        yield block;
      }
    } finally {
      closeSync(file);
    }
  }

  async open({ bucket, key }: ObjectName, into?: Memory): Promise<AsyncIterable<Uint8Array> | undefined> {
    const path = this.#pathOf(bucket, key);
    return existsSync(path) ? readWhole(path, key, into) : undefined;
  }

  async putIfAbsent(
    { bucket, key }: ObjectName,
    body: Uint8Array | AsyncIterable<Uint8Array>,
  ): Promise<'created' | 'exists'> {
    assert(bucket === RESULTS_BUCKET, `a write to the inputs: ${key}`);
    const path = this.#keys.pathOf(key);
    const temporary = join(this.#temporary, `${process.pid}-${threadId}-${written++}`);
    const file = this.#try(() => createIn(this.#temporary, temporary));
    try {
      try {
        if (body instanceof Uint8Array) this.#try(() => writeAll(file, body));
        else for await (const block of body) this.#try(() => writeAll(file, block));
        // Before the manifest has its name: where that can be read after a loss of power, so can what it lists. All else
        // that a run writes is made again if the machine loses it, and costs no waiting for the disk.
        if (this.#keys.isResult(key)) this.#try(() => fsyncSync(file));
      } finally {
        closeSync(file);
      }
      return this.#try(() => linkUnlessThere(temporary, path));
    } finally {
      rmSync(temporary, { force: true });
    }
  }

  /** A second link to the same bytes, which nobody changes; a copy where that leads to another disk. */
  async copyIfAbsent(from: StoredObject, to: ObjectName): Promise<'created' | 'exists'> {
    const path = this.#pathOf(from.bucket, from.key);
    verifyVersion(path, from.key, from.etag);
    try {
      return this.#try(() => linkUnlessThere(path, this.#keys.pathOf(to.key)));
    } catch (error) {
      if (systemCode(error instanceof FanfoldError ? error.cause : error) !== 'EXDEV') throw error;
      return this.putIfAbsent(to, readWhole(path, from.key));
    }
  }

  /** Through one block of memory: Node has no copy of a range, and so the checksum costs no reading of its own. */
  async joinIfAbsent(to: ObjectName, parts: readonly JoinPart[], crc: number): Promise<'created' | 'exists'> {
    return this.putIfAbsent(to, this.#joined(to, parts, crc));
  }

  async *#joined({ bucket, key }: ObjectName, parts: readonly JoinPart[], crc: number): AsyncGenerator<Uint8Array> {
    const memory = memoryOf(JOINED_BLOCK_BYTES);
    let seen = 0;
    for (const piece of piecesOf(parts)) {
      const blocks = 'bytes' in piece ? [piece.bytes] : this.read({ ...piece, bucket }, piece.start, piece.end, memory);
      for await (const block of blocks) {
        seen = crc32(block, seen);
        yield block;
      }
    }
    if (seen !== crc) throw joinedOtherwise(key);
  }

  async list(bucket: string, prefix: string, after = ''): Promise<ListPage> {
    assert(bucket === RESULTS_BUCKET, `a listing of the inputs: ${prefix}`);
    return this.#try(() => this.#keys.list(prefix, after));
  }

  #pathOf(bucket: string, key: string): PathLike {
    return bucket === INPUT_BUCKET ? systemPath(resolve(this.#base, key)) : this.#keys.pathOf(key);
  }

  /** Runs a step on the directory; what the system says against it becomes an error that names the directory. */
  #try<T>(step: () => T): T {
    try {
      return step();
    } catch (error) {
      throw error instanceof FanfoldError ? error : directoryError(error, this.#keys.directory);
    }
  }
}

/** A path as the system knows it: names of files are bytes, and need not be UTF-8. */
export const systemPath = (path: string): PathLike => (path.isWellFormed() ? path : asBuffer(encodeText(path)));

function openToRead(path: PathLike, name: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw inputError(error, name);
  }
}

const memoryFor = (bytes: number, into: Memory | undefined) => (bytes > FEW_BYTES ? into?.() : undefined);

function readAt(file: number, at: number, length: number, name: string, into?: Buffer): Buffer {
  const block = into ?? Buffer.allocUnsafe(length);
  try {
    return block.subarray(0, readSync(file, block, 0, length, at));
  } catch (error) {
    throw inputError(error, name);
  }
}

/** A file that never changes. Opened when its first byte is wanted, so that a stream nobody reads leaks nothing. */
async function* readWhole(path: PathLike, name: string, into?: Memory): AsyncIterable<Uint8Array> {
  const file = openToRead(path, name);
  try {
    const { size } = fstatSync(file);
    const memory = memoryFor(size, into);
    for (let at = 0; at < size; ) {
      const block = readAt(file, at, Math.min(memory?.length ?? STORED_BLOCK_BYTES, size - at), name, memory);
      if (block.length === 0) return;
      at += block.length;
      yield block;
    }
  } finally {
    closeSync(file);
  }
}

function createIn(folder: string, path: string): number {
  try {
    return openSync(path, 'wx');
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    mkdirSync(folder, { recursive: true });
    return openSync(path, 'wx');
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

/** Gives a finished file its name, unless the name is taken: link(2) is atomic and never replaces. */
function linkUnlessThere(temporary: PathLike, path: string, again = true): 'created' | 'exists' {
  try {
    linkSync(temporary, path);
    return 'created';
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return 'exists';
    if (systemCode(error) !== 'ENOENT' || !again) throw error;
    mkdirSync(dirname(path), { recursive: true });
    return linkUnlessThere(temporary, path, false);
  }
}

const GO_ON = 'then give the same command with --resume';
const FIXES: { readonly [code: string]: string } = {
  ENOSPC: `Free some space, ${GO_ON}.`,
  EDQUOT: `Free some of your quota, ${GO_ON}.`,
  EFBIG: `Raise the limit on the size of files (ulimit -f), ${GO_ON}.`,
  EROFS: 'Choose a directory that can be written to with --out.',
  EACCES: 'Choose a directory that you may write to with --out.',
  EPERM: 'Choose a directory on a file system that has hard links with --out.',
  ENOTSUP: 'Choose a directory on a file system that has hard links with --out.',
};

export function directoryError(error: unknown, directory: string): FanfoldError {
  const said = error instanceof Error ? error.message : String(error);
  return new FanfoldError('FANFOLD_OUTPUT_UNWRITABLE', `Nothing more can be stored in ${directory}: ${said}`, {
    fix: FIXES[systemCode(error) ?? ''] ?? `Look at that disk, ${GO_ON}.`,
    retry: 'safe',
    cause: error,
  });
}
