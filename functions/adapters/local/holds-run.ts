/** Whether a directory is one that a run of fanfold has written to. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MANIFEST_NAME, REJECTS_NAME } from '../../core/keys.ts';
import { WORKING_DIRECTORY } from './directory-keys.ts';
import { inputError } from './file-version.ts';
import { look } from './look.ts';

/** What a run writes beside the parts of its result. */
export const NO_PARTS: readonly string[] = [MANIFEST_NAME, REJECTS_NAME];

/** Ours are far below it: a file beyond it is data, and is not looked into. */
const MANIFEST_BYTES_MAX = 16 * 2 ** 20;

/**
 * A run that has not ended has its working directory there, one that has ended its manifest. Other things are called
 * manifest.json, too, so that it is read.
 *
 * @param names what is in the directory
 * @param given what the user calls it
 * @throws FANFOLD_INPUT_UNREADABLE for a manifest.json that may not be read
 */
export function holdsRun(directory: string, given: string, names: readonly string[]): boolean {
  if (names.includes(WORKING_DIRECTORY)) return true;
  if (!names.includes(MANIFEST_NAME)) return false;
  const [path, name] = [join(directory, MANIFEST_NAME), join(given, MANIFEST_NAME)];
  const stats = look(path, name);
  if (!stats?.isFile() || stats.size > MANIFEST_BYTES_MAX) return false;
  try {
    return isManifest(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw inputError(error, name);
  }
}

function isManifest(read: unknown): boolean {
  if (typeof read !== 'object' || read === null) return false;
  const members = new Map<string, unknown>(Object.entries(read));
  const texts = ['run', 'job', 'state', 'digest', 'endedAt'].every((name) => typeof members.get(name) === 'string');
  const lists = ['results', 'failures'].every((name) => Array.isArray(members.get(name)));
  return members.get('version') === 1 && texts && lists;
}
