/**
 * The result of a transform is joined of rows where they are stored: in the order of the input, proven before any of it is
 * begun, each object once, and no byte of it read that could be copied.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JoinLimits, S3_LIMITS } from '../../functions/core/join-pieces.ts';
import { partialKey, planKey, publicationKey, resultPrefix } from '../../functions/core/keys.ts';
import type { NodeRequest, RunRequest } from '../../functions/core/messages.ts';
import { FOOTER_TAIL_BYTES } from '../../functions/core/partial-tail.ts';
import type { Plan } from '../../functions/core/plan.ts';
import { csv, csvRows, defineJob, lines, textLines } from '../../functions/index.ts';
import { PARTITIONS_MAX } from '../../functions/limits.ts';
import { watch } from '../../functions/watcher/watch.ts';
import { MemoryPipeline, type PipelineOptions } from '../support/memory-pipeline.ts';

const copy = defineJob({
  name: 'copy',
  input: lines(),
  tolerate: { chunks: 1 },
  *map(line) {
    if (line === 'poison') throw new Error('cannot digest this');
    if (line !== 'nothing') yield line;
  },
  output: textLines(),
});
const table = defineJob({
  name: 'table',
  input: lines(),
  *map(line) {
    yield { line };
  },
  output: csvRows(['line']),
});

const cells = defineJob({
  name: 'cells',
  input: csv({ a: 'text', b: 'text' }),
  *map(row) {
    yield row;
  },
  output: csvRows(['a', 'b']),
});

const T0 = 1_700_000_000_000;
const request = (over: Partial<RunRequest> = {}): RunRequest => ({
  kind: 'run',
  run: `${over.job ?? 'copy'}-1`,
  job: 'copy',
  inputs: [{ bucket: 'in', key: 'a' }],
  params: {},
  chunkBytes: 9,
  groupSize: 2,
  requestedAtMs: T0,
  ...over,
});

/** Of parts and objects, as small as the inputs here. */
const SMALL = { partBytesMin: 8, partBytesMax: 20, partsMax: 6, objectBytesGoal: 30 };
const TEXT =
  'to be or not to be\nthat is\n\nthe question is a long one\nwhether\ntis\nnobler in the mind to suffer\nto\n';

function pipeline(text: string, options: Omit<PipelineOptions, 'jobs'> = {}): MemoryPipeline {
  const made = new MemoryPipeline({ jobs: [copy, table, cells], joins: SMALL, ...options });
  made.store.upload({ bucket: 'in', key: 'a' }, Buffer.from(text));
  return made;
}

/** Sizes of the objects of a result. */
const sizes = (made: MemoryPipeline, job: string) =>
  [...made.store.contents('results')]
    .filter(([key]) => key.startsWith(`${resultPrefix(job, `${job}-1`)}part-`))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { length }]) => length);

