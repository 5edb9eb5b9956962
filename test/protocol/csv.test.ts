/** CSV cut anywhere, through the whole pipeline: what one pass over the file comes to, whatever falls into which chunk. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../functions/core/manifest.ts';
import { footerOfTail } from '../../functions/core/partial-tail.ts';
import type { Summary } from '../../functions/core/summary.ts';
import { OUT } from '../../functions/core/two-state.ts';
import { csv, csvRows, defineJob, jsonRows, textLines } from '../../functions/index.ts';
import { split } from '../../functions/splitter/split.ts';
import { bury } from '../../functions/watcher/bury.ts';
import { MemoryPipeline, type PipelineOptions } from '../support/memory-pipeline.ts';
import { onePassCsv } from '../support/one-pass-csv.ts';

type Policy = {
  readonly badRecords: 'fail' | 'set-aside';
  readonly badRecordsMax?: number;
  readonly tolerate?: { chunks: number };
};

const columns = { a: 'text', b: 'text' } as const;
const copying = (policy: Policy) =>
  defineJob({
    name: 'copying',
    input: csv(columns, { header: false }),
    ...policy,
    *map({ a, b }, { offset }) {
      if (a === 'x') throw new Error('cannot digest this');
      yield JSON.stringify([offset, a, b]);
    },
    output: textLines(),
  });
const joining = (policy: Policy) =>
  defineJob({
    name: 'joining',
    input: csv(columns, { header: false }),
    ...policy,
    *map({ a, b }, { offset }) {
      if (a === 'x') throw new Error('cannot digest this');
      yield [a, [`${offset}:${b}`]];
    },
    // Refuses to join some: that, too, must count only if such records are really there.
    combine(earlier: readonly string[], later: readonly string[]) {
      const [last = '', first = ''] = [earlier.at(-1), later[0]];
      if (Number.parseInt(last, 10) >= Number.parseInt(first, 10)) throw new Error(`${last} before ${first}`);
      if (first.endsWith(':no')) throw new Error('cannot join this');
      return [...earlier, ...later];
    },
    output: jsonRows(),
  });

interface Outcome {
  readonly manifest: Manifest | undefined;
  readonly result: string;
  readonly rejects: readonly { readonly offset: number; readonly reason: string }[];
}

interface Cut {
  readonly partitions?: number;
  readonly chunkBytes: number;
  readonly groupSize: number;
  readonly seed: number;
}

async function run(job: ReturnType<typeof copying>, file: string, cut: Cut, options: Partial<PipelineOptions> = {}) {
  const made = new MemoryPipeline({ jobs: [job], seed: cut.seed, duplicates: 0.2, ...options });
  made.store.upload({ bucket: 'in', key: 'a' }, Buffer.from(file, 'latin1'));
  const manifest = await made.run(requestOf(job.name, cut));
  return outcomeOf(made, job.name, manifest);
}

const requestOf = (job: string, { chunkBytes, groupSize, partitions }: Cut) => ({
  kind: 'run' as const,
  run: 'r',
  job,
  inputs: [{ bucket: 'in', key: 'a' }],
  params: {},
  chunkBytes,
  groupSize,
  ...(partitions === undefined || job === 'copying' ? {} : { partitions }),
  requestedAtMs: 1_700_000_000_000,
});

/** Of all partials of the run, in the order of their names. */
function summariesIn(made: MemoryPipeline): Summary[] {
  const partials = [...made.store.contents('results')].filter(([key]) => key.startsWith('runs/r/partials/'));
  return partials.map(([key, bytes]) => {
    const footer = footerOfTail(Buffer.from(bytes));
    if (footer === undefined || !('summary' in footer)) throw new Error(`${key} has no summary`);
    return footer.summary;
  });
}

function outcomeOf(made: MemoryPipeline, job: string, manifest: Manifest | undefined): Outcome {
  const rejects = made.store.contents('results').get(`${job}/r/rejects-00000.jsonl`) ?? new Uint8Array();
  const lines = Buffer.from(rejects).toString().split('\n').filter(Boolean);
  return {
    manifest,
    result: made.result(job, 'r').toString(),
    rejects: lines.map((line) => JSON.parse(line)),
  };
}

/** What the records of a file come to, one after the other. */
function onePass(file: string) {
  const rows = onePassCsv(file).map(({ at, fields, fault }) => {
    const width =
      fields.length === 2 ? undefined : `${fields.length} ${fields.length === 1 ? 'column' : 'columns'} instead of 2`;
    return { at, fields, bad: fault ?? width };
  });
  const good = rows.filter(({ bad }) => bad === undefined);
  const pairs = Map.groupBy(good, ({ fields: [a = ''] }) => a);
  const joins = [...pairs.values()].some((some) => some.slice(1).some(({ fields: [, b] }) => b === 'no'));
  return {
    rows,
    joins: !joins,
    bad: rows.filter(({ bad }) => bad !== undefined),
    thrown: good.filter(({ fields: [a] }) => a === 'x'),
    copied: good.map(({ at, fields: [a, b] }) => `${JSON.stringify([at, a, b])}\n`).join(''),
    joined: [...pairs]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, some]) => `${JSON.stringify({ key, value: some.map(({ at, fields: [, b] }) => `${at}:${b}`) })}\n`)
      .join(''),
  };
}

