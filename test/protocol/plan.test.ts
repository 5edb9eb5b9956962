import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planKey, planPagesPrefix, sentKey } from '../../functions/core/keys.ts';
import type { ChunkMessage, RunRequest } from '../../functions/core/messages.ts';
import type { Plan } from '../../functions/core/plan.ts';
import { defineJob, lines, textLines } from '../../functions/index.ts';
import { MESSAGE_BYTES_MAX, SEGMENTS_PER_CHUNK_MAX } from '../../functions/limits.ts';
import type { ObjectStore } from '../../functions/ports/object-store.ts';
import { split } from '../../functions/splitter/split.ts';
import { Crash, MemoryPipeline } from '../support/memory-pipeline.ts';

const job = defineJob({
  name: 'plan',
  input: lines(),
  *map(line) {
    yield line;
  },
  output: textLines(),
});
const request: RunRequest = {
  kind: 'run',
  run: 'plan-1',
  job: 'plan',
  inputs: [{ bucket: 'in', prefix: '' }],
  params: {},
  requestedAtMs: 0,
};

function planned(sizes: readonly number[]) {
  const made = new MemoryPipeline({ jobs: [job] });
  sizes.forEach((size, i) => {
    made.store.upload({ bucket: 'in', key: `o${String(i).padStart(6, '0')}` }, Buffer.alloc(size, 'x'));
  });
  return made;
}

const chunksOf = (made: MemoryPipeline) =>
  made.pending.map(({ message }) => message as ChunkMessage).sort((a, b) => a.chunk - b.chunk);

const planOf = (made: MemoryPipeline): Plan =>
  JSON.parse(Buffer.from(made.store.contents('results').get(planKey('plan-1')) ?? []).toString()) as Plan;

/** Services whose process dies once such a key is written. */
function dyingAfter({ services }: MemoryPipeline, isLast: (key: string) => boolean) {
  const put = services.store.putIfAbsent;
  const putIfAbsent = async (...args: Parameters<typeof put>) => {
    const result = await put(...args);
    if (isLast(args[0].key)) throw new Crash();
    return result;
  };
  return { ...services, store: { ...services.store, putIfAbsent } };
}

