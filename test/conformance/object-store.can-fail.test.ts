/** Stores that break a promise each: the suite must notice every one, by the tests that are named here and no others. */
import { MemoryStore } from '../../functions/adapters/simulated/memory-store.ts';
import { type JoinPart, piecesOf } from '../../functions/core/join-pieces.ts';
import type { ObjectName, ObjectStore, PinnedObject } from '../../functions/ports/object-store.ts';
import { objectStoreConformance } from './object-store.conformance.ts';

interface Sabotage {
  readonly name: string;
  readonly broken: readonly string[];
  /** What is done otherwise, over a store that is right. */
  readonly over: (right: MemoryStore) => Partial<ObjectStore>;
}

type Body = Uint8Array | AsyncIterable<Uint8Array>;
const bytesOf = async (body: Body) =>
  body instanceof Uint8Array ? body : new Uint8Array(Buffer.concat(await Array.fromAsync(body)));
async function joinAnyhow(right: MemoryStore, { bucket, key }: ObjectName, parts: readonly JoinPart[]) {
  const blocks = piecesOf(parts).map(async (piece) =>
    'bytes' in piece ? piece.bytes : bytesOf(right.read({ ...piece, bucket }, piece.start, piece.end)),
  );
  return right.putIfAbsent({ bucket, key }, Buffer.concat(await Promise.all(blocks)));
}