/** Pieces that are records, parts of records, and what looks like either in the other state. */
const piece = fc.constantFrom(
  ...['a,b\n', '"a","b"\n', 'a,"\n"\n', '"a\nb",c\n', '"\na,b\n",\n', 'x,y\n', ',\n', 'a,no\n', '"a\n",no\n'],
  ...['a', ',', '"', '""', '\n', '\r\n', '"\n', '\n"', ',"', '",', '",\n"', 'b\n', '"x,\n'],
);
const file = fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join(''));
const cut = fc.record({
  partitions: fc.integer({ min: 1, max: 3 }),
  chunkBytes: fc.integer({ min: 1, max: 16 }),
  groupSize: fc.integer({ min: 2, max: 4 }),
  seed: fc.integer({ min: 1, max: 1_000_000 }),
});

describe('what one pass comes to', () => {
  it.each([copying, joining])('with bad records set aside, and no more than are allowed', async (jobOf) => {
    await fc.assert(
      fc.asyncProperty(file, cut, fc.integer({ min: 0, max: 4 }), async (text, how, badRecordsMax) => {
        const { bad, thrown, rows, copied, joined, joins } = onePass(text);
        const job = jobOf({ badRecords: 'set-aside', badRecordsMax });
        const refuses = job.name === 'joining' && !joins;
        const { manifest, result, rejects } = await run(job, text, how);
        if (bad.length <= badRecordsMax && thrown.length === 0 && !refuses) {
          expect(manifest).toMatchObject({
            state: 'succeeded',
            records: { read: rows.length, rejected: bad.length },
            failures: [],
          });
          expect(result).toBe(job.name === 'copying' ? copied : joined);
          expect(rejects.map(({ offset, reason }) => [offset, reason])).toEqual(bad.map(({ at, bad }) => [at, bad]));
        } else {
          expect(manifest?.state).toBe('failed');
          expect(result).toBe('');
          const told = manifest?.failures.filter(({ code }) => code === 'FANFOLD_JOB_ERROR') ?? [];
          for (const { offset } of told) {
            // What cannot be joined is told with the record that came last, or without any.
            if (refuses) expect([undefined, ...rows.map(({ at }) => at)]).toContain(offset);
            else expect(thrown.map(({ at }) => at)).toContain(offset);
          }
        }
      }),
      { numRuns: 400 },
    );
  });

  it.each([copying, joining])('or the failure of a record that is really there', async (jobOf) => {
    await fc.assert(
      fc.asyncProperty(file, cut, async (text, how) => {
        const { bad, thrown, rows, copied, joined, joins } = onePass(text);
        const job = jobOf({ badRecords: 'fail' });
        const { manifest, result } = await run(job, text, how);
        const refuses = job.name === 'joining' && !joins;
        const wrong: (number | undefined)[] = [...bad, ...thrown].map(({ at }) => at);
        // What cannot be joined is told with the record that came last, or without any.
        if (refuses) wrong.push(undefined, ...rows.map(({ at }) => at));
        expect(manifest?.state).toBe(wrong.length === 0 ? 'succeeded' : 'failed');
        if (wrong.length === 0) expect(result).toBe(job.name === 'copying' ? copied : joined);
        for (const { offset } of manifest?.failures ?? []) expect(wrong).toContain(offset);
        if (wrong.length > 0 && !refuses) expect(manifest?.failures.length).toBeGreaterThan(0);
      }),
      { numRuns: 400 },
    );
  });
});

/** The chunks of a file: a record is the one's in whose range it starts. */
function chunksOf(bytes: number, chunkBytes: number): { readonly start: number; readonly end: number }[] {
  const count = Math.max(1, Math.ceil(bytes / chunkBytes));
  const bound = (n: number) => n * Math.floor(bytes / count) + Math.min(n, bytes % count);
  return Array.from({ length: count }, (_, n) => ({ start: bound(n), end: bound(n + 1) }));
}

