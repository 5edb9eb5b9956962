/** Compressed objects, recognised by their first bytes and read as one stream. */
import { createGunzip, createZstdDecompress, type Gunzip, type ZstdDecompress } from 'node:zlib';
import { FanfoldError } from '../errors.ts';
import { isSkippableFrame, isZstdFrame, ZstdFrames } from './zstd-frames.ts';

/** Bytes that tell. */
export const MAGIC_BYTES = 4;

export type Compression = 'gzip' | 'zstd' | 'none';

/** How an object is compressed, told by its first bytes: RFC 1952 (gzip), RFC 8878 (zstd). */
export function compressionOf(first: Uint8Array): Compression {
  if (first[0] === 0x1f && first[1] === 0x8b && first[2] === 0x08) return 'gzip';
  return isZstdFrame(first) || isSkippableFrame(first) ? 'zstd' : 'none';
}

/**
 * The decompressed bytes, streaming: every member of a gzip object, every frame of a zstd object. Memory is bounded by
 * the compression's window, whatever the sizes.
 *
 * @throws FANFOLD_INPUT_INVALID when it is corrupt or ends early; what `blocks` throws, as it is
 */
export async function* decompress(blocks: AsyncIterable<Uint8Array>, kind: Compression): AsyncGenerator<Uint8Array> {
  if (kind === 'none') return yield* blocks;
  const stream = kind === 'gzip' ? createGunzip() : createZstdDecompress();
  const feeding = feed(kind === 'gzip' ? blocks : framewise(blocks), stream);
  // A failure of the source reaches the reader through the stream, as it is.
  const fed = feeding.catch((error: unknown) => {
    stream.destroy(error instanceof SourceError ? error : new SourceError(error));
    return 0;
  });
  try {
    yield* stream;
    if ((await fed) > stream.bytesWritten) throw invalid(kind, 'something else follows the compressed data');
  } catch (error) {
    if (error instanceof SourceError) throw error.cause;
    if (error instanceof FanfoldError) throw error;
    throw invalid(kind, error instanceof Error ? error.message : String(error), error);
  } finally {
    stream.destroy();
    await fed;
  }
}

class SourceError extends Error {
  constructor(cause: unknown) {
    super('the source failed', { cause });
  }
}

/**
 * Writes all blocks, as fast as the stream takes them; resolves to the position after the last byte that is not zero.
 * A gzip stream ends itself at a zero byte after a member (tapes are padded so); the rest is looked at nevertheless.
 */
async function feed(blocks: AsyncIterable<Uint8Array>, stream: Gunzip | ZstdDecompress): Promise<number> {
  let over = false;
  let wake = () => {};
  const stop = () => {
    over = true;
    wake();
  };
  stream
    .on('drain', () => wake())
    .on('end', stop)
    .on('close', stop);
  let at = 0;
  let used = 0;
  for await (const block of blocks) {
    if (stream.destroyed) return used;
    let end = block.length;
    while (end > 0 && block[end - 1] === 0) end--;
    if (end > 0) used = at + end;
    at += block.length;
    if (over || stream.write(block)) continue;
    await new Promise<void>((resolve) => {
      wake = resolve;
      if (over) resolve();
    });
  }
  if (!over) stream.end();
  return used;
}

/** The same bytes in blocks that end where frames end. */
async function* framewise(blocks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const frames = new ZstdFrames();
  for await (const block of blocks) {
    const pieces = frames.cut(block);
    if (pieces === undefined) throw invalid('zstd', 'something else follows the compressed data');
    yield* pieces;
  }
  if (!frames.whole) throw invalid('zstd', 'unexpected end of file');
}

function invalid(kind: Compression, what: string, cause?: unknown): FanfoldError {
  return new FanfoldError('FANFOLD_INPUT_INVALID', `The object begins as ${kind} but is not valid: ${what}`, {
    fix: 'Upload the object again, whole.',
    cause,
  });
}
