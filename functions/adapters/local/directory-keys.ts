/** Where the keys of the results bucket stand in a directory, and which there are. */
import { type Dirent, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { compareText, sortTexts } from '../../core/compare-keys.ts';
import { MANIFEST_NAME, resultPrefix } from '../../core/keys.ts';
import { FanfoldError } from '../../errors.ts';
import type { ListedObject, ListPage } from '../../ports/object-store.ts';
import { systemCode, versionOf } from './file-version.ts';

/** Where results go by default, each in `<job>/<run>`. */
export const RESULTS_FOLDER = 'fanfold-out';
/** Holds what a run needs while it runs; removed when it has ended. */
export const WORKING_DIRECTORY = '.fanfold';
/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
const PAGE_KEYS_MAX = 1000;

/** An earlier run, and the directory of its result. */
export interface EarlierRun {
  readonly run: string;
  readonly directory: string;
}

/**
 * Maps `<job>/<run>/x` to `DIR/x`, and all other keys to `DIR/.fanfold/<key>`; those of an earlier run, which are only
 * read, to the `.fanfold` of its own directory.
 */
export class DirectoryKeys {
  readonly directory: string;
  readonly #results: string;
  readonly #earlier: ReadonlyMap<string, string>;

  constructor(directory: string, job: string, run: string, earlier: readonly EarlierRun[] = []) {
    this.directory = directory;
    this.#results = resultPrefix(job, run);
    this.#earlier = new Map(earlier.map((other) => [other.run, other.directory]));
  }

  /** Whether a key is one of the parts or the rejects: all of the result but its manifest. */
  isResult(key: string): boolean {
    return key.startsWith(this.#results) && key !== `${this.#results}${MANIFEST_NAME}`;
  }

  pathOf(key: string): string {
    if (key.split('/').some((step) => step === '' || step === '.' || step === '..')) {
      throw new FanfoldError('FANFOLD_BUG', `fanfold bug: the key ${key} is not a path`, { fix: 'Please report it.' });
    }
    if (key.startsWith(this.#results)) return join(this.directory, key.slice(this.#results.length));
    const [folder, run = ''] = key.split('/', 2);
    const earlier = folder === 'runs' ? this.#earlier.get(run) : undefined;
    return join(earlier ?? this.directory, WORKING_DIRECTORY, key);
  }

  /** Keys in byte order, as ListObjectsV2 gives them. */
  list(prefix: string, after: string): ListPage {
    const objects: ListedObject[] = [];
    const slash = prefix.lastIndexOf('/') + 1;
    for (const key of this.#under(prefix.slice(0, slash), prefix, after)) {
      if (objects.length === PAGE_KEYS_MAX) return { objects, more: true };
      objects.push(new ListedFile(key, this.pathOf(key)));
    }
    return { objects, more: false };
  }

  /** All keys below `folder` (empty, or ending in a slash) that have the prefix and come after `after`. */
  *#under(folder: string, prefix: string, after: string): Generator<string> {
    for (const name of this.#names(folder)) {
      const key = folder + name;
      // `folder/name/` stands for all that is in it: skipped when all of that lies before `after`, or outside of the prefix
      if (name.endsWith('/')) {
        const before = compareText(key, after) <= 0 && !after.startsWith(key);
        if (!before && (key.startsWith(prefix) || prefix.startsWith(key))) yield* this.#under(key, prefix, after);
      } else if (key.startsWith(prefix) && compareText(key, after) > 0) {
        yield key;
      }
    }
  }

  /** What is in a folder, in byte order; folders in it end in a slash, and sort so. */
  #names(folder: string): string[] {
    const [job = '', run = ''] = this.#results.split('/');
    const names = this.#entries(folder).map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name));
    const result = folder === this.#results;
    const own = result ? names.filter((name) => name !== `${WORKING_DIRECTORY}/`) : names;
    if (folder === '') own.push(`${job}/`);
    if (folder === `${job}/`) own.push(`${run}/`);
    return sortTexts(own);
  }

  #entries(folder: string): Dirent[] {
    const path = folder.startsWith(this.#results)
      ? join(this.directory, folder.slice(this.#results.length))
      : join(this.directory, WORKING_DIRECTORY, folder);
    try {
      return readdirSync(path, { withFileTypes: true });
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return [];
      throw error;
    }
  }
}

/** A key that a list found. Looked at only when asked: most listings are read for their keys. */
class ListedFile implements ListedObject {
  readonly key: string;
  readonly #path: string;

  constructor(key: string, path: string) {
    this.key = key;
    this.#path = path;
  }

  get size(): number {
    return Number(this.#stats().size);
  }

  get etag(): string {
    return versionOf(this.#stats());
  }

  get modifiedAtMs(): number {
    return Number(this.#stats().mtimeMs);
  }

  #stats() {
    return statSync(this.#path, { bigint: true });
  }
}