describe('rows of a transform', () => {
  it('come out in the order of the input, whatever the sizes of chunks, groups and parts', async () => {
    const line = fc.oneof(
      fc.constantFrom('', 'nothing', 'poison'),
      fc.string({ maxLength: 5 }).map((text) => text.replaceAll(/[\r\n]/g, '_')),
      fc.nat(80).map((length) => 'long'.repeat(length)),
    );
    const joins = fc.record({
      partBytesMin: fc.integer({ min: 1, max: 60 }),
      partBytesMax: fc.integer({ min: 130, max: 500 }),
      partsMax: fc.integer({ min: 4, max: 40 }),
      objectBytesGoal: fc.integer({ min: 1, max: 600 }),
    });
    const shape = fc.record({
      chunkBytes: fc.integer({ min: 1, max: 300 }),
      groupSize: fc.integer({ min: 2, max: 5 }),
    });
    let several = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 40 }),
        joins,
        shape,
        async (texts, limits, { chunkBytes, groupSize }) => {
          const poisoned = texts.indexOf('poison');
          const good = texts.filter((text, at) => text !== 'poison' || at === poisoned);
          const made = pipeline(good.map((text) => `${text}\n`).join(''), { joins: limits });
          const manifest = await made.run(request({ chunkBytes, groupSize }));
          expect(manifest?.state).toBe('succeeded');
          const told = made.result('copy', 'copy-1').toString();
          const rows = good.filter((text) => text !== 'nothing');
          const results = manifest?.results ?? [];
          expect(results.reduce((sum, { rows: count }) => sum + count, 0)).toBe(told.split('\n').length - 1);
          expect(results.map(({ bytes }) => bytes)).toEqual(sizes(made, 'copy'));
          if (results.length > 1) several += 1;
          // Nothing but a chunk with poison is left out.
          const [before = '', after = ''] = rows
            .map((row) => `${row}\n`)
            .join('')
            .split('poison\n');
          const start = [...told].findIndex((char, at) => char !== before[at]);
          const kept = start < 0 ? told.length : Math.min(start, before.length);
          if (poisoned < 0) expect(told).toBe(before);
          else expect(after.endsWith(told.slice(kept))).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
    expect(several).toBeGreaterThan(25);
  });

  it('come out right of CSV that is cut within quotes, where some of them count only if the cut was none', async () => {
    const cell = fc.oneof(
      fc.constantFrom('', 'a', '\n', '"', 'x\ny,z\n', '"\n"', '\n1,2\n3,4\n'),
      fc.nat(40).map((length) => 'long\n'.repeat(length)),
    );
    const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    const joins = fc.record({
      partBytesMin: fc.integer({ min: 1, max: 40 }),
      partBytesMax: fc.integer({ min: 90, max: 300 }),
      partsMax: fc.integer({ min: 4, max: 20 }),
      objectBytesGoal: fc.integer({ min: 1, max: 400 }),
    });
    const shape = fc.record({ chunkBytes: fc.integer({ min: 1, max: 60 }), groupSize: fc.integer({ min: 2, max: 4 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell), { maxLength: 12 }), joins, shape, async (cells, limits, cut) => {
        const rows = cells.filter(([a, b]) => a !== '' || b !== '');
        const text = `a,b\n${rows.map(([a, b]) => `${quoted(a)},${quoted(b)}\n`).join('')}`;
        const made = pipeline(text, { joins: limits });
        const manifest = await made.run(request({ job: 'cells', ...cut }));
        expect(manifest?.state).toBe('succeeded');
        expect(made.result('cells', 'cells-1').toString()).toBe(text);
        expect(manifest?.results.reduce((sum, { rows: count }) => sum + count, 0)).toBe(rows.length);
      }),
      { numRuns: 40 },
    );
  });

  it('have their header once, in the first of several objects', async () => {
    const made = pipeline(TEXT);
    const manifest = await made.run(request({ job: 'table' }));
    expect(manifest?.results.length).toBeGreaterThan(2);
    expect(made.result('table', 'table-1').toString()).toBe(`line\n${TEXT.replace('\n\n', '\n""\n')}`);
    const empty = pipeline('');
    expect((await empty.run(request({ job: 'table' })))?.results).toEqual([
      { path: 'part-00000.csv', bytes: 5, rows: 0 },
    ]);
  });

  it('come to the same however messages are ordered and repeated, and whoever works at the same time', async () => {
    const objects = sizes(await ended(pipeline(TEXT)), 'copy');
    expect(objects.length).toBeGreaterThan(2);
    for (let seed = 1; seed <= 60; seed++) {
      const made = await ended(pipeline(TEXT, { seed, duplicates: 0.4, together: seed % 2 === 0 ? 6 : 1 }));
      expect(made.result('copy', 'copy-1').toString(), `seed ${seed}`).toBe(TEXT);
      expect(sizes(made, 'copy'), `seed ${seed}`).toEqual(objects);
    }
  });

  it.each([SMALL, { ...SMALL, objectBytesGoal: 1_000, partsMax: 100 }])(
    'survive a crash at every call: %o',
    async (joins) => {
      const calm = await ended(pipeline(TEXT, { joins }));
      const objects = sizes(calm, 'copy');
      expect(objects.length > 1).toBe(joins === SMALL);
      for (let call = 1; call <= calm.calls; call++) {
        for (const when of ['before', 'after'] as const) {
          const made = await ended(pipeline(TEXT, { joins, seed: call, crash: { call, when } }));
          const where = `crash ${when} call ${call}`;
          expect(made.events, where).toContain('crash');
          expect(made.manifest('copy', 'copy-1'), where).toMatchObject({ state: 'succeeded', chunks: { failed: 0 } });
          expect(made.result('copy', 'copy-1').toString(), where).toBe(TEXT);
          expect(sizes(made, 'copy'), where).toEqual(objects);
        }
      }
    },
  );

  it.each([1, 2, 3, 7, 999])('are joined to %d objects at most, if the request says so', async (partitions) => {
    for (const joins of [
      { ...SMALL, partsMax: 100 },
      { ...SMALL, partsMax: 100, objectBytesGoal: 10_000 },
    ]) {
      const made = pipeline(TEXT, { joins });
      const manifest = await made.run(request({ partitions }));
      expect(manifest?.results.length).toBeLessThanOrEqual(partitions);
      expect(manifest?.results.length).toBeGreaterThan(Math.min(partitions, 6) / 2);
      expect(made.result('copy', 'copy-1').toString()).toBe(TEXT);
      const headed = await pipeline(TEXT, { joins }).run(request({ job: 'table', partitions }));
      expect(headed?.results.length).toBeLessThanOrEqual(partitions);
    }
  });

  it('are joined to no more objects than a listing shows', async () => {
    const text = Array.from({ length: 1_100 }, (_, n) => `${n + 10_000}\n`).join('');
    const made = pipeline(text, { joins: { ...SMALL, partBytesMin: 1, objectBytesGoal: 1 } });
    const manifest = await made.run(request({ chunkBytes: 6, groupSize: 64 }));
    expect(manifest?.results.length).toBeGreaterThan(500);
    expect(manifest?.results.length).toBeLessThanOrEqual(PARTITIONS_MAX);
    expect(made.result('copy', 'copy-1').toString()).toBe(text);
  }, 20_000);
});