/** Each block but the last is there when the next one is in its place. */
function* ahead(bytes: Buffer, memory: Buffer): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += memory.length) {
    const length = bytes.copy(memory, 0, at);
    bytes.copy(memory, 0, at + length);
    yield memory.subarray(0, length);
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

const sabotages: readonly Sabotage[] = [
  {
    name: 'a store that ignores the condition',
    broken: [
      'the first write stands, the others are told',
      'of 50 racers exactly one wins, and its bytes stand whole',
      'racers without a body race too',
    ],
    over: (right) => ({
      putIfAbsent: async (name, body, note) => {
        right.upload(name, await bytesOf(body), note);
        return 'created';
      },
    }),
  },
  {
    name: 'a store that looks first and writes then',
    broken: ['of 50 racers exactly one wins, and its bytes stand whole', 'racers without a body race too'],
    over: (right) => ({
      putIfAbsent: async (name, body, note) => {
        if ((await right.head(name)) !== undefined) return 'exists';
        await turn();
        right.upload(name, await bytesOf(body), note);
        return 'created';
      },
    }),
  },
  {
    name: 'a store that says `created` to those who lost',
    broken: [
      'the first write stands, the others are told',
      'of 50 racers exactly one wins, and its bytes stand whole',
      'racers without a body race too',
    ],
    over: (right) => ({
      putIfAbsent: async (name, body, note) => {
        await right.putIfAbsent(name, body, note);
        return 'created';
      },
    }),
  },
  {
    name: 'a store that keeps what came of a body that threw',
    broken: ['a body that throws writes nothing, and leaves the name free'],
    over: (right) => ({
      putIfAbsent: async (name, body, note) => {
        if (body instanceof Uint8Array) return right.putIfAbsent(name, body, note);
        const blocks: Uint8Array[] = [];
        try {
          for await (const block of body) blocks.push(Uint8Array.from(block));
        } catch (error) {
          await right.putIfAbsent(name, Buffer.concat(blocks), note);
          throw error;
        }
        return right.putIfAbsent(name, new Uint8Array(Buffer.concat(blocks)), note);
      },
    }),
  },
  {
    name: 'a store that loses empty blocks, and all behind them',
    broken: [
      'a streamed body is stored as it is, whatever its blocks',
      'a note is kept beside the bytes, where notes are kept',
    ],
    over: (right) => ({
      putIfAbsent: (name, body, note) =>
        right.putIfAbsent(name, body instanceof Uint8Array ? body : untilEmpty(body), note),
    }),
  },
  {
    name: 'a store whose listings lag one write behind',
    broken: [
      'an acknowledged write is seen at once by head, open and list',
      'keys are listed in the order of their bytes',
      'a prefix is a prefix of the key, with and without a slash',
      'a page holds a thousand keys, and the next begins behind its last',
      'a list tells what head tells',
    ],
    over: (right) => {
      let newest: ObjectName | undefined;
      return {
        putIfAbsent: (name, body, note) => {
          newest = name;
          return right.putIfAbsent(name, body, note);
        },
        list: async (bucket, prefix, after) => {
          const page = await right.list(bucket, prefix, after);
          return { ...page, objects: page.objects.filter(({ key }) => key !== newest?.key) };
        },
      };
    },
  },
  {
    name: 'a store that lists in the order of UTF-16',
    broken: ['keys are listed in the order of their bytes'],
    over: (right) => ({
      list: async (bucket, prefix, after) => {
        const page = await right.list(bucket, prefix, after);
        return { ...page, objects: page.objects.toSorted((a, b) => (a.key < b.key ? -1 : 1)) };
      },
    }),
  },
  {
    name: 'a store whose pages begin with the key they are to come after',
    broken: [
      'keys are listed in the order of their bytes',
      'a prefix is a prefix of the key, with and without a slash',
      'a page holds a thousand keys, and the next begins behind its last',
    ],
    over: (right) => ({
      list: async (bucket, prefix, after) => {
        const page = await right.list(bucket, prefix, after);
        const [again] = after?.startsWith(prefix) ? (await right.list(bucket, after)).objects : [];
        return { ...page, objects: again?.key === after && again ? [again, ...page.objects] : page.objects };
      },
    }),
  },
  {
    name: 'a store that forgets to say that more follows',
    broken: ['a page holds a thousand keys, and the next begins behind its last'],
    over: (right) => ({
      list: async (bucket, prefix, after) => ({ ...(await right.list(bucket, prefix, after)), more: false }),
    }),
  },
  {
    name: 'a store that takes a prefix for a folder',
    broken: ['a prefix is a prefix of the key, with and without a slash'],
    over: (right) => ({
      list: async (bucket, prefix, after) => {
        const page = await right.list(bucket, prefix, after);
        const inside = (key: string) => prefix.endsWith('/') || key === prefix || key.startsWith(`${prefix}/`);
        const deep = (key: string) => key.slice(prefix.length).includes('//');
        return { ...page, objects: page.objects.filter(({ key }) => inside(key) && !deep(key)) };
      },
    }),
  },
  {
    name: 'a store that reads one byte too many',
    broken: [
      'a range is its bytes, at every edge',
      'what is read into memory that was given stands there until the next is asked for',
      'an empty range is nothing, also of an empty object',
    ],
    over: (right) => ({ read: (object, start, end) => right.read(object, start, end + 1) }),
  },
  {
    name: 'a store that ignores the pin',
    broken: [
      'an object that was overwritten is not read',
      'an object that was overwritten by a shorter one is not read either, though the range is beyond it',
    ],
    over: (right) => ({ read: (object, start, end) => readUnpinned(right, object, start, end) }),
  },
  {
    name: 'a store that takes what is gone for empty',
    broken: ['an object that is gone is an error, never empty'],
    over: (right) => ({
      async *read(object, start, end) {
        if ((await right.head(object)) !== undefined) yield* right.read(object, start, end);
      },
    }),
  },
  {
    name: 'a store that reads ahead into the memory that is being read',
    broken: ['what is read into memory that was given stands there until the next is asked for'],
    over: (right) => ({
      async *read(object, start, end, into) {
        const memory = into?.();
        const blocks = await Array.fromAsync(right.read(object, start, end));
        if (memory === undefined) yield* blocks;
        else yield* ahead(Buffer.concat(blocks), memory);
      },
    }),
  },
  {
    name: 'a store that finds what nobody wrote',
    broken: ['what nobody wrote is not there'],
    over: (right) => ({ open: async (name) => (await right.open(name)) ?? untilEmpty([]) }),
  },
  {
    name: 'a store that mixes up notes',
    broken: ['a note is kept beside the bytes, where notes are kept'],
    over: (right) => ({ putIfAbsent: (name, body) => right.putIfAbsent(name, body, { tookMs: 0 }) }),
  },
  {
    name: 'a store that copies onto what stands there',
    broken: ['a copy is the same bytes under a second name, made once'],
    over: (right) => ({
      copyIfAbsent: async (from, to, note) => {
        right.upload(to, await bytesOf(right.read(from, 0, from.size)), note);
        return 'created';
      },
    }),
  },
  {
    name: 'a store that copies whatever version stands there',
    broken: ['a copy is of the version that is meant, or an error'],
    over: (right) => ({
      copyIfAbsent: async (from, to, note) => {
        const { etag = '' } = (await right.head(from)) ?? {};
        return right.copyIfAbsent({ ...from, etag }, to, note);
      },
    }),
  },
  {
    name: 'a store that joins onto what stands there',
    broken: ['ranges of objects and bytes at hand are joined in order, once'],
    over: (right) => ({
      joinIfAbsent: async (to, parts, crc) => {
        right.remove(to);
        return right.joinIfAbsent(to, parts, crc);
      },
    }),
  },
  {
    name: 'a store that joins copies behind what is sent, whatever comes of it',
    broken: [
      'ranges of objects and bytes at hand are joined in order, once',
      'what is joined has the checksum that is told, or nothing is written',
    ],
    over: (right) => ({
      joinIfAbsent: async (to, parts) => {
        const copied = (part: JoinPart) => 'copy' in part;
        return joinAnyhow(right, to, [...parts.filter((part) => !copied(part)), ...parts.filter(copied)]);
      },
    }),
  },
  {
    name: 'a store that joins whatever version stands there',
    broken: ['what is joined is of the versions that are meant, or an error'],
    over: (right) => ({
      joinIfAbsent: async (to, parts, crc) => {
        const bytes = parts.map(() => ({ send: [{ bytes: new Uint8Array(1) }] }));
        return to.key.endsWith('never') ? joinAnyhow(right, to, bytes) : right.joinIfAbsent(to, parts, crc);
      },
    }),
  },
  {
    name: 'a store that looks at no checksum of what it joins',
    broken: ['what is joined has the checksum that is told, or nothing is written'],
    over: (right) => ({ joinIfAbsent: (to, parts) => joinAnyhow(right, to, parts) }),
  },
];

for (const { name, broken, over } of sabotages) {
  const open = async () => {
    const right = new MemoryStore();
    const changes = over(right);
    const store: ObjectStore = new Proxy(right, {
      get(target, name) {
        const value: unknown = Reflect.get(changes, name) ?? Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    return {
      store,
      bucket: 'results',
      prefix: 'runs/r1/',
      inputBucket: 'input',
      inputPrefix: '',
      keepsNotes: true,
      upload: async (key: string, bytes: Uint8Array) => right.upload({ bucket: 'input', key }, bytes),
      remove: async (key: string) => right.remove({ bucket: 'input', key }),
      close: async () => {},
    };
  };
  objectStoreConformance(name, open, broken);
}

async function* untilEmpty(blocks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const block of blocks) {
    if (block.length === 0) return;
    yield block;
  }
}

async function* readUnpinned(right: MemoryStore, object: PinnedObject, start: number, end: number) {
  const { etag = object.etag } = (await right.head(object)) ?? {};
  yield* right.read({ ...object, etag }, start, end);
}
