/** Records of JSON by their members' types. */
import { setMember } from '../core/set-member.ts';
import { type ColumnType, isOptional, type OrMissing, type Present, presentType, type ValueOf } from './column-type.ts';
import type { JsonValue } from './parse-json.ts';

/**
 * What a member holds: `'text'` (string), `'integer'` (read as bigint, of any size), `'number'` (finite double),
 * `['text']` (a list of strings). With a `?`, as in `'integer?'`, it is null where the member is, or is missing.
 */
export type JsonColumn = OrMissing<JsonPresent> | readonly ['text'];
type JsonPresent = 'text' | 'integer' | 'number';
export type JsonColumns = { readonly [name: string]: JsonColumn };

/** The record that members make. */
export type JsonRecord<C extends JsonColumns> = {
  readonly [K in keyof C]: ValueOf<C[K]>;
};

type ReadMember = (value: JsonValue | undefined) => unknown;

const isText = (value: unknown) => typeof value === 'string';

function integer(value: JsonValue | undefined): bigint | undefined {
  if (typeof value === 'bigint') return value;
  return Number.isSafeInteger(value) ? BigInt(value as number) : undefined;
}

function number(value: JsonValue | undefined): number | undefined {
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'number' ? value : undefined;
}

/** A record, or why it is bad. */
export type Judged = { readonly record: unknown } | { readonly bad: string };

/** How a member is read, and what it must be; undefined stands for anything else. */
const READERS: { readonly [K in JsonPresent]: { readonly what: string; readonly read: ReadMember } } = {
  text: { what: 'a text', read: (value) => (isText(value) ? value : undefined) },
  integer: { what: 'an integer', read: integer },
  number: { what: 'a number', read: number },
};
const LIST = {
  what: 'a list of texts',
  read: (value: JsonValue | undefined) => (Array.isArray(value) && value.every(isText) ? value : undefined),
};

export function isJsonColumn(type: unknown): type is JsonColumn {
  if (Array.isArray(type)) return type.length === 1 && type[0] === 'text';
  return typeof type === 'string' && Object.hasOwn(READERS, type.replace(/\?$/, ''));
}

const readerOf = (type: Present<ColumnType>) =>
  type === 'text' || type === 'integer' || type === 'number' ? READERS[type] : LIST;

/** Reads a record of these members, or says why it is bad. */
export function jsonReader(columns: JsonColumns): (value: JsonValue) => Judged {
  const members = Object.entries(columns).map(([name, type]) => ({
    name,
    optional: isOptional(type),
    ...readerOf(presentType(type)),
  }));
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return { bad: 'not an object' };
    const record: { [name: string]: unknown } = {};
    for (const { name, optional, what, read } of members) {
      const given = Object.hasOwn(value, name) ? (value as { readonly [name: string]: JsonValue })[name] : undefined;
      const member = optional && (given ?? null) === null ? null : read(given);
      if (member === undefined) return { bad: given === undefined ? `lacks ${name}` : `${name}: is not ${what}` };
      setMember(record, name, member);
    }
    return { record };
  };
}
