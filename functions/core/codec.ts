/** Values of pairs as bytes and back: JSON's values, and bigint, Map, Set and bytes. The same value gives the same bytes. */
import { FanfoldError } from '../errors.ts';
import { VALUE_BYTES_MAX } from '../limits.ts';
import { ByteReader, type ByteWriter } from './bytes.ts';
import { setMember } from './set-member.ts';
import { toldKey } from './too-large.ts';

const NULL = 0;
const FALSE = 1;
const TRUE = 2;
const NATURAL = 3; // 0, 1, 2 …
const NEGATIVE = 4; // -1, -2 …
const DOUBLE = 5;
const SMALL_BIGINT = 6; // within ±2^53
const BIGINT = 7;
const TEXT = 8;
const BYTES = 9;
export const ARRAY = 10;
const OBJECT = 11;
const MAP = 12;
const SET = 13;
/** Text with lone surrogates, as its UTF-16 units: two texts of the same bytes stay two. */
const UNITS = 14;

/** Values inside values: deeper than any sensible one, shallower than the stack. */
const DEPTH_MAX = 200;
const PATH_CHARACTERS_MAX = 200;

/**
 * Appends the encoding of `value` to `out`.
 *
 * @param key whose value it is, for who reads the error
 * @throws FANFOLD_VALUE_INVALID for what would not survive (NaN, ±Infinity, undefined, functions, symbols, instances of
 * classes, cycles) and for more than VALUE_BYTES_MAX, naming the path within the value.
 */
export function encodeValue(value: unknown, out: ByteWriter, key?: string | Uint8Array): void {
  const start = out.length;
  try {
    encode(value, out, 0);
  } catch (error) {
    throw error instanceof Unstorable ? invalid(error, key) : error;
  }
  checkBytes(out.length - start, key);
}

function checkBytes(bytes: number, key?: string | Uint8Array): void {
  if (bytes > VALUE_BYTES_MAX) throw invalid(new Unstorable(`takes ${bytes} bytes, more than ${VALUE_BYTES_MAX}`), key);
}

/**
 * Appends the encoding of a list whose members are encoded one behind the other.
 *
 * @throws FANFOLD_VALUE_INVALID for more than VALUE_BYTES_MAX
 */
export function encodeList(members: Uint8Array, count: number, out: ByteWriter, key?: string | Uint8Array): void {
  const start = out.length;
  out.byte(ARRAY);
  out.varint(count);
  checkBytes(out.length - start + members.length, key);
  out.bytes(members);
}

/** As `encodeValue`, for a list of texts, finite numbers, bigints, booleans and null. */
export function encodePlainList(list: readonly unknown[], out: ByteWriter, key?: string | Uint8Array): void {
  const start = out.length;
  out.byte(ARRAY);
  out.varint(list.length);
  for (let i = 0; i < list.length; i++) encode(list[i], out, 1);
  checkBytes(out.length - start, key);
}

/** The next member of a list. */
export const decodeMember = (from: ByteReader): unknown => decode(from);

/** Whether this begins the encoding of a text, number, bigint, boolean or null. */
export const isPlainTag = (tag: number | undefined): boolean => tag !== undefined && (tag <= TEXT || tag === UNITS);

/**
 * @param key whose values came to it, for who reads the error
 * @throws FANFOLD_VALUE_INVALID for what stands alone as a value and cannot be stored, whatever it is combined with
 */
export function checkValue(value: unknown, key?: string | Uint8Array): void {
  const storable =
    typeof value === 'number' ? Number.isFinite(value) : value !== undefined && typeof value !== 'function';
  if (storable) return;
  const what = typeof value === 'function' ? 'a function' : value;
  throw invalid(new Unstorable(`is ${what}, which cannot be stored`), key);
}

/** What is wrong with a value, and where in it: the path grows while the error rises. */
class Unstorable extends Error {
  path = '';

  within(step: string): this {
    this.path = step + this.path;
    return this;
  }
}

function within(error: unknown, step: string): unknown {
  return error instanceof Unstorable && error.path.length < PATH_CHARACTERS_MAX ? error.within(step) : error;
}

/** The value whose encoding `bytes` is. */
export function decodeValue(bytes: Uint8Array): unknown {
  return decode(new ByteReader(bytes));
}

function encode(value: unknown, out: ByteWriter, depth: number): void {
  if (depth > DEPTH_MAX) throw new Unstorable(`nests more than ${DEPTH_MAX} levels, or contains itself`);
  switch (typeof value) {
    case 'string':
      return encodeString(value, out);
    case 'number':
      return encodeNumber(value, out);
    case 'bigint':
      return encodeBigint(value, out);
    case 'boolean':
      return out.byte(value ? TRUE : FALSE);
    case 'object':
      return value === null ? out.byte(NULL) : encodeObject(value, out, depth + 1);
    default:
      throw new Unstorable(`is ${typeof value}, which cannot be stored`);
  }
}

