/** Inputs whose results are as large as one likes, and what other programs make of them. */
import { closeSync, openSync, writeSync } from 'node:fs';

export interface LargeJob {
  readonly name: 'ledger' | 'inverted-index' | 'sort';
  readonly told: string;
  /** Writes an input whose result comes to about so many bytes. */
  write(path: string, resultBytes: number): void;
  /** A shell command that writes the same result to its output: $0 is the input, and coreutils sort in 128 MiB. */
  readonly oracle: string;
}

const SORT = 'LC_ALL=C sort -S 128M --parallel=1 -T "$(dirname "$0")"';

export const LARGE_JOBS: readonly LargeJob[] = [
  {
    name: 'ledger',
    told: 'a ledger: accounts of 64 characters, each with one transaction or two',
    write(path, resultBytes) {
      const accounts = Math.floor(resultBytes / 74);
      const out = new Lines(path, 'account_id,amount');
      for (let n = 0; n < accounts * 1.25; n++) {
        const account = (n * STEP) % accounts;
        let id = '';
        for (let k = 0; k < 8; k++)
          id += mixed(account * 8 + k)
            .toString(16)
            .padStart(8, '0');
        out.add(`${id},${mixed(n) % 10_000}.${String(n % 100).padStart(2, '0')}`);
      }
      out.close();
    },
    oracle: `echo account,balance,transactions
      tail -n +2 "$0" | ${SORT} -s -t, -k1,1 | awk -F, '
        function flush() { if (n) printf "%s,%d.%02d,%d\\n", id, cents / 100, cents % 100, n }
        $1 != id { flush(); id = $1; cents = 0; n = 0 }
        { split($2, a, "."); cents += a[1] * 100 + a[2]; n += 1 }
        END { flush() }'`,
  },
  {
    name: 'inverted-index',
    told: 'an inverted index: twelve of 500,000 words a document',
    write(path, resultBytes) {
      const documents = Math.floor(resultBytes / 12 / 8.6);
      const out = new Lines(path);
      for (let n = 0; n < documents; n++) {
        let text = '';
        for (let k = 0; k < 12; k++) text += `${k === 0 ? '' : ' '}w${(mixed(n * 12 + k) % 500_000).toString(36)}`;
        out.add(`{"id":${n},"text":"${text}"}`);
      }
      out.close();
    },
    oracle: `awk -F '[":,{}]+' '{ split("", seen); count = split($5, words, " ")
        for (i = 1; i <= count; i++) if (!(words[i] in seen)) { seen[words[i]] = 1; print words[i], $3 } }' "$0" |
      ${SORT} -s -k1,1 | awk '
        function flush() { if (n) printf "{\\"term\\":\\"%s\\",\\"documents\\":%d,\\"ids\\":[%s]}\\n", term, n, ids }
        $1 != term { flush(); term = $1; ids = $2; n = 1; next }
        { ids = ids "," $2; n += 1 }
        END { flush() }'`,
  },
  {
    name: 'sort',
    told: 'a sort: lines of 20 to 99 characters',
    write(path, resultBytes) {
      const out = new Lines(path);
      for (let n = 0; out.bytes < resultBytes; n++) {
        let line = '';
        for (let left = 20 + (mixed(n) % 80), k = 0; left > 0; left -= 6, k++) {
          line += mixed(n * 16 + k)
            .toString(36)
            .padStart(6, '0')
            .slice(-Math.min(6, left));
        }
        out.add(line);
      }
      out.close();
    },
    oracle: `${SORT} "$0"`,
  },
];

/** A prime that no number of accounts here has as a factor. */
const STEP = 1_000_003;

/** 32 bits of a number, well mixed (the finalizer of MurmurHash3). */
function mixed(n: number): number {
  let h = (n ^ Math.imul(Math.floor(n / 2 ** 32), 0x9e3779b1)) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

class Lines {
  bytes = 0;
  readonly #file: number;
  #text = '';

  constructor(path: string, header?: string) {
    this.#file = openSync(path, 'w');
    if (header !== undefined) this.add(header);
  }

  /** ASCII. */
  add(line: string): void {
    this.#text += `${line}\n`;
    this.bytes += line.length + 1;
    if (this.#text.length > 1 << 20) this.#flush();
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #flush(): void {
    const bytes = Buffer.from(this.#text, 'latin1');
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at);
    this.#text = '';
  }
}
