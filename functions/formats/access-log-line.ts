/** The fields of one line of an access log, found by their bytes. */
import { LogTime, TIME_BYTES } from './log-time.ts';

/** What a line holds, in the order in which bounds are kept; the last ones are parts of the request, and of the time. */
export const Field = {
  host: 0,
  ident: 1,
  user: 2,
  time: 3,
  request: 4,
  status: 5,
  bytes: 6,
  referer: 7,
  agent: 8,
  method: 9,
  path: 10,
  protocol: 11,
  hour: 12,
} as const;

const SPACE = 0x20;
const QUOTE = 0x22;
const DASH = 0x2d;
const ZERO = 0x30;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const BACKSLASH = 0x5c;

/** Digits that a double holds whatever they are. */
const BYTES_DIGITS_MAX = 15;

/** Scans a line at a time; what it found stays until the next. */
export class AccessLogLine {
  /** Start and end of every field, two for each `Field`. */
  readonly bounds = new Int32Array(2 * Object.keys(Field).length);
  status = 0;
  bytes = 0;
  readonly #time = new LogTime();

  /** ISO 8601, with the line's own offset from UTC. */
  get time(): string {
    return this.#time.iso;
  }

  get hour(): string {
    return this.#time.hour;
  }

  /** Scans bytes [start, end); what is wrong with them, or undefined. */
  scan(line: Buffer, start: number, end: number): string | undefined {
    const host = this.#set(Field.host, start, find(line, SPACE, start, end));
    const ident = this.#set(Field.ident, host + 1, find(line, SPACE, host + 1, end));
    // A user is logged by the name that was given, with spaces and brackets in it: it ends where a time begins.
    let user = ident;
    do user = find(line, SPACE, user + 1, end);
    while (user < end && !this.#isTime(line, user + 1, end));
    this.#set(Field.user, ident + 1, user);
    if (host === start || ident === host + 1 || user === ident + 1 || user >= end) return 'no `host ident user [time]`';
    const time = this.#set(Field.time, user + 2, user + 2 + TIME_BYTES);

    const request = this.#quoted(Field.request, line, time + 1, end);
    if (request < 0) return 'no quoted request';
    this.#splitRequest(line);

    const status = this.#set(Field.status, request + 1, find(line, SPACE, request + 1, end));
    this.status = status === request + 4 ? digits(line, request + 1, status) : Number.NaN;
    if (line[request] !== SPACE || !(this.status >= 100)) return 'no status of three digits';

    const bytes = this.#set(Field.bytes, status + 1, find(line, SPACE, status + 1, end));
    const none = bytes === status + 2 && line[status + 1] === DASH;
    this.bytes = none ? 0 : digits(line, status + 1, bytes);
    if (Number.isNaN(this.bytes)) return 'no number of bytes';

    const referer = this.#quoted(Field.referer, line, bytes, end);
    if (referer < 0) return 'no quoted referer';
    const agent = this.#quoted(Field.agent, line, referer, end);
    if (agent < 0) return 'no quoted user agent';
    return agent === end ? undefined : 'more behind the user agent';
  }

  #isTime(line: Buffer, at: number, end: number): boolean {
    const close = at + 1 + TIME_BYTES;
    return close < end && line[at] === OPEN && line[close] === CLOSE && this.#time.read(line, at + 1);
  }

  /** Keeps where a field stands; returns its end. */
  #set(field: number, start: number, end: number): number {
    this.bounds[2 * field] = start;
    this.bounds[2 * field + 1] = end;
    return end;
  }

  /** Keeps what is quoted behind a space at `at`, where a backslash keeps a quote from closing; the byte behind, or -1. */
  #quoted(field: number, line: Buffer, at: number, end: number): number {
    if (at + 1 >= end || line[at] !== SPACE || line[at + 1] !== QUOTE) return -1;
    for (let i = at + 2; i < end; i++) {
      const byte = line[i];
      if (byte === BACKSLASH) i += 1;
      else if (byte === QUOTE) return this.#set(field, at + 2, i) + 1;
    }
    return -1;
  }

  /** `method path protocol`: the path may hold spaces, the protocol may be missing. All three are empty if it is none. */
  #splitRequest(line: Buffer): void {
    const { bounds } = this;
    const start = bounds[2 * Field.request] as number; // was set
    const end = bounds[2 * Field.request + 1] as number;
    const method = find(line, SPACE, start, end);
    if (method === start || method === end) {
      this.#set(Field.method, start, start);
      this.#set(Field.path, start, start);
      this.#set(Field.protocol, start, start);
      return;
    }
    let last = end - 1;
    while (line[last] !== SPACE) last -= 1; // there is one
    const named = last > method && line.toString('latin1', last + 1, Math.min(end, last + 6)) === 'HTTP/';
    const path = named ? last : end;
    this.#set(Field.method, start, method);
    this.#set(Field.path, method + 1, path);
    this.#set(Field.protocol, named ? last + 1 : end, end);
  }
}

/** Where a byte stands first, or `end`. */
function find(line: Buffer, byte: number, from: number, end: number): number {
  let i = from;
  while (i < end && line[i] !== byte) i++;
  return Math.min(i, end);
}

/** The number that digits [start, end) make; NaN if there are none, others, or too many. */
function digits(line: Buffer, start: number, end: number): number {
  if (start >= end || end - start > BYTES_DIGITS_MAX) return Number.NaN;
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = (line[i] as number) - ZERO; // i is within
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}
