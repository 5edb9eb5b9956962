/** From arguments to the inputs of a run: files in order, directories and globs as the files they stand for. */
import { globSync, readdirSync, type Stats, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { sortTexts } from '../../core/compare-keys.ts';
import { decodeText } from '../../core/text.ts';
import { systemPath } from './file-store.ts';
import { inputError } from './file-version.ts';

export interface ExpandedInputs {
  /** As the user gave them, or with that in front; in input order. */
  readonly paths: readonly string[];
  readonly bytes: number;
  /** When the youngest of them was written. */
  readonly newestMs: number;
  /** Arguments that stand for nothing, each told with what to do. */
  readonly problems: readonly string[];
}

/**
 * Files in the order of the arguments; a directory is all files in it, at any depth, in byte order of their relative
 * paths, symbolic links not followed; a glob is the files it matches, in byte order. A file named twice is read twice.
 *
 * @throws FANFOLD_INPUT_UNREADABLE for a directory that may not be listed
 */
export function expandInputs(given: readonly string[], base: string): ExpandedInputs {
  const paths: string[] = [];
  const problems: string[] = [];
  let bytes = 0;
  let newestMs = 0;
  for (const argument of given) {
    const found = expand(argument, base);
    if (typeof found === 'string') problems.push(found);
    else for (const path of found) paths.push(path);
  }
  for (const path of paths) {
    const stats = look(resolve(base, path), path);
    bytes += stats?.size ?? 0; // gone in between: the splitter tells
    newestMs = Math.max(newestMs, stats?.mtimeMs ?? 0);
  }
  return { paths, bytes, newestMs, problems };
}

/** The paths that an argument stands for, or what is wrong with it. */
function expand(argument: string, base: string): string[] | string {
  if (argument === '') return 'an empty path: name a file, a directory or a glob';
  const stats = look(resolve(base, argument), argument);
  if (stats?.isFile()) return [argument];
  if (stats?.isDirectory()) {
    const prefix = argument === '.' ? '' : argument.endsWith('/') ? argument : `${argument}/`;
    return sortTexts(filesUnder(resolve(base, argument), argument)).map((path) => prefix + path);
  }
  if (stats !== undefined) return `${argument} is neither a file nor a directory: copy its content to a file first`;
  if (!/[*?[{]|[!+@]\(/.test(argument)) return `${argument} does not exist: check the path`;
  const matches = globSync(argument, { cwd: base }).filter((path) => look(resolve(base, path), path)?.isFile());
  return matches.length > 0 ? sortTexts(matches) : `${argument} matches no file: check the pattern`;
}

/** Where results go by default: what a run wrote is not what the next one reads, unless it is named. */
const RESULTS_FOLDER = 'fanfold-out';

function filesUnder(directory: string, given: string): string[] {
  const files: string[] = [];
  const visit = (folder: string) => {
    for (const entry of list(join(directory, folder), join(given, folder))) {
      const name = decodeText(entry.name, 0, entry.name.length);
      const path = folder + name;
      if (entry.isDirectory()) {
        if (name !== RESULTS_FOLDER) visit(`${path}/`);
      }
      if (entry.isFile()) files.push(path);
    }
  };
  visit('');
  return files;
}

function list(path: string, name: string) {
  try {
    return readdirSync(systemPath(path), { withFileTypes: true, encoding: 'buffer' });
  } catch (error) {
    throw inputError(error, name);
  }
}

function look(path: string, name: string): Stats | undefined {
  try {
    return statSync(systemPath(path), { throwIfNoEntry: false });
  } catch (error) {
    throw inputError(error, name);
  }
}
