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
  return { kind: 'json', extension: 'jsonl', header: '', encode: (row) => `${json(row, '', 0)}\n` };
}

/** Values inside values: deeper than any sensible one, shallower than the stack. */
const DEPTH_MAX = 200;

function json(value: unknown, path: string, depth: number): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      if (Number.isFinite(value)) return String(value);
      throw invalid(path, `is ${value}`);
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'object':
      return value === null ? 'null' : nested(value, path, depth + 1);
    default:
      throw invalid(path, `is ${typeof value}`);
  }
}

function nested(value: object, path: string, depth: number): string {
  if (depth > DEPTH_MAX) throw invalid(path.slice(0, 60), `nests more than ${DEPTH_MAX} levels, or contains itself`);
  if (Array.isArray(value)) {
    return `[${Array.from(value, (member: unknown, i) => json(member, `${path}[${i}]`, depth)).join(',')}]`;
  }
  const members: string[] = [];
  for (const [name, member] of value instanceof Map ? value : Object.entries(plain(value, path))) {
    if (typeof name !== 'string') throw invalid(path, `is a Map with a key of type ${typeof name}`);
    members.push(`${JSON.stringify(name)}:${json(member, `${path}.${name}`, depth)}`);
  }
  return `{${members.join(',')}}`;
}

function plain(value: object, path: string): object {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return value;
  throw invalid(path, `is an instance of ${value.constructor?.name || 'a class'}`);
}

function invalid(path: string, what: string): FanfoldError {
  return new FanfoldError(
    'FANFOLD_VALUE_INVALID',
    `A row of jsonRows() ${path === '' ? '' : `at ${path} `}${what}, which JSON cannot hold`,
    {
      fix: 'Make rows of strings, finite numbers, bigints, booleans, null, arrays, plain objects and Maps of strings.',
    },
  );
}
