/** Which version of a file was meant, and whether it still stands: what an ETag is to S3. */
import { type BigIntStats, type PathLike, statSync } from 'node:fs';
import { FanfoldError } from '../../errors.ts';
import type { ObjectHead } from '../../ports/object-store.ts';

/** Device, inode, size and mtime in nanoseconds: all but a writer that sets the time back by hand shows. */
export const versionOf = (stats: BigIntStats) =>
  `${stats.dev.toString(36)}-${stats.ino.toString(36)}-${stats.size.toString(36)}-${stats.mtimeNs.toString(36)}`;

/** What stands at a path now; undefined when there is no regular file. */
export function headOf(path: PathLike, name: string): ObjectHead | undefined {
  const stats = statOf(path, name);
  if (stats === undefined || !stats.isFile()) return undefined;
  return { size: Number(stats.size), etag: versionOf(stats), modifiedAtMs: Number(stats.mtimeMs) };
}

/** @throws FANFOLD_INPUT_CHANGED or FANFOLD_INPUT_GONE unless the path still holds the version `etag` */
export function verifyVersion(path: PathLike, name: string, etag: string): void {
  const stats = statOf(path, name);
  if (stats === undefined) throw gone(name);
  if (versionOf(stats) !== etag) throw changed(name);
}

function statOf(path: PathLike, name: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    throw inputError(error, name);
  }
}

export const changed = (name: string) =>
  new FanfoldError('FANFOLD_INPUT_CHANGED', `${name} was changed while the run read it`, {
    fix: 'Run again once nothing writes to it any more.',
    fatal: true,
    source: name,
  });

const gone = (name: string) =>
  new FanfoldError('FANFOLD_INPUT_GONE', `${name} is gone`, {
    fix: 'Put it back and run again, or run without it.',
    fatal: true,
    source: name,
  });

/** What the system said about a file, as what it means for the run. */
export function inputError(error: unknown, name: string): FanfoldError {
  if (error instanceof FanfoldError) return error;
  const code = systemCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return gone(name);
  if (code === 'EACCES' || code === 'EPERM') {
    return new FanfoldError('FANFOLD_INPUT_UNREADABLE', `${name} may not be read`, {
      fix: 'Give yourself permission to read it, or run without it.',
      fatal: true,
      source: name,
      cause: error,
    });
  }
  const said = error instanceof Error ? error.message : String(error);
  return new FanfoldError('FANFOLD_STORE_UNAVAILABLE', `${name} cannot be read now: ${said}`, {
    fix: 'It is tried again; look at the disk or the network mount if it comes back.',
    retry: 'safe',
    source: name,
    cause: error,
  });
}

/** The code of an error of the operating system, such as `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