const ended = async (made: MemoryPipeline): Promise<MemoryPipeline> => {
  await made.run(request());
  return made;
};

describe('a publication of rows', () => {
  const publish: NodeRequest = { kind: 'publish', run: 'copy-1', job: 'copy' };
  const unpublished = async (joins: JoinLimits, over: Partial<RunRequest> = {}): Promise<MemoryPipeline> => {
    const made = pipeline(TEXT, { joins, lose: (message) => message.kind === 'publish' });
    expect(await made.run(request(over))).toBeUndefined();
    return made;
  };
  const swap = ({ store }: MemoryPipeline) => {
    const other = store.contents('results').get(partialKey('copy-1', 0, 1, 64)) ?? Buffer.alloc(0);
    store.upload({ bucket: 'results', key: partialKey('copy-1', 0, 2, 64) }, other);
  };
  const alterPlan = ({ store }: MemoryPipeline) => {
    const key = planKey('copy-1');
    const plan = JSON.parse(Buffer.from(store.contents('results').get(key) ?? []).toString()) as Plan;
    const totals = { ...plan.totals, bytes: plan.totals.bytes + 1 };
    store.upload({ bucket: 'results', key }, Buffer.from(JSON.stringify({ ...plan, totals })));
  };

  it.each([
    ['a partial in the place of another', (made: MemoryPipeline) => swap(made)],
    ['another plan', (made: MemoryPipeline) => alterPlan(made)],
  ])('proves before any object is begun: %s', async (_, spoil) => {
    const made = await unpublished(SMALL, { groupSize: 64 });
    spoil(made);
    made.pending.push({ message: publish, receives: 0 });
    await made.drain();
    expect(made.manifest('copy', 'copy-1')).toMatchObject({
      state: 'failed',
      reason: { code: 'FANFOLD_PROOF_FAILED' },
      results: [],
    });
    expect(sizes(made, 'copy')).toEqual([]);
    expect(made.store.contents('results').has(publicationKey('copy-1'))).toBe(false);
  });

  it.each([
    ['copied', SMALL, 'The rows joined to copy/copy-1/part-'],
    ['small', S3_LIMITS, 'its rows are others than its footer says'],
  ])('fails where rows that are %s are not what their partial says of them', async (_, joins, told) => {
    const made = await unpublished(joins);
    const { read } = made.store;
    made.store.read = async function* (...asked) {
      for await (const block of read.apply(made.store, asked)) {
        yield Buffer.from(Buffer.from(block).toString('latin1').replaceAll('nobler', 'noblet'), 'latin1');
      }
    };
    made.pending.push({ message: publish, receives: 0 });
    await made.drain();
    expect(made.manifest('copy', 'copy-1')).toMatchObject({
      state: 'failed',
      reason: { code: 'FANFOLD_PARTIAL_CORRUPT', message: expect.stringContaining(told) },
      results: [],
    });
    expect(made.store.contents('results').get(`${resultPrefix('copy', 'copy-1')}part-00000.txt`)).toBeUndefined();
  });

  it('asks again for an object that was lost, when the watcher looks', async () => {
    let lost = 0;
    const made = pipeline(TEXT, {
      lose: (message) => message.kind === 'part' && message.part === 1 && lost++ === 0,
    });
    expect(await made.run(request())).toBeUndefined();
    expect(lost).toBe(1);
    made.clock.now += 20 * 60_000;
    await watch(made.services);
    await made.drain();
    expect(made.manifest('copy', 'copy-1')?.state).toBe('succeeded');
    expect(made.result('copy', 'copy-1').toString()).toBe(TEXT);
  });
});

