/**
 * How much memory values take, from above: what V8 needs for each kind on a 64-bit machine without compressed pointers,
 * with the room that its tables leave free. test/unit/core/size-of.test.ts holds it against the heap.
 */

const WORD = 8;
const STRING_HEADER = 24;
/** A character takes one byte or two; which, only V8 knows. */
const CHARACTER = 2;
const HEAP_NUMBER = 16;
const ARRAY = 48;
/** Lists that grow keep half as much free. */
const ARRAY_MEMBER = 1.5 * WORD;
const OBJECT = 40;
/** A member's place, and its share of what objects of this shape have in common. */
const PROPERTY = 32;
/** A name that no other object has makes a shape of its own. */
const OWN_NAME = 112;
/** Names remembered: few enough to be a job's own types, a power of two. */
const NAMES = 128;
const SET = 200;
const SET_MEMBER = 40;
const MAP_MEMBER = 56;
const BYTES = 240;
const BIGINT = 24;
/** Beyond this, digits tell. */
const BIGINT_SMALL = 2n ** 63n;

/** Deeper values are refused when they are encoded. */
const DEPTH_MAX = 200;

/** A list without members, the word that points to it included; and the place of one of its members. Bytes. */
export const LIST_BYTES = WORD + ARRAY;
export const LIST_MEMBER_BYTES = ARRAY_MEMBER;

/** Bytes that a text, number, bigint, boolean or null takes besides its place. */
export function sizeOfPlain(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return sizeOfText(value);
    case 'number':
      return (value | 0) === value ? 0 : HEAP_NUMBER;
    case 'bigint':
      return value < BIGINT_SMALL && value > -BIGINT_SMALL ? BIGINT : BIGINT + value.toString(16).length;
    default:
      return 0;
  }
}

/** Bytes that a text takes. It may also keep one alive that it was cut from: see CUT_CHARACTERS_MIN. */
const sizeOfText = (text: string): number => sizeOfCharacters(text.length);
export const sizeOfCharacters = (characters: number): number => STRING_HEADER + CHARACTER * characters;

/** From this length on, V8 lets a text that was cut from another one point into that, and keeps all of it. */
export const CUT_CHARACTERS_MIN = 13;

/** Measures values of one job. The same values in the same order measure the same. */
export class Sizer {
  /** Names that were met lately: each has one place, and takes it from whoever was there. */
  readonly #names = new Array<string>(NAMES).fill('');

  /** Whether the value that was measured last holds a text that may keep another one alive. */
  mayKeepText = false;

  /** Bytes that a value takes, the word that points to it included. */
  of(value: unknown): number {
    this.mayKeepText = false;
    return WORD + this.#size(value, 0);
  }

  #size(value: unknown, depth: number): number {
    if (typeof value === 'object') {
      return value === null || depth > DEPTH_MAX ? 0 : this.#sizeOfObject(value, depth + 1);
    }
    if (typeof value === 'string' && value.length >= CUT_CHARACTERS_MIN) this.mayKeepText = true;
    return sizeOfPlain(value);
  }

  #sizeOfObject(value: object, depth: number): number {
    let bytes: number;
    if (Array.isArray(value)) {
      bytes = ARRAY + ARRAY_MEMBER * value.length;
      for (let i = 0; i < value.length; i++) bytes += this.#size(value[i], depth);
    } else if (value instanceof Uint8Array) {
      bytes = BYTES + value.length;
    } else if (value instanceof Set) {
      bytes = SET + SET_MEMBER * value.size;
      for (const member of value) bytes += this.#size(member, depth);
    } else if (value instanceof Map) {
      bytes = SET + MAP_MEMBER * value.size;
      for (const [key, held] of value) bytes += this.#size(key, depth) + this.#size(held, depth);
    } else {
      bytes = OBJECT;
      for (const name in value) {
        const place = (31 * name.length + name.charCodeAt(0) + name.charCodeAt(name.length - 1)) & (NAMES - 1);
        if (this.#names[place] !== name) {
          this.#names[place] = name;
          bytes += OWN_NAME + sizeOfText(name);
        }
        bytes += PROPERTY + this.#size((value as { readonly [name: string]: unknown })[name], depth);
      }
    }
    return bytes;
  }
}
