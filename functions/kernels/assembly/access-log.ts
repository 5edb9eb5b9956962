/** Lines of access logs in the combined format, as formats/access-log-line.ts reads them; those with anything odd are left. */
import { rowsFull, standsAt } from './fields';
import { digits, parsed, putRecord, setField, setNumber } from './record';
import { flush } from './offers';

// Of formats/access-log-line.ts, and the hour, whose bytes stay only until the next time: as a group it is made up.
const HOST: u32 = 0;
const IDENT: u32 = 1;
const USER: u32 = 2;
const TIME: u32 = 3;
const REQUEST: u32 = 4;
const STATUS: u32 = 5;
const BYTES: u32 = 6;
const REFERER: u32 = 7;
const AGENT: u32 = 8;
const METHOD: u32 = 9;
const PATH: u32 = 10;
const PROTOCOL: u32 = 11;
const HOUR: u32 = 12;

const TIME_BYTES: usize = 26;
const HOUR_BYTES: u32 = 13;
const LF: u8 = 0x0a;
const CR: u8 = 0x0d;
const SPACE: u8 = 0x20;
const QUOTE: u8 = 0x22;
const BACKSLASH: u8 = 0x5c;

/** Reads the lines of [from, to) that start before `starts`; where it stops. */
export function accessLog(from: usize, to: usize, starts: usize): usize {
  let at = from;
  while (at < starts && !rowsFull) {
    const next = line(at, to);
    if (next == 0) break;
    at = next;
  }
  flush();
  return at;
}

/** Reads a line; where the next one starts, or 0. Nothing is read past `to` but what the first line feed there ends. */
function line(from: usize, to: usize): usize {
  const host = token(from, to);
  const ident = token(host + 1, to);
  const user = token(ident + 1, to);
  if (host == from || ident == host + 1 || user == ident + 1 || user >= to) return 0;
  if (load<u8>(user + 1) != 0x5b || !isTime(user + 2)) return 0;
  const time = user + 2 + TIME_BYTES;
  if (load<u32>(time) << 8 != 0x22205d00) return 0; // `] "`
  const request = time + 3;
  const requestEnd = quoted(request, to);
  if (requestEnd == 0) return 0;
  const method = token(request, requestEnd);
  let last = requestEnd - 1;
  while (last > method && load<u8>(last) != SPACE) last -= 1;
  if (method == request || method >= requestEnd || last <= method) return 0;
  if (load<u32>(last + 1) != 0x50545448 || load<u8>(last + 5) != 0x2f || last + 5 >= requestEnd) return 0; // `HTTP/`
  const status = requestEnd + 2;
  if (load<u8>(requestEnd + 1) != SPACE || !digits(status, status + 3) || parsed < 100) return 0;
  setNumber(STATUS, parsed);
  const bytes = status + 4;
  if (load<u8>(status + 3) != SPACE) return 0;
  const bytesEnd = token(bytes, to);
  if (bytesEnd == bytes + 1 && load<u8>(bytes) == 0x2d) setNumber(BYTES, 0);
  else if (bytesEnd - bytes <= 15 && digits(bytes, bytesEnd)) setNumber(BYTES, parsed);
  else return 0;
  if (load<u8>(bytesEnd + 1) != QUOTE) return 0;
  const refererEnd = quoted(bytesEnd + 2, to);
  if (refererEnd == 0 || load<u16>(refererEnd + 1) != 0x2220) return 0; // ` "`
  const agentEnd = quoted(refererEnd + 3, to);
  if (agentEnd == 0) return 0;
  const end = agentEnd + 1;
  const lf = load<u8>(end) == CR ? end + 1 : end;
  if (lf >= to || load<u8>(lf) != LF) return 0;
  setField(HOST, from, host);
  setField(IDENT, host + 1, ident);
  setField(USER, ident + 1, user);
  setField(TIME, user + 2, time);
  setField(REQUEST, request, requestEnd);
  setField(STATUS, status, status + 3);
  setField(REFERER, bytesEnd + 2, refererEnd);
  setField(AGENT, refererEnd + 3, agentEnd);
  setField(METHOD, request, method);
  setField(PATH, method + 1, last);
  setField(PROTOCOL, last + 1, requestEnd);
  setField(HOUR, lastHour, lastHour + HOUR_BYTES);
  standsAt(from, end);
  putRecord();
  return lf + 1;
}