describe('no byte of a result', () => {
  const MiB = 2 ** 20;

  it('is read by nodes and the publication where pieces are as large as the parts of an upload', async () => {
    const line = `${'x'.repeat(1_023)}\n`;
    const text = line.repeat((5 * 6 * MiB) / line.length);
    const made = pipeline(text, { joins: S3_LIMITS });
    const reads: [key: string, bytes: number, fromEnd: number][] = [];
    const { read, open } = made.store;
    made.store.read = (object, start, end) => {
      const size = made.store.contents(object.bucket).get(object.key)?.length ?? 0;
      if (object.bucket === 'results') reads.push([object.key, end - start, size - start]);
      return read.call(made.store, object, start, end);
    };
    const opened: string[] = [];
    made.store.open = (name) => {
      opened.push(name.key);
      return open.call(made.store, name);
    };
    const joined: Parameters<typeof made.store.joinIfAbsent>[] = [];
    const { joinIfAbsent } = made.store;
    made.store.joinIfAbsent = (...asked) => {
      joined.push(asked);
      made.store.read = read; // the store's own
      return joinIfAbsent.apply(made.store, asked);
    };
    await made.run(request({ chunkBytes: 6 * MiB }));
    expect(made.manifest('copy', 'copy-1')?.results).toEqual([
      { path: 'part-00000.txt', bytes: text.length, rows: text.length / line.length },
    ]);
    expect(Buffer.compare(made.result('copy', 'copy-1'), Buffer.from(text))).toBe(0);
    expect(opened.filter((key) => key.includes('/partials/'))).toEqual([]);
    expect(joined).toHaveLength(1);
    expect(joined[0]?.[1].map((part) => Object.keys(part))).toEqual(Array.from({ length: 5 }, () => ['copy']));
    expect(reads.length).toBeGreaterThan(5);
    for (const [key, bytes, fromEnd] of reads) {
      expect(bytes, key).toBeLessThanOrEqual(FOOTER_TAIL_BYTES); // the footer, and what stands just before it
      expect(fromEnd, key).toBe(bytes);
    }
    const nodes = [...made.store.contents('results')].filter(([key]) => /\/partials\/[1-9]/.test(key));
    expect(nodes.length).toBeGreaterThan(3);
    for (const [key, { length }] of nodes) expect(length, key).toBeLessThan(3_000);
  });
});
