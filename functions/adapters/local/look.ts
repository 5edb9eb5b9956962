/** What the file system says of an input before it is read. */
import { realpathSync, type Stats, statSync } from 'node:fs';
import { decodeText } from '../../core/text.ts';
import { systemPath } from './file-store.ts';
import { inputError, systemCode } from './file-version.ts';

/**
 * What stands at a path, links followed; undefined when there is nothing, or a link that leads nowhere.
 *
 * @param name what the user calls it
 */
export function look(path: string, name: string): Stats | undefined {
  try {
    return statSync(systemPath(path), { throwIfNoEntry: false });
  } catch (error) {
    if (systemCode(error) === 'ELOOP') return undefined; // of links that lead to each other
    throw inputError(error, name);
  }
}

/** The one path of a file or directory that goes through no link. */
export function realPathOf(path: string, name: string): string {
  try {
    const real = realpathSync.native(systemPath(path), { encoding: 'buffer' });
    return decodeText(real, 0, real.length);
  } catch (error) {
    throw inputError(error, name);
  }
}
