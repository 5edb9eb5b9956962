/**
 * Lines of JSON that hold an object, as JSON.parse and formats/json-columns.ts read them. Those with anything odd are left:
 * what is malformed or may be, escapes in what is needed and in names, members that must come and do not, numbers of many digits.
 */
import { rowsFull, standsAt } from './fields';
import { putList, putRecord, setField, setNumber } from './record';
import { sameBytes } from './bytes';
import { afterEscape } from './json-escape';
import { number, whole, wholeNumber } from './json-number';
import { flush } from './offers';
import { MISSING } from './values';

const LF: u8 = 0x0a;
const CR: u8 = 0x0d;
const QUOTE: u8 = 0x22;
const COMMA: u8 = 0x2c;
const COLON: u8 = 0x3a;
const BACKSLASH: u8 = 0x5c;
/** The word. */
const NULL: u32 = 0x6c6c756e;

/** What a member has to hold. */
const TEXT: u8 = 1;
const INTEGER: u8 = 2;
const NUMBER: u8 = 3;
const TEXTS: u8 = 4;
/** Of what may be missing, but for lists: one of these and this. */
const OPTIONAL: u8 = 8;

const MEMBERS_MAX: u32 = 32;
/** Values inside values: deeper ones are left. */
const DEPTH_MAX: u32 = 64;
/** Texts of a list; longer lists are left. */
const LIST_MAX: u32 = 2048;

@unmanaged
class Member {
  name: u32;
  nameBytes: u32;
  type: u32;
  field: u32;
}

const members = memory.data(<i32>(MEMBERS_MAX * 16));
let memberCount: u32 = 0;
/** A bit for each member that may be missing. */
let optional: u32 = 0;
/** Starts and ends of the texts of the list, one after the other. */
const list = memory.data(<i32>(LIST_MAX * 8));
let listCount: u32 = 0;
let depth: u32 = 0;

export function openJson(): void {
  memberCount = 0;
  optional = 0;
}

/** A member that is needed; its name stays where it is. */
export function addMember(name: usize, nameBytes: u32, type: u32, field: u32): void {
  const at = member(memberCount);
  at.name = <u32>name;
  at.nameBytes = nameBytes;
  at.type = type;
  at.field = field;
  if ((type & OPTIONAL) != 0) optional |= 1 << memberCount;
  memberCount += 1;
}

// @ts-ignore: decorator
@inline
function member(i: u32): Member {
  return changetype<Member>(members + <usize>i * offsetof<Member>());
}

/** Reads the lines of [from, to) that start before `starts`; where it stops. */
export function jsonLines(from: usize, to: usize, starts: usize): usize {
  let at = from;
  while (at < starts && !rowsFull) {
    const first = skipBlank(at);
    if (first >= to) break;
    if (load<u8>(first) == LF) {
      at = first + 1;
      continue;
    }
    const end = load<u8>(first) == 0x7b ? record(first + 1) : 0;
    if (end == 0) break;
    const last = skipBlank(end);
    if (last >= to || load<u8>(last) != LF) break;
    standsAt(at, load<u8>(last - 1) == CR ? last - 1 : last);
    if (listCount == NO_LIST) putRecord();
    else putList(list, listCount);
    at = last + 1;
  }
  flush();
  return at;
}

const NO_LIST: u32 = 0xffffffff;

/** Past spaces, tabs and carriage returns. */
// @ts-ignore: decorator
@inline
function skipBlank(from: usize): usize {
  let at = from;
  while (true) {
    const byte = load<u8>(at);
    if (byte != 0x20 && byte != 0x09 && byte != 0x0d) return at;
    at += 1;
  }
}

/** Reads the members of the record behind its brace; where it ends, or 0. */
function record(from: usize): usize {
  let seen: u32 = 0;
  listCount = NO_LIST;
  depth = 1;
  let at = skipBlank(from);
  if (load<u8>(at) == 0x7d) return memberCount == 0 ? at + 1 : 0;
  while (true) {
    if (load<u8>(at) != QUOTE) return 0;
    const name = at + 1;
    const nameEnd = text(name);
    if (nameEnd == 0 || escaped) return 0;
    at = skipBlank(nameEnd + 1);
    if (load<u8>(at) != COLON) return 0;
    at = skipBlank(at + 1);
    const i = indexOf(name, <u32>(nameEnd - name));
    if (i == MEMBERS_MAX) at = value(at);
    else {
      seen |= 1 << i; // of several of one name the last one counts
      at = needed(at, member(i));
    }
    if (at == 0) return 0;
    at = skipBlank(at);
    const byte = load<u8>(at);
    if (byte == 0x7d) break;
    if (byte != COMMA) return 0;
    at = skipBlank(at + 1);
  }
  const missing = seen ^ ((1 << memberCount) - 1);
  if ((missing & ~optional) != 0) return 0;
  for (let left = missing; left != 0; left &= left - 1) miss(member(ctz(left)).field);
  return at + 1;
}