function encodeString(value: string, out: ByteWriter): void {
  if (!value.isWellFormed()) return sized(UNITS, Buffer.from(value, 'utf16le'), out);
  out.byte(TEXT);
  out.text(value);
}

function encodeNumber(value: number, out: ByteWriter): void {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
    out.byte(value < 0 ? NEGATIVE : NATURAL);
    out.varint(value < 0 ? -1 - value : value);
  } else if (Number.isFinite(value)) {
    out.byte(DOUBLE);
    out.double(value);
  } else {
    throw new Unstorable(`is ${value}, which cannot be stored`);
  }
}

function encodeBigint(value: bigint, out: ByteWriter): void {
  const magnitude = value < 0n ? -1n - value : value;
  const small = magnitude <= BigInt(Number.MAX_SAFE_INTEGER);
  out.byte(small ? SMALL_BIGINT : BIGINT);
  out.byte(value < 0n ? 1 : 0);
  if (small) return out.varint(Number(magnitude));
  const hex = magnitude.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  out.varint(bytes.length);
  out.bytes(bytes);
}

function encodeObject(value: object, out: ByteWriter, depth: number): void {
  if (Array.isArray(value)) {
    out.byte(ARRAY);
    out.varint(value.length);
    for (let i = 0; i < value.length; i++) member(value[i], out, depth, i);
  } else if (value instanceof Uint8Array) {
    sized(BYTES, value, out);
  } else if (value instanceof Map) {
    out.byte(MAP);
    out.varint(value.size);
    for (const [key, mapped] of value) {
      member(key, out, depth, 'a key');
      member(mapped, out, depth, typeof key === 'string' ? key : 'a value');
    }
  } else if (value instanceof Set) {
    out.byte(SET);
    out.varint(value.size);
    for (const one of value) member(one, out, depth, 'a member');
  } else {
    encodePlain(value, out, depth);
  }
}

function encodePlain(value: object, out: ByteWriter, depth: number): void {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new Unstorable(`is an instance of ${value.constructor?.name ?? 'a class'}, which would not survive`);
  }
  const members = Object.entries(value);
  out.byte(OBJECT);
  out.varint(members.length);
  for (const [key, held] of members) {
    encodeString(key, out);
    member(held, out, depth, key);
  }
}

function member(value: unknown, out: ByteWriter, depth: number, name: string | number): void {
  try {
    encode(value, out, depth);
  } catch (error) {
    throw within(error, typeof name === 'number' ? `[${name}]` : `.${name}`);
  }
}

function sized(tag: number, bytes: Uint8Array, out: ByteWriter): void {
  out.byte(tag);
  out.varint(bytes.length);
  out.bytes(bytes);
}

function decode(from: ByteReader): unknown {
  const tag = from.byte();
  switch (tag) {
    case NULL:
      return null;
    case FALSE:
      return false;
    case TRUE:
      return true;
    case NATURAL:
      return from.varint();
    case NEGATIVE:
      return -1 - from.varint();
    case DOUBLE:
      return from.double();
    case SMALL_BIGINT:
    case BIGINT:
      return decodeBigint(tag, from);
    case TEXT:
      return from.text(from.varint());
    case UNITS:
      return from.bytes(from.varint()).toString('utf16le');
    case BYTES:
      return Uint8Array.from(from.bytes(from.varint()));
    case ARRAY:
      return decodeList(from);
    case OBJECT:
      return decodePlain(from);
    case MAP:
      return new Map(Array.from({ length: from.varint() }, () => [decode(from), decode(from)]));
    case SET:
      return new Set(Array.from({ length: from.varint() }, () => decode(from)));
    default:
      throw new RangeError(`unknown tag ${tag}`);
  }
}

function decodeList(from: ByteReader): unknown[] {
  const list: unknown[] = [];
  for (let left = from.varint(); left > 0; left--) list.push(decode(from));
  return list;
}

function decodeBigint(tag: number, from: ByteReader): bigint {
  const negative = from.byte() === 1;
  const magnitude =
    tag === SMALL_BIGINT ? BigInt(from.varint()) : BigInt(`0x${from.bytes(from.varint()).toString('hex')}`);
  return negative ? -1n - magnitude : magnitude;
}

function decodePlain(from: ByteReader): object {
  const value: { [key: string]: unknown } = {};
  for (let left = from.varint(); left > 0; left--) {
    const key = String(decode(from));
    setMember(value, key, decode(from));
  }
  return value;
}

function invalid({ path, message }: Unstorable, key?: string | Uint8Array): FanfoldError {
  const whose = key === undefined ? 'A value of the job' : `The value of the key ${toldKey(key)}`;
  return new FanfoldError('FANFOLD_VALUE_INVALID', `${whose} ${path === '' ? '' : `at ${path} `}${message}`, {
    fix: 'Yield and combine numbers, bigints, strings, booleans, null, arrays, plain objects, Map, Set or Uint8Array.',
  });
}
