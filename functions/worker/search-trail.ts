/**
 * How far the search for a record has come that ends the process which works it. Nobody can say so after the fact; so
 * each step is written down before it is taken, once and under a name that tells it: what nothing follows has ended the
 * process.
 */
import { bisectPrefix } from '../core/keys.ts';
import type { ChunkMessage } from '../core/messages.ts';
import type { Services } from '../ports/services.ts';
import { readJson, settleJson } from '../protocol/documents.ts';
import { listAll } from '../protocol/list-all.ts';

/** A record that was found to do so. */
export interface Killer {
  readonly source: string;
  readonly offset: number;
  readonly bytes: number;
  readonly preview: string;
}

/** A part of a part … of the chunk's records. */
export type Path = readonly number[];

/**
 * `whole`: the chunk is worked without the killers. `begun`: the records of a part are. `harmless`: all of a part's were,
 * and the process went on. `again`: the only record of a part is worked once more, to be sure. `over`: no single record
 * ends the process.
 */
type Step = 'whole' | 'begun' | 'harmless' | 'again' | 'over';

export class SearchTrail {
  readonly killers: readonly Killer[];
  readonly #services: Services;
  readonly #prefix: string;
  readonly #steps: ReadonlySet<string>;

  private constructor(services: Services, prefix: string, killers: readonly Killer[], steps: ReadonlySet<string>) {
    this.#services = services;
    this.#prefix = prefix;
    this.killers = killers;
    this.#steps = steps;
  }

  static async read(services: Services, { run, chunk }: ChunkMessage): Promise<SearchTrail> {
    const prefix = bisectPrefix(run, chunk);
    const steps = new Set<string>();
    for await (const { key } of listAll(services.store, services.results, prefix)) steps.add(key.slice(prefix.length));
    const killers: Killer[] = [];
    for (; steps.has(`found/${killers.length}`); ) {
      const killer = await readJson<Killer>(services, `${prefix}found/${killers.length}`);
      if (killer === undefined) break;
      killers.push(killer);
    }
    return new SearchTrail(services, prefix, killers, steps);
  }

  get isEmpty(): boolean {
    return this.#steps.size === 0;
  }

  has(step: Step, path: Path = []): boolean {
    return this.#steps.has(this.#name(step, path));
  }

  async mark(step: Step, path: Path = []): Promise<void> {
    await this.#write(this.#name(step, path));
  }

  /** Where the search goes on: in the part of the part … that was begun last and is not known to be harmless, from a part on. */
  get next(): { readonly path: Path; readonly from: number } {
    const path: number[] = [];
    for (;;) {
      const last = this.#lastBegun(path);
      if (last === undefined) return { path, from: 0 };
      if (this.has('harmless', [...path, last])) return { path, from: last + 1 };
      path.push(last);
    }
  }

  found = (killer: Killer) => this.#write(`found/${this.killers.length}`, killer);

  /** Of the parts of a part, in which order they are begun too. */
  #lastBegun(path: Path): number | undefined {
    const prefix = this.#name('begun', path) + (path.length === 0 ? '/' : '-');
    const parts = [...this.#steps].filter((step) => step.startsWith(prefix)).map((step) => step.slice(prefix.length));
    const own = parts.filter((part) => /^\d+$/.test(part)).map(Number);
    return own.length === 0 ? undefined : Math.max(...own);
  }

  /** Each search is without the killers that are found already. */
  #name(step: Step, path: Path): string {
    const at = path.map((part) => String(part).padStart(2, '0')).join('-');
    return [this.killers.length, step, ...(at === '' ? [] : [at])].join('/');
  }

  async #write(step: string, document: object = {}): Promise<void> {
    await settleJson(this.#services, this.#prefix + step, document);
  }
}
