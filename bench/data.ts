/** Seeded inputs of any size, the same bytes for the same seed: what the benchmarks read. */
import { closeSync, openSync, writeSync } from 'node:fs';

export const DATA_KINDS = ['text', 'access-log', 'ledger', 'posts', 'lines'] as const;
export type DataKind = (typeof DATA_KINDS)[number];

/** Distinct words of a text, distinct accounts of a ledger, distinct paths and tags. */
const WORDS = 200_000;
const ACCOUNTS = 1_000_000;
const PATHS = 20_000;
const TAGS = 50_000;

const BLOCK_BYTES = 4 * 1024 * 1024;
/** No record is longer; a block is written before one might not fit. */
const RECORD_BYTES_MAX = 4096;

/** Writes about `bytes` of a kind to a file, in whole records; resolves to what it wrote. */
export function writeData(kind: DataKind, path: string, bytes: number, seed = 1): number {
  const out = new Output(path);
  const random = new Random(seed);
  const record = RECORDS[kind](random);
  out.text(HEADERS[kind] ?? '');
  for (let n = 0; out.bytes < bytes; n++) record(out, n);
  out.close();
  return out.bytes;
}

const HEADERS: { readonly [K in DataKind]?: string } = { ledger: 'account_id,ts,amount,type,memo\n' };

type WriteRecord = (out: Output, n: number) => void;

const RECORDS: { readonly [K in DataKind]: (random: Random) => WriteRecord } = {
  text: (random) => {
    const words = vocabulary(WORDS, random);
    return (out) => {
      for (let left = 8 + random.below(8); left > 0; left--) {
        out.bytesOf(words[random.skewed(WORDS)]);
        out.byte(left === 1 ? LF : SPACE);
      }
    };
  },
  'access-log': (random) => {
    const paths = vocabulary(PATHS, random).map((word, n) => Buffer.from(`/${word}/${n}`));
    const agents = ['Mozilla/5.0 (X11; Linux x86_64)', 'curl/8.9.1', 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0)'];
    return (out, n) => {
      const status = random.below(20) === 0 ? 404 : random.below(50) === 0 ? 500 : 200;
      const second = Math.floor(n / 100);
      const time = `${two(1 + (Math.floor(second / 86_400) % 28))}/Oct/2025:${two(Math.floor(second / 3600) % 24)}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`;
      out.text(`10.${random.below(256)}.${random.below(256)}.${random.below(256)} - - [${time} +0000] "GET `);
      out.bytesOf(paths[random.skewed(PATHS)]);
      out.text(
        ` HTTP/1.1" ${status} ${status === 404 ? '-' : 200 + random.below(90_000)} "-" "${agents[random.below(3)]}"\n`,
      );
    };
  },
  ledger: (random) => (out) => {
    const memo = MEMOS[random.below(MEMOS.length)];
    const cents = random.below(2_000_000) - 1_000_000;
    const amount = `${cents < 0 ? '-' : ''}${Math.floor(Math.abs(cents) / 100)}.${two(Math.abs(cents) % 100)}`;
    out.text(
      `ACC${String(random.below(ACCOUNTS)).padStart(9, '0')},2025-10-${two(1 + random.below(28))}T${two(random.below(24))}:00:00Z,${amount},${cents < 0 ? 'debit' : 'credit'},${memo}\n`,
    );
  },
  posts: (random) => {
    const words = vocabulary(20_000, random);
    const tags = vocabulary(TAGS, random);
    return (out, n) => {
      out.text(
        `{"id":${n},"user":"u${random.below(500_000)}","ts":"2025-10-${two(1 + random.below(28))}T12:00:00Z","text":"`,
      );
      for (let left = 6 + random.below(18); left > 0; left--) {
        out.bytesOf(words[random.skewed(20_000)]);
        if (left > 1) out.byte(SPACE);
      }
      out.text('","tags":[');
      for (let left = random.below(5); left > 0; left--) {
        out.byte(QUOTE);
        out.bytesOf(tags[random.skewed(TAGS)]);
        out.byte(QUOTE);
        if (left > 1) out.byte(COMMA);
      }
      out.text(']}\n');
    };
  },
  lines: (random) => (out) => {
    for (let left = 20 + random.below(80); left > 0; left--) out.byte(PRINTABLE + random.below(90));
    out.byte(LF);
  },
};

/** A fifth of them spans lines, and a few hold what looks like a record. */
const MEMOS = [
  'rent',
  'salary October',
  '',
  '"transfer, see note"',
  '"first line\nsecond line, with a comma"',
  'groceries',
  'card payment 4711',
  '"he said ""thanks"""',
  'fee',
  '"\nACC000000001,2025-10-01T00:00:00Z,1.00,credit,rent\n"',
];

const LF = 0x0a;
const SPACE = 0x20;
const QUOTE = 0x22;
const PRINTABLE = 0x23;
const COMMA = 0x2c;

const two = (n: number) => (n < 10 ? `0${n}` : `${n}`);

/** Distinct words of 2 to 12 letters, a few of them beyond ASCII. */
function vocabulary(size: number, random: Random): Buffer[] {
  const words = new Set<string>();
  while (words.size < size) {
    let word = '';
    for (let left = 2 + random.below(11); left > 0; left--) word += String.fromCharCode(0x61 + random.below(26));
    words.add(random.below(50) === 0 ? `${word}é` : word);
  }
  return Array.from(words, (word) => Buffer.from(word));
}

class Output {
  bytes = 0;
  readonly #file: number;
  readonly #block = Buffer.allocUnsafe(BLOCK_BYTES);
  #at = 0;

  constructor(path: string) {
    this.#file = openSync(path, 'w');
  }

  byte(value: number): void {
    if (this.#at + RECORD_BYTES_MAX > BLOCK_BYTES) this.#flush();
    this.#block[this.#at++] = value;
    this.bytes += 1;
  }

  bytesOf(value: Buffer | undefined): void {
    if (value === undefined) return;
    if (this.#at + RECORD_BYTES_MAX > BLOCK_BYTES) this.#flush();
    this.#block.set(value, this.#at);
    this.#at += value.length;
    this.bytes += value.length;
  }

  /** ASCII only. */
  text(value: string): void {
    if (this.#at + RECORD_BYTES_MAX > BLOCK_BYTES) this.#flush();
    this.#at += this.#block.write(value, this.#at, 'latin1');
    this.bytes += value.length;
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #flush(): void {
    for (let at = 0; at < this.#at; ) at += writeSync(this.#file, this.#block, at, this.#at - at);
    this.#at = 0;
  }
}

/** xorshift32 (Marsaglia 2003, https://doi.org/10.18637/jss.v008.i14). */
class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed, 0x9e3779b1) | 1;
  }

  /** A whole number 0 to n - 1. */
  below(n: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return Math.floor(((x >>> 0) / 4_294_967_296) * n);
  }

  /** The same, small ones far more often, as words of a text are: about 1/n. */
  skewed(n: number): number {
    return Math.min(n - 1, Math.floor(n ** (this.below(1_000_000_007) / 1_000_000_007)) - 1 + this.below(2));
  }
}

if (import.meta.main) {
  const [kind, path, mebibytes = '64'] = process.argv.slice(2);
  const known = DATA_KINDS.find((name) => name === kind);
  if (known === undefined || path === undefined) throw new Error(`usage: data.ts ${DATA_KINDS.join('|')} FILE [MiB]`);
  console.log(`${path}: ${writeData(known, path, Number(mebibytes) * 2 ** 20)} bytes`);
}
