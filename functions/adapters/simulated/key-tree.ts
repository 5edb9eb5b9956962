/** Keys in byte order, as a tree of their parts between slashes: a listing visits only what it shows. */

export class KeyTree<V> {
  readonly #root = new Folder<V>();

  get(key: string): V | undefined {
    const found = this.#folderOf(key)?.entries.get(lastPart(key));
    return found instanceof Folder ? undefined : found;
  }

  set(key: string, value: V): void {
    let folder = this.#root;
    for (const part of foldersOf(key)) {
      const next = folder.entries.get(part);
      if (next instanceof Folder) {
        folder = next;
      } else {
        const made = new Folder<V>();
        folder.add(part, made);
        folder = made;
      }
    }
    folder.add(lastPart(key), value);
  }

  delete(key: string): void {
    this.#folderOf(key)?.remove(lastPart(key));
  }

  /** All keys that start with `prefix` and come after `after`, in byte order. */
  *list(prefix: string, after = ''): Generator<readonly [key: string, value: V]> {
    const base = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    const folder = this.#folderOf(prefix);
    if (folder !== undefined) yield* walk(folder, base, prefix, after);
  }

  /** The folder that a key lies in. */
  #folderOf(key: string): Folder<V> | undefined {
    let folder = this.#root;
    for (const part of foldersOf(key)) {
      const next = folder.entries.get(part);
      if (!(next instanceof Folder)) return undefined;
      folder = next;
    }
    return folder;
  }
}

/** Names of folders end in a slash; no name of an object does, but the empty one. */
class Folder<V> {
  readonly entries = new Map<string, Folder<V> | V>();
  #sorted: string[] | undefined;

  add(name: string, entry: Folder<V> | V): void {
    if (!this.entries.has(name)) this.#sorted = undefined;
    this.entries.set(name, entry);
  }

  remove(name: string): void {
    this.#sorted = undefined;
    this.entries.delete(name);
  }

  get sorted(): readonly string[] {
    this.#sorted ??= [...this.entries.keys()].sort(byBytes);
    return this.#sorted;
  }
}

function* walk<V>(
  folder: Folder<V>,
  base: string,
  prefix: string,
  after: string,
): Generator<readonly [key: string, value: V]> {
  const names = folder.sorted;
  for (let i = firstToShow(names, base, after); i < names.length; i++) {
    const name = names[i] ?? '';
    const key = base + name;
    const entry = folder.entries.get(name);
    if (!key.startsWith(prefix) || entry === undefined) continue;
    if (entry instanceof Folder) yield* walk(entry, key, prefix, after);
    else if (byBytes(key, after) > 0) yield [key, entry];
  }
}

/** The first name that is, or may hold, a key after `after`. */
function firstToShow(names: readonly string[], base: string, after: string): number {
  let low = 0;
  let high = names.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const key = base + (names[middle] ?? '');
    if (byBytes(key, after) < 0 && !after.startsWith(key)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** `a/b/c` is in the folders `a/` and `b/`. */
function* foldersOf(key: string): Generator<string> {
  for (let from = 0, slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', from)) {
    yield key.slice(from, slash + 1);
    from = slash + 1;
  }
}

const lastPart = (key: string) => key.slice(key.lastIndexOf('/') + 1);

/** JavaScript compares UTF-16 units, which is the order of UTF-8 bytes only below U+D800. */
const HIGH = /[\ud800-\uffff]/;

function byBytes(a: string, b: string): number {
  if (a === b) return 0;
  if (HIGH.test(a) || HIGH.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : 1;
}
