import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FileStore, INPUT_BUCKET, RESULTS_BUCKET } from '../../../functions/adapters/local/file-store.ts';
import { asFanfoldError } from '../../../functions/errors.ts';

let folder: string;
let store: FileStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fanfold-store-'));
  store = new FileStore({ base: folder, directory: join(folder, 'out'), job: 'job', run: 'r1' });
});
afterEach(() => rmSync(folder, { recursive: true }));

const MiB = 1024 * 1024;
const put = (key: string, body: string) =>
  store.putIfAbsent({ bucket: RESULTS_BUCKET, key }, new Uint8Array(Buffer.from(body)));
const pin = async (key: string) => {
  const head = await store.head({ bucket: INPUT_BUCKET, key });
  return { bucket: INPUT_BUCKET, key, etag: head?.etag ?? '' };
};

describe('an input that changes while it is read', () => {
  const meanwhile: { readonly [what: string]: (path: string) => void } = {
    grows: (path) => appendFileSync(path, 'more'),
    'is cut short': (path) => writeFileSync(path, 'short'),
    'is replaced by a file of the same size': (path) => {
      writeFileSync(`${path}.new`, Buffer.alloc(MiB, 'b'));
      renameSync(`${path}.new`, path);
    },
  };
  for (const [what, change] of Object.entries(meanwhile)) {
    test(`${what}: no byte is handed on after that`, async () => {
      writeFileSync(join(folder, 'in'), Buffer.alloc(MiB, 'a'));
      const blocks = store.read(await pin('in'), 0, MiB)[Symbol.asyncIterator]();
      expect((await blocks.next()).done).toBe(false);
      change(join(folder, 'in'));
      await expect(blocks.next()).rejects.toMatchObject({ code: 'FANFOLD_INPUT_CHANGED', fatal: true, source: 'in' });
    });
  }

  test('shows even where no byte is wanted', async () => {
    writeFileSync(join(folder, 'in'), 'a');
    const object = await pin('in');
    appendFileSync(join(folder, 'in'), 'b');
    const blocks = store.read(object, 1, 1)[Symbol.asyncIterator]();
    await expect(blocks.next()).rejects.toMatchObject({ code: 'FANFOLD_INPUT_CHANGED' });
  });

  test('is deleted: it is told as gone', async () => {
    writeFileSync(join(folder, 'in'), Buffer.alloc(MiB, 'a'));
    const blocks = store.read(await pin('in'), 0, MiB)[Symbol.asyncIterator]();
    await blocks.next();
    rmSync(join(folder, 'in'));
    await expect(blocks.next()).rejects.toMatchObject({ code: 'FANFOLD_INPUT_GONE', fatal: true });
  });
});

test.skipIf(process.getuid?.() === 0)(
  'an input that may not be read is told so (skipped as root, who may read everything)',
  async () => {
    writeFileSync(join(folder, 'in'), 'secret');
    const object = await pin('in');
    chmodSync(join(folder, 'in'), 0);
    const read = async () => {
      for await (const block of store.read(object, 0, 6)) expect(block).toBeUndefined();
    };
    await expect(read()).rejects.toMatchObject({ code: 'FANFOLD_INPUT_UNREADABLE', fatal: true });
  },
);

test('names that are no UTF-8 are names all the same', async () => {
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0x66, 0xff, 0x66])]), 'bytes');
  expect((await store.head({ bucket: INPUT_BUCKET, key: 'f\udcfff' }))?.size).toBe(5);
});

test('a result goes to the directory, everything else below .fanfold', async () => {
  await put('job/r1/part-00000.csv', 'a');
  await put('runs/r1/plan.json', 'b');
  await put('watch/2026-01-01/job/r1.json', 'c');
  expect(readdirSync(join(folder, 'out'), { recursive: true }).sort()).toEqual([
    '.fanfold',
    '.fanfold/runs',
    '.fanfold/runs/r1',
    '.fanfold/runs/r1/plan.json',
    '.fanfold/tmp',
    '.fanfold/watch',
    '.fanfold/watch/2026-01-01',
    '.fanfold/watch/2026-01-01/job',
    '.fanfold/watch/2026-01-01/job/r1.json',
    'part-00000.csv',
  ]);
  const all = await store.list(RESULTS_BUCKET, '');
  expect(all.objects.map(({ key }) => key)).toEqual([
    'job/r1/part-00000.csv',
    'runs/r1/plan.json',
    'watch/2026-01-01/job/r1.json',
  ]);
});

test('a key that leads out of the directory is a bug, not a file', async () => {
  for (const key of ['../x', 'runs/../../x', 'runs//x', '/x', '']) {
    await expect(put(key, 'x')).rejects.toMatchObject({ code: 'FANFOLD_BUG' });
  }
});