/** A member that is not there: nothing else stands at 0. */
function miss(field: u32): void {
  setField(field, 0, 0);
  setNumber(field, MISSING);
}

// @ts-ignore: decorator
@inline
function indexOf(name: usize, bytes: u32): u32 {
  for (let i: u32 = 0; i < memberCount; i++) {
    const at = member(i);
    if (at.nameBytes == bytes && sameBytes(name, at.name, bytes)) return i;
  }
  return MEMBERS_MAX;
}

/** Reads the value of a member that is needed; where it ends, or 0. */
function needed(at: usize, member: Member): usize {
  const type = <u8>member.type & ~OPTIONAL;
  if (type != <u8>member.type && load<u32>(at) == NULL) {
    miss(member.field);
    return at + 4;
  }
  if (type == TEXTS) return load<u8>(at) == 0x5b ? texts(at + 1) : 0;
  if (type == TEXT) {
    if (load<u8>(at) != QUOTE) return 0;
    const end = text(at + 1);
    if (end == 0 || escaped) return 0;
    setField(member.field, at + 1, end);
    setNumber(member.field, 0);
    return end + 1;
  }
  const end = number(at);
  if (end == 0) return 0;
  if (type == NUMBER) {
    setField(member.field, at, end);
    setNumber(member.field, 0);
    return end;
  }
  if (!whole || (whole && load<u8>(at) == 0x2d && load<u8>(at + 1) == 0x30)) return 0;
  setNumber(member.field, wholeNumber(at, end));
  return end;
}

/** Reads a list of texts behind its bracket; where it ends, or 0. */
function texts(from: usize): usize {
  listCount = 0;
  let at = skipBlank(from);
  if (load<u8>(at) == 0x5d) return at + 1;
  while (true) {
    if (load<u8>(at) != QUOTE || listCount == LIST_MAX) return 0;
    const end = text(at + 1);
    if (end == 0 || escaped) return 0;
    store<u32>(list + <usize>listCount * 8, <u32>(at + 1));
    store<u32>(list + <usize>listCount * 8, <u32>end, 4);
    listCount += 1;
    at = skipBlank(end + 1);
    const byte = load<u8>(at);
    if (byte == 0x5d) return at + 1;
    if (byte != COMMA) return 0;
    at = skipBlank(at + 1);
  }
}

/** Any value; where it ends, or 0. */
function value(at: usize): usize {
  const byte = load<u8>(at);
  if (byte == QUOTE) {
    const end = text(at + 1);
    return end == 0 ? 0 : end + 1;
  }
  if (byte == 0x7b || byte == 0x5b) return nested(at + 1, byte == 0x7b);
  if (byte == 0x74) return load<u32>(at) == 0x65757274 ? at + 4 : 0; // true
  if (byte == 0x66) return load<u32>(at + 1) == 0x65736c61 ? at + 5 : 0; // false
  if (byte == 0x6e) return load<u32>(at) == NULL ? at + 4 : 0;
  return number(at);
}

/** An object or a list behind its brace or bracket; where it ends, or 0. */
function nested(from: usize, object: bool): usize {
  if (depth == DEPTH_MAX) return 0;
  depth += 1;
  const close: u8 = object ? 0x7d : 0x5d;
  let at = skipBlank(from);
  while (load<u8>(at) != close) {
    if (object) {
      if (load<u8>(at) != QUOTE) return 0;
      const end = text(at + 1);
      if (end == 0) return 0;
      at = skipBlank(end + 1);
      if (load<u8>(at) != COLON) return 0;
      at = skipBlank(at + 1);
    }
    at = value(at);
    if (at == 0) return 0;
    at = skipBlank(at);
    if (load<u8>(at) != COMMA) {
      if (load<u8>(at) != close) return 0;
      break;
    }
    at = skipBlank(at + 1);
    if (load<u8>(at) == close) return 0;
  }
  depth -= 1;
  return at + 1;
}

/** Whether the text that was read last has escapes in it. */
let escaped: bool = false;

/** A text behind its quote; where the one stands that closes it, or 0. */
// @ts-ignore: decorator
@inline
function text(from: usize): usize {
  escaped = false;
  let at = from;
  while (true) {
    const bytes = v128.load(at);
    const special = v128.or(i8x16.eq(bytes, i8x16.splat(QUOTE)), i8x16.eq(bytes, i8x16.splat(BACKSLASH)));
    const found = i8x16.bitmask(v128.or(special, i8x16.lt_u(bytes, i8x16.splat(0x20))));
    if (found == 0) {
      at += 16;
      continue;
    }
    at += <usize>ctz(found);
    const byte = load<u8>(at);
    if (byte == QUOTE) return at;
    if (byte != BACKSLASH) return 0;
    escaped = true;
    at = afterEscape(at + 1);
    if (at == 0) return 0;
  }
}
