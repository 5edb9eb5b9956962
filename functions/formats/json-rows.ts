import { FanfoldError } from '../errors.ts';
import type { Output } from './output.ts';

/**
 * Writes each row as a line of compact JSON. A bigint is written as an integer, a Map of strings as an object in the
 * Map's order (also for names like `1` and `__proto__`). Bytes that are not UTF-8 are written as the escapes `\udc80` to
 * `\udcff`, which `jsonl()` reads back as those bytes.
 *
 * @throws FANFOLD_VALUE_INVALID, naming the path, for what JSON cannot hold: NaN, Infinity, undefined, functions,
 * symbols, instances of classes, and values more than 200 levels deep or within themselves.
 * @example
 * ```ts
 * jsonRows().encode({ term: 'a', ids: [1, 2n] }); // → '{"term":"a","ids":[1,2]}\n'
 * jsonRows().encode(new Map([['b', 1], ['1', 2]])); // → '{"b":1,"1":2}\n'
 * ```
 */
export function jsonRows(): Output<unknown> {
  const text = new JsonText();
  return { kind: 'json', extension: 'jsonl', header: '', encode: (row) => `${text.of(row)}\n` };
}

/** Values inside values: deeper than any sensible one, shallower than the stack. */
const DEPTH_MAX = 200;
const PATH_CHARACTERS_MAX = 60;
/** Names of members that are remembered as JSON: more than rows of one kind have. */
const NAMES_MAX = 256;

/** Why a value cannot be written; the path to it grows while the error rises, so that values which can cost none. */
class Unwritable extends Error {
  path = '';
}

class JsonText {
  readonly #names = new Map<string, string>();

  of(row: unknown): string {
    try {
      return this.#json(row, 0);
    } catch (error) {
      throw error instanceof Unwritable ? invalid(error) : error;
    }
  }

  #json(value: unknown, depth: number): string {
    switch (typeof value) {
      case 'string':
        return JSON.stringify(value);
      case 'number':
        if (Number.isFinite(value)) return String(value);
        throw new Unwritable(`is ${value}`);
      case 'bigint':
      case 'boolean':
        return String(value);
      case 'object':
        if (value === null) return 'null';
        if (depth === DEPTH_MAX) throw new Unwritable(`nests more than ${DEPTH_MAX} levels, or contains itself`);
        return Array.isArray(value) ? this.#list(value, depth + 1) : this.#members(value, depth + 1);
      default:
        throw new Unwritable(`is ${typeof value}`);
    }
  }

  #list(values: readonly unknown[], depth: number): string {
    if (areNative(values)) return JSON.stringify(values); // at once, not piece by piece
    let text = '';
    let at = 0;
    try {
      for (; at < values.length; at++) text += `${at === 0 ? '' : ','}${this.#json(values[at], depth)}`;
    } catch (error) {
      throw within(error, `[${at}]`);
    }
    return `[${text}]`;
  }

  #members(value: object, depth: number): string {
    let text = '';
    for (const [name, member] of value instanceof Map ? value : Object.entries(plain(value))) {
      if (typeof name !== 'string') throw new Unwritable(`is a Map with a key of type ${typeof name}`);
      try {
        text += `${text === '' ? '' : ','}${this.#name(name)}:${this.#json(member, depth)}`;
      } catch (error) {
        throw within(error, `.${name}`);
      }
    }
    return `{${text}}`;
  }

  #name(name: string): string {
    let text = this.#names.get(name);
    if (text === undefined) {
      text = JSON.stringify(name);
      if (this.#names.size < NAMES_MAX) this.#names.set(name, text);
    }
    return text;
  }
}

/** Whether `JSON.stringify` writes these as they are written here. */
function areNative(values: readonly unknown[]): boolean {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value === 'number' ? !Number.isFinite(value) : typeof value !== 'string') return false;
  }
  return true;
}

function within(error: unknown, step: string): unknown {
  if (error instanceof Unwritable) error.path = step + error.path;
  return error;
}

function plain(value: object): object {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return value;
  throw new Unwritable(`is an instance of ${value.constructor?.name || 'a class'}`);
}

function invalid({ path, message }: Unwritable): FanfoldError {
  const where = path === '' ? '' : `at ${path.slice(0, PATH_CHARACTERS_MAX)} `;
  return new FanfoldError('FANFOLD_VALUE_INVALID', `A row of jsonRows() ${where}${message}, which JSON cannot hold`, {
    fix: 'Make rows of strings, finite numbers, bigints, booleans, null, arrays, plain objects and Maps of strings.',
  });
}
