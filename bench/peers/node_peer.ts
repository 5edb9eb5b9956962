/** The benchmark's jobs in plain Node, as one writes them first: node node_peer.ts JOB INPUT OUTPUT */
import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { parse } from 'csv-parse';

const [, , job = '', source = '', target = ''] = process.argv;
const out = createWriteStream(target);
const lines = () => createInterface({ input: createReadStream(source), crlfDelay: Number.POSITIVE_INFINITY });
const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const JOBS: { readonly [job: string]: () => Promise<Iterable<string>> } = {
  'word-count': async () => {
    const counts = new Map<string, number>();
    for await (const line of lines()) for (const word of line.split(' ')) add(counts, word, 1);
    return rows('word,count', [...counts.keys()].sort(byBytes), (word) => `${word},${counts.get(word)}`);
  },
  'access-log': async () => {
    const requests = new Map<string, number>();
    const bytes = new Map<string, number>();
    for await (const line of lines()) {
      const [head = '', request = '', rest = ''] = line.split('"');
      const time = head.slice(head.indexOf('[') + 1);
      const [status = '', size = ''] = rest.trim().split(' ');
      const month = String(MONTHS.indexOf(time.slice(3, 6)) + 1).padStart(2, '0');
      const hour = `${time.slice(7, 11)}-${month}-${time.slice(0, 2)}T${time.slice(12, 14)}`;
      for (const key of [`status,${status}`, `hour,${hour}`, `path,${request.split(' ')[1]}`]) {
        add(requests, key, 1);
        add(bytes, key, size === '-' ? 0 : Number(size));
      }
    }
    const of = (group: string) => [...requests.keys()].filter((key) => key.startsWith(`${group},`)).sort(byBytes);
    const uses = (key: string) => requests.get(key) ?? 0;
    const paths = of('path')
      .sort((a, b) => uses(b) - uses(a))
      .slice(0, 100);
    const keys = [...of('status'), ...of('hour'), ...paths];
    return rows('group,value,requests,bytes', keys, (key) => `${key},${uses(key)},${bytes.get(key)}`);
  },
  ledger: async () => {
    const cents = new Map<string, number>();
    const entries = new Map<string, number>();
    for await (const { account_id, amount } of createReadStream(source).pipe(parse({ columns: true }))) {
      add(cents, account_id, Math.round(Number(amount) * 100));
      add(entries, account_id, 1);
    }
    const accounts = [...cents.keys()].sort(byBytes);
    return rows('account,balance,transactions', accounts, (account) => {
      return `${account},${((cents.get(account) ?? 0) / 100).toFixed(2)},${entries.get(account)}`;
    });
  },
  trending: async () => {
    const uses = new Map<string, number>();
    for await (const line of lines()) for (const tag of JSON.parse(line).tags) add(uses, tag, 1);
    const count = (tag: string) => uses.get(tag) ?? 0;
    const tags = [...uses.keys()].sort((a, b) => count(b) - count(a) || byBytes(a, b)).slice(0, 100);
    return rows('tag,uses', tags, (tag) => `${tag},${count(tag)}`);
  },
  sort: async () => {
    const all: string[] = [];
    for await (const line of lines()) all.push(line);
    return all.sort(); // of ASCII lines: the order of their bytes
  },
};

function add(map: Map<string, number>, key: string, value: number): void {
  map.set(key, (map.get(key) ?? 0) + value);
}

function* rows(header: string, keys: readonly string[], row: (key: string) => string): Generator<string> {
  yield header;
  for (const key of keys) yield row(key);
}

const work = JOBS[job];
if (work === undefined) throw new Error(`no such job: ${job}`);
let block = '';
for (const row of await work()) {
  block += `${row}\n`;
  if (block.length > 1_000_000) {
    if (!out.write(block)) await new Promise<void>((drained) => out.once('drain', () => drained()));
    block = '';
  }
}
out.end(block);
await finished(out);