test('nothing is left over from writes, whatever became of them', async () => {
  await put('runs/r1/a', 'one');
  await put('runs/r1/a', 'two');
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(10);
    throw new Error('broken');
  }
  await store.putIfAbsent({ bucket: RESULTS_BUCKET, key: 'runs/r1/b' }, broken()).catch(() => {});
  expect(readdirSync(join(folder, 'out/.fanfold/tmp'))).toEqual([]);
});

test('a directory that cannot be written to is named, with what to do', async () => {
  writeFileSync(join(folder, 'file'), '');
  const directory = join(folder, 'file/out');
  const nowhere = new FileStore({ base: folder, directory, job: 'job', run: 'r1' });
  const error = await nowhere
    .putIfAbsent({ bucket: RESULTS_BUCKET, key: 'runs/r1/a' }, new Uint8Array())
    .then(() => undefined, asFanfoldError);
  expect(error).toMatchObject({ code: 'FANFOLD_OUTPUT_UNWRITABLE', retry: 'safe' });
  expect(error?.message).toContain(directory);
});

test.runIf(process.platform === 'linux')('a reader that stops early leaves no file open', async () => {
  writeFileSync(join(folder, 'in'), Buffer.alloc(MiB));
  await put('runs/r1/a', 'x'.repeat(MiB));
  const open = () => readdirSync('/proc/self/fd').length;
  const object = await pin('in');
  const before = open();
  for (let i = 0; i < 20; i++) {
    for await (const _ of store.read(object, 0, MiB)) break;
    for await (const _ of (await store.open({ bucket: RESULTS_BUCKET, key: 'runs/r1/a' })) ?? []) break;
    await store.open({ bucket: RESULTS_BUCKET, key: 'runs/r1/a' }); // and never read
  }
  expect(open()).toBeLessThan(before + 10);
});

test('threads that write the same names have one winner for each', async () => {
  const KEYS = 300;
  const THREADS = 4;
  mkdirSync(join(folder, 'out'));
  const module = new URL('../../../functions/adapters/local/file-store.ts', import.meta.url).href;
  // All meet before every name, so that all are at it at the same time, however many processors there are.
  const code = `
    const { parentPort, threadId, workerData: { module, options, shared } } = require('node:worker_threads');
    const [ARRIVED, OPENED] = [0, 1];
    const barrier = new Int32Array(shared);
    const meet = (nth) => {
      if (Atomics.add(barrier, ARRIVED, 1) + 1 === nth * ${THREADS}) {
        Atomics.store(barrier, OPENED, nth);
        Atomics.notify(barrier, OPENED);
      } else while (Atomics.load(barrier, OPENED) < nth) Atomics.wait(barrier, OPENED, nth - 1);
    };
    import(module).then(async ({ FileStore }) => {
      const store = new FileStore(options);
      const body = Buffer.alloc(5000, String(threadId));
      const outcomes = [];
      for (let i = 0; i < ${KEYS}; i++) {
        meet(i + 1);
        outcomes.push(await store.putIfAbsent({ bucket: 'results', key: 'runs/r1/' + i }, body));
      }
      parentPort.postMessage(outcomes);
    });`;
  const options = { base: folder, directory: join(folder, 'out'), job: 'job', run: 'r1' };
  const workerData = { module, options, shared: new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT) };
  const workers = Array.from({ length: THREADS }, () => new Worker(code, { eval: true, workerData, execArgv: [] }));
  const outcomes = await Promise.all(
    workers.map(
      (worker) =>
        new Promise<readonly string[]>((heard, failed) => {
          worker.once('message', heard);
          worker.once('error', failed);
        }),
    ),
  );
  for (let i = 0; i < KEYS; i++) {
    const told = outcomes.map((of) => of[i]).sort();
    expect(told, `name ${i}`).toEqual(['created', ...Array(THREADS - 1).fill('exists')]);
    const blocks = await store.open({ bucket: RESULTS_BUCKET, key: `runs/r1/${i}` });
    const bytes = Buffer.concat(await Array.fromAsync(blocks ?? []));
    expect(bytes.equals(Buffer.alloc(5000, bytes[0] ?? 0))).toBe(true);
  }
});

test('two stores of one thread write at the same time', async () => {
  const options = { base: folder, directory: join(folder, 'out'), job: 'job', run: 'r1' };
  const [one, other] = [new FileStore(options), new FileStore(options)];
  const named = (key: string) => ({ bucket: RESULTS_BUCKET, key: `runs/r1/${key}` });
  const within = async function* () {
    yield Buffer.from('a');
    await other.putIfAbsent(named('b'), Buffer.from('b'));
  };
  expect(await one.putIfAbsent(named('a'), within())).toBe('created');
});