describe('a plan', () => {
  it('tiles every object, in order, with chunks of at most the size asked for', async () => {
    const sizes = fc.array(fc.nat(40), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 50 }), async (given, chunkBytes) => {
        const made = planned(given);
        await split({ ...request, chunkBytes }, made.services);
        const chunks = chunksOf(made);
        expect(chunks.map(({ chunk }) => chunk)).toEqual(chunks.map((_, i) => i));
        const tiles = given.map(() => 0);
        let last = 0;
        for (const { segments } of chunks) {
          const bytes = segments.reduce((sum, { start, end }) => sum + end - start, 0);
          expect(bytes).toBeLessThanOrEqual(chunkBytes);
          for (const { object, start, end, size } of segments) {
            expect(object).toBeGreaterThanOrEqual(last);
            last = object;
            expect([start, size]).toEqual([tiles[object], given[object]]);
            tiles[object] = end;
          }
        }
        expect(tiles).toEqual(given);
        expect(planOf(made).totals).toEqual({
          chunks: Math.max(1, chunks.length),
          objects: given.length,
          bytes: given.reduce((sum, size) => sum + size, 0),
        });
      }),
      { numRuns: 300 },
    );
  });

  it('of nothing has one empty chunk', async () => {
    const made = planned([]);
    await split(request, made.services);
    expect(chunksOf(made)).toMatchObject([{ chunk: 0, chunks: 1, segments: [] }]);
  });

  it('packs small objects within the bounds of a message', async () => {
    const made = planned(Array(1_200).fill(3));
    const long = 'ключ/'.repeat(100);
    for (let i = 0; i < 300; i++) made.store.upload({ bucket: 'in', key: `p${long}${i}` }, Buffer.from('x'));
    await split(request, made.services);
    const chunks = chunksOf(made);
    expect(Math.max(...chunks.map(({ segments }) => segments.length))).toBe(SEGMENTS_PER_CHUNK_MAX);
    for (const chunk of chunks) expect(Buffer.byteLength(JSON.stringify(chunk))).toBeLessThanOrEqual(MESSAGE_BYTES_MAX);
    expect(chunks.flatMap(({ segments }) => segments).length).toBe(1_500);
  });

  it('says why its chunks are as big as they are', async () => {
    const made = planned([100]);
    await split(request, made.services);
    expect(planOf(made).geometry).toMatchObject({
      chunkBytes: 8 * 1024 * 1024,
      because: expect.stringMatching(/spread/),
    });
  });

  it('reads the starts of many objects at the same time, and is the same', async () => {
    const sizes = Array.from({ length: 100 }, (_, i) => 20 + (i % 7));
    const calm = planned(sizes);
    await split({ ...request, chunkBytes: 10 }, calm.services);
    const made = planned(sizes);
    const { store } = made.services;
    let [reading, most] = [0, 0];
    const reads = async function* (...args: Parameters<ObjectStore['read']>) {
      reading += 1;
      most = Math.max(most, reading);
      await new Promise((resolve) => setImmediate(resolve));
      try {
        yield* store.read(...args);
      } finally {
        reading -= 1;
      }
    };
    await split({ ...request, chunkBytes: 10 }, { ...made.services, store: { ...store, read: reads } });
    expect(most).toBe(32);
    expect(planOf(made)).toEqual(planOf(calm));
    expect(chunksOf(made)).toEqual(chunksOf(calm));
  });

  it('of a hundred pages is the same after a crash at any page, and goes on where it was', async () => {
    const calm = planned([7_000, 9_000, 4_000, 5_000]);
    const small = { ...request, chunkBytes: 1 };
    await split(small, calm.services);
    const pages = [...calm.store.contents('results').keys()].filter((key) => key.startsWith(planPagesPrefix('plan-1')));
    expect(pages.length).toBe(3);
    for (const crashed of pages) {
      const made = planned([7_000, 9_000, 4_000, 5_000]);
      const put = made.services.store.putIfAbsent;
      let writes = 0;
      await expect(
        split(
          small,
          dyingAfter(made, (key) => key === crashed),
        ),
      ).rejects.toThrow();
      // Other objects appear: the plan goes on from the pages that stand, and counts nothing twice.
      const counting = {
        ...made.services,
        store: {
          ...made.services.store,
          putIfAbsent: (...args: Parameters<typeof put>) => {
            if (args[0].key.startsWith(planPagesPrefix('plan-1'))) writes += 1;
            return put(...args);
          },
        },
      };
      await split(small, counting);
      expect(planOf(made)).toEqual(planOf(calm));
      expect(chunksOf(made)).toEqual(chunksOf(calm));
      expect(writes).toBe(pages.length - 1 - pages.indexOf(crashed));
    }
  });

  it.each([
    ['the last one', [25_000]],
    ['one before another of the same bytes', [25_000, 25_000]],
  ])('is none, and the run fails, if an object that is cut is deleted before all of it is: %s', async (_, sizes) => {
    const made = planned(sizes);
    const dying = dyingAfter(made, (key) => key.startsWith(planPagesPrefix('plan-1')));
    await expect(split({ ...request, chunkBytes: 1 }, dying)).rejects.toThrow();
    made.store.remove({ bucket: 'in', key: 'o000000' });
    await split({ ...request, chunkBytes: 1 }, made.services);
    expect(made.store.contents('results').has(planKey('plan-1'))).toBe(false);
    expect(made.pending).toEqual([]);
    expect(made.manifest('plan', 'plan-1')).toMatchObject({
      state: 'failed',
      reason: { code: 'FANFOLD_INPUT_GONE', message: 'o000000 was deleted while the run was planned' },
    });
  });

  it('queues a page once, unless it crashed before it could note that', async () => {
    const made = planned([25_000]);
    const put = made.services.store.putIfAbsent;
    const dying = {
      ...made.services,
      store: {
        ...made.services.store,
        putIfAbsent: (...args: Parameters<typeof put>) =>
          args[0].key === sentKey('plan-1', 10_000) ? Promise.reject(new Crash()) : put(...args),
      },
    };
    const small = { ...request, chunkBytes: 1 };
    await expect(split(small, dying)).rejects.toThrow();
    await split(small, made.services);
    expect(made.pending.length).toBe(25_000 + 10_000);
  });

  it('of two splitters at once is one chain of pages', async () => {
    const made = planned([7_000, 9_000, 4_000, 5_000]);
    const small = { ...request, chunkBytes: 1 };
    await Promise.all([split(small, made.services), split({ ...small, chunkBytes: 3 }, made.services)]);
    const { totals, pages } = planOf(made);
    expect(totals.bytes).toBe(25_000);
    const unique = new Map(chunksOf(made).map((message) => [message.chunk, JSON.stringify(message)]));
    for (const message of chunksOf(made)) expect(unique.get(message.chunk)).toBe(JSON.stringify(message));
    expect(unique.size).toBe(totals.chunks);
    expect(pages[0]).toBe(0);
  });

  it('of a million chunks takes under 256 MB', () => {
    const program = fileURLToPath(new URL('../support/plan-many.ts', import.meta.url));
    // V8 collects garbage late unless it is told how much memory there is; these fit a function of 256 MB.
    const memory = ['--max-old-space-size=192', '--max-semi-space-size=8'];
    const told: unknown = JSON.parse(execFileSync(process.execPath, [...memory, program], { encoding: 'utf8' }));
    console.log('a million chunks:', told);
    expect(told).toMatchObject({ sent: 1_000_000, covered: 1_000_000 * 8 * 1024 * 1024 });
    expect((told as { peakMegabytes: number }).peakMegabytes).toBeLessThan(256);
  });

  it('refuses more than a million chunks', async () => {
    const made = planned([]);
    const store: ObjectStore = {
      ...made.services.store,
      head: async (name) => (name.bucket === 'in' ? { size: 2 ** 40, etag: 'e', modifiedAtMs: 0 } : undefined),
      async *read() {
        yield Buffer.from('text');
      },
    };
    const inputs = [{ bucket: 'in', key: 'huge' }];
    await split({ ...request, inputs, chunkBytes: 1_000 }, { ...made.services, store });
    const manifest = made.manifest('plan', 'plan-1');
    expect(manifest).toMatchObject({ state: 'failed', reason: { code: 'FANFOLD_TOO_MANY_CHUNKS' } });
  });
});
