/** Which files the inputs of a run name, and whether any of them is named twice: it would count twice. */
import { resolve } from 'node:path';
import { realPathOf } from './look.ts';

interface Named {
  /** As the user gave it, or with that in front. */
  readonly path: string;
  /** What of the command line stands for it. */
  readonly argument: string;
}

export class NamedFiles {
  readonly #base: string;
  /** Tells at no cost that two names may be of one file: hard links and other disks have the same numbers, too. */
  readonly #byInode = new Map<number, Named>();
  /** By real path, of those alone whose number came more than once. */
  readonly #byRealPath = new Map<string, Named>();
  #twice: { readonly file: string; readonly by: readonly [Named, Named] } | undefined;
  #more = 0;

  /** @param base what relative paths are relative to */
  constructor(base: string) {
    this.#base = base;
  }

  add(named: Named, inode: number): void {
    const before = this.#byInode.get(inode);
    if (before === undefined) {
      this.#byInode.set(inode, named);
      return;
    }
    this.#byRealPath.set(this.#real(before), before);
    const file = this.#real(named);
    const same = this.#byRealPath.get(file);
    if (same === undefined) this.#byRealPath.set(file, named);
    else if (this.#twice === undefined) this.#twice = { file, by: [same, named] };
    else this.#more += 1;
  }

  /** The first file that is named twice, and how many more are; told with what to do. */
  get problem(): string | undefined {
    if (this.#twice === undefined) return undefined;
    const { file, by } = this.#twice;
    const more = this.#more === 0 ? '' : `, and so are ${this.#more} more`;
    return `${file} is named twice, by ${by.map(told).join(' and by ')}${more}: name each file once, or it counts twice`;
  }

  #real({ path }: Named): string {
    return realPathOf(resolve(this.#base, path), path);
  }
}

const told = ({ path, argument }: Named) => (path === argument ? path : `${argument} (${path})`);
