/**
 * Plans and queues a run of so many chunks (a million by default) in this process alone, and prints what it took. A
 * program of its own, so that its memory can be measured; the store keeps documents compressed, as if they were elsewhere.
 */
import { createHash } from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { MemoryScratch } from '../../functions/adapters/simulated/memory-scratch.ts';
import { memoryBounds } from '../../functions/core/memory-bounds.ts';
import { defineJob } from '../../functions/define-job.ts';
import { lines } from '../../functions/formats/lines.ts';
import { textLines } from '../../functions/formats/text-lines.ts';
import type { ObjectStore } from '../../functions/ports/object-store.ts';
import type { Services } from '../../functions/ports/services.ts';
import { split } from '../../functions/splitter/split.ts';

const CHUNKS = Number(process.argv[2] ?? 1_000_000);
const CHUNK_BYTES = 8 * 1024 * 1024;

const job = defineJob({
  name: 'big',
  input: lines(),
  *map(line) {
    yield line;
  },
  output: textLines(),
});

const stored = new Map<string, Buffer>();
const store: ObjectStore = {
  async head({ bucket, key }) {
    if (bucket === 'in') return { size: CHUNKS * CHUNK_BYTES, etag: '"e"', modifiedAtMs: 0 };
    const bytes = stored.get(key);
    return bytes === undefined ? undefined : { size: bytes.length, etag: '"e"', modifiedAtMs: 0 };
  },
  async *read() {
    yield Buffer.from('text');
  },
  async open({ key }) {
    const bytes = stored.get(key);
    if (bytes === undefined) return undefined;
    return (async function* () {
      yield zstdDecompressSync(bytes);
    })();
  },
  async putIfAbsent({ key }, body) {
    if (stored.has(key)) return 'exists';
    if (!(body instanceof Uint8Array)) throw new Error('documents are written whole');
    stored.set(key, zstdCompressSync(body));
    return 'created';
  },
  async joinIfAbsent() {
    throw new Error('nothing is joined');
  },
  async copyIfAbsent() {
    throw new Error('nothing is copied');
  },
  async list(_, prefix, after = '') {
    const keys = [...stored.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
    return {
      objects: keys.slice(0, 1_000).map((key) => ({ key, size: 0, etag: '"e"', modifiedAtMs: 0 })),
      more: keys.length > 1_000,
    };
  },
};

let sent = 0;
let covered = 0;
const order = createHash('sha256');
const services: Services = {
  store,
  results: 'results',
  intake: { send: async () => {} },
  chunks: {
    send: async (messages) => {
      for (const { chunk, segments } of messages) {
        if (chunk !== sent) throw new Error(`chunk ${chunk} came as the ${sent}th`);
        sent += 1;
        for (const { start, end } of segments) {
          if (start !== covered) throw new Error(`a range begins at ${start}, not at ${covered}`);
          covered = end;
        }
      }
      order.update(String(sent));
    },
  },
  aggregator: { invoke: async () => {} },
  clock: { nowMs: () => 0 },
  scratch: new MemoryScratch(),
  memory: memoryBounds(2 ** 30),
  jobs: { names: ['big'], find: () => ({ job, digest: 'd' }) },
  log: () => {},
};

const began = performance.now();
await split(
  {
    kind: 'run',
    run: 'big-1',
    job: 'big',
    inputs: [{ bucket: 'in', key: 'big' }],
    params: {},
    chunkBytes: CHUNK_BYTES,
    requestedAtMs: 0,
  },
  services,
);
const peakMegabytes = Math.round(process.resourceUsage().maxRSS / 1024);
console.log(JSON.stringify({ sent, covered, seconds: (performance.now() - began) / 1000, peakMegabytes }));