describe('a state that is wrong', () => {
  const lines = 'nothing like two columns\n'.repeat(400);
  const text = `1,2\n"${lines}",3\n4,5\n`;
  const how = { chunkBytes: 2_000, groupSize: 2, seed: 1 };

  it('sets no more records aside than the run may, and then is not followed any more', async () => {
    const job = copying({ badRecords: 'set-aside', badRecordsMax: 10 });
    const made = new MemoryPipeline({ jobs: [job] });
    made.store.upload({ bucket: 'in', key: 'a' }, Buffer.from(text));
    expect(await made.run(requestOf('copying', how))).toMatchObject({ state: 'succeeded', records: { rejected: 0 } });
    const wrong = summariesIn(made).flatMap(({ lanes }) => lanes?.heads[OUT] ?? []);
    expect(wrong.filter(({ chunks }) => chunks.failed > 0).length).toBeGreaterThan(3);
    for (const { rejects, failures } of wrong) expect(rejects.length + failures.length).toBeLessThan(12);
    const ends = summariesIn(made).flatMap(({ lanes }) => (lanes?.heads[OUT].failures.length ? [lanes.ends[OUT]] : []));
    expect(new Set(ends)).toEqual(new Set([null])); // nobody looked for it
  });

  it.each([
    ['its pairs are stored', 12, 2],
    ['chunks are merged', 4, 3],
  ])('cannot be combined, which shows only when %s', async (_, chunkBytes, groupSize) => {
    const even = defineJob({
      name: 'even',
      input: csv(columns, { header: false }),
      *map({ a }) {
        yield [a.slice(0, 2), [1]];
      },
      // Three lists of one key are joined as two and one: within a chunk when it is stored, of three chunks by their node.
      combine(earlier: readonly number[], later: readonly number[]) {
        if (earlier.length !== later.length) throw new Error('uneven');
        return [...earlier, ...later];
      },
      output: jsonRows(),
    });
    const rows = `1,2\n"${'k,v\n'.repeat(60)}",3\n4,5\n`;
    const { manifest, result } = await run(even, rows, { chunkBytes, groupSize, seed: 1 });
    expect(manifest).toMatchObject({ state: 'succeeded', records: { read: 3 }, failures: [] });
    expect(result).toBe('{"key":"1","value":[1]}\n{"key":"4","value":[1]}\n{"key":"k,","value":[1]}\n');
  });

  it('throws where it likes, and nobody hears of it', async () => {
    const trap = defineJob({
      name: 'trap',
      input: csv(columns, { header: false }),
      *map({ a, b }) {
        if (a !== '1' && a !== '4' && !a.startsWith('nothing')) throw new Error('this row does not exist');
        yield `${a}${b}`.slice(0, 10);
      },
      output: textLines(),
    });
    const { manifest, result } = await run(trap, text.replaceAll('like two', 'like,two'), how);
    expect(manifest).toMatchObject({ state: 'succeeded', failures: [] });
    expect(result).toBe('12\nnothing li\n45\n');
  });
});

describe('a chunk that fails and is tolerated', () => {
  it('by its records: the others come to what they would have', async () => {
    await fc.assert(
      fc.asyncProperty(file, cut, fc.integer({ min: 1, max: 4 }), async (text, how, chunks) => {
        const { bad, thrown, rows } = onePass(text);
        const wrong = new Set([...bad, ...thrown].map(({ at }) => at));
        const ranges = chunksOf(text.length, how.chunkBytes);
        const good = ranges.map(({ start, end }) => {
          const own = rows.filter(({ at }) => at >= start && at < end);
          return own.some(({ at }) => wrong.has(at)) ? undefined : own;
        });
        const failed = good.filter((own) => own === undefined).length;
        const { manifest, result } = await run(copying({ badRecords: 'fail', tolerate: { chunks } }), text, how);
        expect(manifest?.state).toBe(failed <= chunks ? 'succeeded' : 'failed');
        if (failed > chunks) return;
        expect(manifest?.chunks).toEqual({ total: ranges.length, succeeded: ranges.length - failed, failed });
        const copied = good.flatMap(
          (own) => own?.map(({ at, fields: [a, b] }) => `${JSON.stringify([at, a, b])}\n`) ?? [],
        );
        expect(result).toBe(copied.join(''));
        for (const { offset } of manifest?.failures ?? []) expect([...wrong]).toContain(offset);
      }),
      { numRuns: 400 },
    );
  });

  const tolerant = copying({ badRecords: 'fail', tolerate: { chunks: 1 } });
  /** Runs it with one chunk whose process keeps dying. */
  async function withDeadChunk(text: string, dead: number, chunkBytes: number) {
    const made = new MemoryPipeline({ jobs: [tolerant] });
    for (const key of ['a', 'b']) made.store.upload({ bucket: 'in', key }, Buffer.from(text));
    const inputs = [
      { bucket: 'in', key: 'a' },
      { bucket: 'in', key: 'b' },
    ];
    await split({ ...requestOf('copying', { chunkBytes, groupSize: 2, seed: 1 }), inputs }, made.services);
    const at = made.pending.findIndex(({ message }) => message.kind === 'chunk' && message.chunk === dead);
    const [letter] = made.pending.splice(at, 1);
    if (letter?.message.kind !== 'chunk') throw new Error('expected a chunk');
    await bury(letter.message, 'out of memory', made.services);
    await made.drain();
    return outcomeOf(made, 'copying', made.manifest('copying', 'r'));
  }

  it('by its process: what follows in the object is not known, and the run says so', async () => {
    const { manifest, result } = await withDeadChunk('1,2\n"3\n",4\n5,6\n7,8\n', 1, 6);
    expect(manifest).toMatchObject({
      state: 'failed',
      reason: {
        code: 'FANFOLD_START_UNKNOWN',
        message: expect.stringMatching(
          /^Whether chunk 2 begins within quotes .* FANFOLD_RECEIVES_EXHAUSTED: .*out of memory/,
        ),
      },
    });
    expect(manifest?.failures[0]).toMatchObject({ code: 'FANFOLD_RECEIVES_EXHAUSTED', first: 1 });
    expect(result).toBe('');
  });

  it('by its process, as the last of an object: the next object begins as all do', async () => {
    const { manifest, result } = await withDeadChunk('1,2\n"3\n",4\n5,6\n7,8\n', 3, 6);
    expect(manifest).toMatchObject({ state: 'succeeded', chunks: { total: 8, succeeded: 7, failed: 1 } });
    expect(result).toBe(
      '[0,"1","2"]\n[4,"3\\n","4"]\n[11,"5","6"]\n[0,"1","2"]\n[4,"3\\n","4"]\n[11,"5","6"]\n[15,"7","8"]\n',
    );
  });

  it('by its process, and nothing follows that could begin in another way', async () => {
    const { manifest } = await withDeadChunk('1,2\n3,4\n5,6666666666', 1, 5);
    expect(manifest).toMatchObject({ state: 'succeeded', chunks: { failed: 1 } });
  });
});