/** Where the next space stands before a line feed; `end` if there is none. */
// @ts-ignore: decorator
@inline
function token(from: usize, end: usize): usize {
  let at = from;
  while (at < end) {
    const byte = load<u8>(at);
    if (byte == SPACE) return at;
    if (byte == LF) return end;
    at += 1;
  }
  return end;
}

/** Where the quote stands that closes; 0 if a backslash or a line feed comes before. */
// @ts-ignore: decorator
@inline
function quoted(from: usize, to: usize): usize {
  for (let at = from; at < to; at += 16) {
    const bytes = v128.load(at);
    const odd = v128.or(i8x16.eq(bytes, i8x16.splat(BACKSLASH)), i8x16.eq(bytes, i8x16.splat(LF)));
    const found = i8x16.bitmask(v128.or(odd, i8x16.eq(bytes, i8x16.splat(QUOTE))));
    if (found == 0) continue;
    const first = at + <usize>ctz(found);
    return first < to && load<u8>(first) == QUOTE ? first : 0;
  }
  return 0;
}

// @ts-ignore: decorator
@inline
function twoDigits(at: usize): u32 {
  const tens = <u32>load<u8>(at) - 0x30;
  const ones = <u32>load<u8>(at + 1) - 0x30;
  return tens > 9 || ones > 9 ? 1000 : tens * 10 + ones;
}

/** Lines of one second stand together: the last time that was one. At first what is in no line. */
const lastTime = memory.data<u8>([
  LF, LF, LF, LF, LF, LF, LF, LF, LF, LF, LF, LF, LF, LF, LF, LF, LF, LF, LF, LF, LF, LF, LF, LF, LF, LF,
]);
const lastHour = memory.data(16);

/** Whether a time such as `10/Oct/2000:13:55:36 -0700` stands here. */
function isTime(at: usize): bool {
  const same = v128.and(
    i8x16.eq(v128.load(at), v128.load(lastTime)),
    i8x16.eq(v128.load(at, 10), v128.load(lastTime, 10)),
  );
  if (i8x16.all_true(same)) return true;
  const day = twoDigits(at);
  const month = monthOf(at + 3);
  if (day < 1 || day > 31 || month == 0) return false;
  if (load<u8>(at + 2) != 0x2f || load<u8>(at + 6) != 0x2f || load<u8>(at + 20) != SPACE) return false;
  if (load<u8>(at + 11) != 0x3a || load<u8>(at + 14) != 0x3a || load<u8>(at + 17) != 0x3a) return false;
  if (twoDigits(at + 7) == 1000 || twoDigits(at + 9) == 1000) return false;
  if (twoDigits(at + 12) > 23 || twoDigits(at + 15) > 59 || twoDigits(at + 18) > 60) return false;
  const sign = load<u8>(at + 21);
  if ((sign != 0x2b && sign != 0x2d) || twoDigits(at + 22) == 1000 || twoDigits(at + 24) > 59) return false;
  memory.copy(lastTime, at, TIME_BYTES);
  // `2000-10-10T13`
  store<u32>(lastHour, load<u32>(at + 7));
  store<u8>(lastHour + 4, 0x2d);
  store<u8>(lastHour + 5, 0x30 + <u8>(month / 10));
  store<u8>(lastHour + 6, 0x30 + <u8>(month % 10));
  store<u8>(lastHour + 7, 0x2d);
  store<u16>(lastHour + 8, load<u16>(at));
  store<u8>(lastHour + 10, 0x54);
  store<u16>(lastHour + 11, load<u16>(at + 12));
  return true;
}

/** 1 to 12, or 0. */
function monthOf(at: usize): u32 {
  const name = load<u32>(at) & 0xffffff;
  if (name == 0x6e614a) return 1;
  if (name == 0x626546) return 2;
  if (name == 0x72614d) return 3;
  if (name == 0x727041) return 4;
  if (name == 0x79614d) return 5;
  if (name == 0x6e754a) return 6;
  if (name == 0x6c754a) return 7;
  if (name == 0x677541) return 8;
  if (name == 0x706553) return 9;
  if (name == 0x74634f) return 10;
  if (name == 0x766f4e) return 11;
  if (name == 0x636544) return 12;
  return 0;
}
