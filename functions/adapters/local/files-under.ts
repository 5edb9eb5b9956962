/** The files of a directory that is an input, at any depth. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { sortTexts } from '../../core/compare-keys.ts';
import { decodeText } from '../../core/text.ts';
import { RESULTS_FOLDER } from './directory-keys.ts';
import { systemPath } from './file-store.ts';
import { inputError } from './file-version.ts';
import { holdsRun, NO_PARTS } from './holds-run.ts';
import { look, realPathOf } from './look.ts';

export interface FilesUnder {
  /** Each with the prefix, in byte order. */
  readonly files: readonly string[];
  /** Links to nothing, likewise. */
  readonly broken: readonly string[];
  /** Whether there is something that only a name of its own would make an input. */
  readonly hidden: boolean;
}

/**
 * All but names that begin with a dot, and what runs of fanfold have written. Links are followed, and each directory is
 * entered once, however many links lead to it: by its own path if that is in here, otherwise by the link that comes first.
 *
 * @param prefix what the user calls it, with a slash; empty for the working directory
 * @throws FANFOLD_INPUT_UNREADABLE for a directory that may not be listed
 */
export function filesUnder(directory: string, prefix: string): FilesUnder {
  const files: string[] = [];
  const broken: string[] = [];
  const entered = new Set<string>();
  let hidden = false;
  /** Takes what is in a folder (empty, or ending in a slash); the links to directories in it. */
  const enter = (folder: string): string[] => {
    const [here, name] = [join(directory, folder), prefix + folder || '.'];
    const real = realPathOf(here, name);
    if (entered.has(real)) return [];
    entered.add(real);
    const entries = list(here, name);
    const own = holdsRun(here, name, [...entries.keys()]);
    hidden ||= own;
    if (own && folder !== '') return [];
    const links: string[] = [];
    for (const [entry, kind] of entries) {
      const path = folder + entry;
      if (entry.startsWith('.') || (kind === 'directory' && entry === RESULTS_FOLDER)) hidden = true;
      else if (kind === 'directory') links.push(...enter(`${path}/`));
      else if (kind === 'file') {
        if (!own || !NO_PARTS.includes(entry)) files.push(prefix + path);
      } else if (kind === 'link') {
        const stats = look(join(directory, path), prefix + path);
        if (stats === undefined) broken.push(prefix + path);
        else if (stats.isFile()) files.push(prefix + path);
        else if (stats.isDirectory()) links.push(`${path}/`);
      }
    }
    return links;
  };
  for (let links = enter(''); links.length > 0; ) links = sortTexts(links).flatMap(enter);
  return { files: sortTexts(files), broken: sortTexts(broken), hidden };
}

type Kind = 'file' | 'directory' | 'link' | 'other';

/** What is in a directory, by name. */
function list(path: string, name: string): Map<string, Kind> {
  try {
    const entries = readdirSync(systemPath(path), { withFileTypes: true, encoding: 'buffer' });
    return new Map(
      entries.map((entry) => [
        decodeText(entry.name, 0, entry.name.length),
        entry.isFile() ? 'file' : entry.isDirectory() ? 'directory' : entry.isSymbolicLink() ? 'link' : 'other',
      ]),
    );
  } catch (error) {
    throw inputError(error, name);
  }
}