describe('crashes', () => {
  it('before and after every call change nothing', async () => {
    const text = '1,"\n2,3\n"\n4,5\n"6\n7",8\n9,"1\n"\n';
    const { copied } = onePass(text);
    const job = copying({ badRecords: 'fail' });
    const how = { chunkBytes: 5, groupSize: 2, seed: 1 };
    const counting = new MemoryPipeline({ jobs: [job] });
    counting.store.upload({ bucket: 'in', key: 'a' }, Buffer.from(text));
    await counting.run(requestOf('copying', how));
    for (let call = 1; call <= counting.calls; call++) {
      for (const when of ['before', 'after'] as const) {
        const { manifest, result } = await run(job, text, how, { crash: { call, when }, duplicates: 0 });
        expect(manifest?.state, `${when} call ${call}`).toBe('succeeded');
        expect(result, `${when} call ${call}`).toBe(copied);
      }
    }
  });
});

describe('the header of an object that is cut', () => {
  const job = defineJob({
    name: 'headed',
    input: csv({ id: 'text', n: 'integer' }),
    *map({ id, n }) {
      yield [id, n];
    },
    combine: (a, b) => a + b,
    output: csvRows(['key', 'value']),
  });

  it.each([1, 2, 3, 7, 1000])('is its own, in any order of columns, in chunks of %i', async (chunkBytes) => {
    const made = new MemoryPipeline({ jobs: [job] });
    const objects = ['id,n\na,1\n"b\n",2\n', '\ufeff"x\n",n,id\r\n",\n",3,"b\n"\r\n,4,a', 'n,id', 'n,x,id\n5,,a\n'];
    for (const [i, text] of objects.entries()) made.store.upload({ bucket: 'in', key: `${i}` }, Buffer.from(text));
    const inputs = [{ bucket: 'in', prefix: '' }];
    await made.run({ ...requestOf('headed', { chunkBytes, groupSize: 3, seed: 1 }), inputs });
    expect(made.manifest('headed', 'r')).toMatchObject({ state: 'succeeded', records: { read: 5 } });
    expect(made.result('headed', 'r').toString()).toBe('key,value\na,10\n"b\n",5\n');
  });

  it('that does not do is told once, by who reads the object', async () => {
    const made = new MemoryPipeline({ jobs: [job] });
    made.store.upload({ bucket: 'in', key: 'a' }, Buffer.from('id,m\na,1\nb,2\n'));
    const manifest = await made.run(requestOf('headed', { chunkBytes: 3, groupSize: 2, seed: 1 }));
    expect(manifest).toMatchObject({
      state: 'failed',
      chunks: { total: 1 },
      reason: { code: 'FANFOLD_INPUT_INVALID', message: expect.stringContaining('lacks "n"') },
    });
  });
});
