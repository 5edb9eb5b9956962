/**
 * Lists of texts, numbers, bigints, booleans and null. They join as they are stored, one list's members behind the
 * other's, and no list is made of them.
 */
import { ByteReader, type ByteWriter } from './bytes.ts';
import { ARRAY, decodeMember, isPlainTag } from './codec.ts';
import { LIST_BYTES, LIST_MEMBER_BYTES, sizeOfPlain } from './size-of.ts';

/** What is known of a list, or of several joined. */
export interface Joined {
  /** Members. */
  count: number;
  /** What they take in memory as a list. Bytes. */
  bytes: number;
  /** The last one, if all are numbers that ascend, and hence distinct; -Infinity of none; NaN otherwise. */
  last: number;
}

export const NONE: Readonly<Joined> = { count: 0, bytes: LIST_BYTES, last: Number.NEGATIVE_INFINITY };

/** Looks at lists before they are joined; holds what it found in the last one. */
export class ListSurvey implements Joined {
  count = 0;
  bytes = 0;
  last = 0;
  /** The first member, if it is a number. */
  first = 0;
  /** Where the members of an encoded one lie. */
  start = 0;
  end = 0;
  #bytes: Uint8Array = new Uint8Array();
  #reader = new ByteReader(this.#bytes);

  /** Whether this is such a list. */
  of(value: unknown): value is unknown[] {
    if (!Array.isArray(value)) return false;
    this.#begin(value.length);
    for (let i = 0; i < value.length; i++) {
      if (!isPlain(value[i])) return false;
      this.#note(value[i]);
    }
    return true;
  }

  /** The same of an encoded value, which begins at `at`. */
  ofEncoded(bytes: Uint8Array, at: number): boolean {
    if (bytes[at] !== ARRAY) return false;
    const from = this.#readerOf(bytes);
    from.at = at + 1;
    this.#begin(from.varint());
    this.start = from.at;
    for (let left = this.count; left > 0; left--) {
      if (!isPlainTag(bytes[from.at])) return false;
      const member = decodeMember(from);
      if (Object.is(member, -0)) return false;
      this.#note(member);
    }
    this.end = from.at;
    return true;
  }

  /** Mostly of the bytes that were looked at before. */
  #readerOf(bytes: Uint8Array): ByteReader {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#reader = new ByteReader(bytes);
    }
    return this.#reader;
  }

  #begin(count: number): void {
    this.count = count;
    this.bytes = LIST_BYTES + LIST_MEMBER_BYTES * count;
    this.first = Number.NaN;
    this.last = Number.NEGATIVE_INFINITY;
  }

  #note(member: unknown): void {
    this.bytes += sizeOfPlain(member);
    if (typeof member !== 'number') this.last = Number.NaN;
    else if (this.last === Number.NEGATIVE_INFINITY) this.first = this.last = member;
    else this.last = member > this.last ? member : Number.NaN;
  }
}

/** Notes that a list was joined to `earlier`, behind it. */
export function follow(earlier: Joined, { count, bytes, first, last }: ListSurvey): void {
  if (count === 0) return;
  earlier.count += count;
  earlier.bytes += bytes - LIST_BYTES;
  earlier.last = first > earlier.last ? last : Number.NaN;
}

/** Members of a list at least before those that came before are looked for as it grows, and not only in the end. */
export const DISTINCT_MIN = 64;

/** Appends those of so many encoded members that did not come before, and says what they come to in `joined`. */
export function distinct(members: Uint8Array, joined: Joined, out: ByteWriter): void {
  const from = new ByteReader(members);
  const seen = new Set<unknown>();
  let bytes = LIST_BYTES;
  for (let left = joined.count; left > 0; left--) {
    const start = from.at;
    const member = decodeMember(from);
    const before = seen.size;
    if (seen.add(member).size === before) continue;
    out.bytes(members.subarray(start, from.at));
    bytes += LIST_MEMBER_BYTES + sizeOfPlain(member);
  }
  joined.count = seen.size;
  joined.bytes = bytes;
}

/** -0 is none: a Set makes 0 of it. */
function isPlain(member: unknown): boolean {
  switch (typeof member) {
    case 'number':
      return Number.isFinite(member) && (member !== 0 || !Object.is(member, -0));
    case 'string':
    case 'bigint':
    case 'boolean':
      return true;
    default:
      return member === null;
  }
}
