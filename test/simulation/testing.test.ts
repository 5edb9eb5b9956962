/** `fanfold/testing`, as somebody uses it for a job of their own. */
import { describe, expect, it } from 'vitest';
import { csv, csvRows, defineJob, jsonl, jsonRows, lines, sum, textLines } from '../../functions/index.ts';
import type { Job } from '../../functions/job.ts';
import { FAULT_KINDS, type FaultKind, simulate } from '../../functions/testing.ts';

const ledger = defineJob({
  name: 'ledger',
  input: csv({ id: 'text', amount: 'integer' }),
  params: { factor: { type: 'number', default: 1 } },
  *map({ id, amount }, { params }) {
    yield [id, amount * BigInt(params.factor)];
  },
  combine: sum,
  reduce: (id, total) => ({ id, total }),
  output: csvRows(['id', 'total']),
});
const rows = Array.from({ length: 60 }, (_, i) => `"${['a', 'two\nlines', 'x,""y'][i % 3]}",${i}\n`).join('');
const objects = { '2.csv': `id,amount\n${rows}`, '1.csv': 'id,amount\nz,1\n' };
const expected = 'id,total\na,570\n"two\nlines",590\n"x,""y",610\nz,1\n';

const SEEDS = Array.from({ length: 40 }, (_, i) => i + 1);

describe('a job that is right', () => {
  it('comes to the same under every seed, whatever strikes', async () => {
    const struck = new Set<string>();
    const chunks = new Set<number>();
    for (const seed of SEEDS) {
      const run = await simulate({ job: ledger, objects, seed });
      expect([run.state, run.text], `seed ${seed}`).toEqual(['succeeded', expected]);
      expect(run.manifest.records.read).toBe(61);
      for (const kind of Object.keys(run.faults)) struck.add(kind);
      chunks.add(run.manifest.chunks.total);
    }
    expect(struck.size).toBeGreaterThan(20);
    expect(Math.max(...chunks)).toBeGreaterThan(30);
    expect(chunks.size).toBeGreaterThan(3);
  });

  it('takes parameters, and sizes and parts as they are asked for', async () => {
    const asked = { job: ledger, objects, params: { factor: 10 }, chunkBytes: 50, groupSize: 2, partitions: 3 };
    const { manifest, result } = await simulate({ ...asked, seed: 3 });
    expect(manifest.results.length).toBe(3);
    expect(manifest.chunks.total).toBe(Math.ceil(Buffer.byteLength(objects['2.csv']) / 50) + 1);
    expect(Buffer.from(result).toString()).toBe(expected.replace(/\d+$/gm, (total) => String(10 * Number(total))));
  });

  it('meets only the faults that are named', async () => {
    const struck = new Set<string>();
    const faults: FaultKind[] = ['messageTwice', 'messageLost', 'answerLost'];
    for (const seed of SEEDS.slice(0, 10)) {
      const run = await simulate({ job: ledger, objects, seed, faults, chunkBytes: 40 });
      expect(run.text).toBe(expected);
      for (const kind of Object.keys(run.faults)) struck.add(kind);
    }
    expect([...struck].sort()).toEqual([...faults].sort());
    expect((await simulate({ job: ledger, objects, faults: [] })).faults).toEqual({});
    expect(FAULT_KINDS.length).toBeGreaterThan(30);
  });
});

describe('a job that is wrong', () => {
  it('comes to something else, if how its input is cut decides', async () => {
    const average = defineJob({
      name: 'average',
      input: lines(),
      *map(line) {
        yield ['all', Number(line)];
      },
      combine: (earlier, later) => (earlier + later) / 2,
      output: jsonRows(),
    });
    const texts = new Set<string>();
    for (const seed of SEEDS.slice(0, 10)) {
      texts.add((await simulate({ job: average, objects: { a: '1\n2\n3\n4\n5\n6\n7\n' }, seed })).text);
    }
    expect(texts.size).toBeGreaterThan(1);
  });

  it('ends as it would on AWS when it throws, and tells why', async () => {
    const throwing = defineJob({
      name: 'throwing',
      input: lines(),
      *map(line) {
        if (line === 'poison') throw new Error('cannot digest this');
        yield line;
      },
      output: textLines(),
    });
    const run = await simulate({ job: throwing, objects: { a: 'a\npoison\nb\n' }, seed: 2 });
    expect(run).toMatchObject({ state: 'failed', text: '', manifest: { results: [] } });
    expect(run.manifest.failures[0]).toMatchObject({ code: 'FANFOLD_JOB_ERROR', offset: 2 });
  });

  it('sets records aside', async () => {
    const events = defineJob({
      name: 'events',
      input: jsonl(),
      badRecords: 'set-aside',
      *map() {},
      output: jsonRows(),
    });
    const { rejects } = await simulate({ job: events, objects: { a: '{}\n{\n{}\n' }, seed: 5 });
    expect(
      rejects
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([{ offset: 3 }]);
  });
});

it('replays a seed, line by line', async () => {
  const traceOf = async (seed: number) => {
    const trace: string[] = [];
    await simulate({ job: ledger, objects, seed, trace: (line) => trace.push(line) });
    return trace;
  };
  expect(await traceOf(4)).toEqual(await traceOf(4));
  expect(await traceOf(4)).not.toEqual(await traceOf(5));
  expect((await traceOf(4)).length).toBeGreaterThan(30);
});

it('tells all options that are wrong', async () => {
  const faults = ['notificationLost', 'nothing'] as FaultKind[];
  const wrong = simulate({ job: { ...ledger, name: 'No' }, objects: {}, seed: -1, faults });
  await expect(wrong).rejects.toMatchObject({ code: 'FANFOLD_USAGE' });
  for (const told of ['`job`', '`objects`', '`seed` is -1', 'names notificationLost, nothing']) {
    await expect(wrong).rejects.toThrow(told);
  }
  for (const none of [{}, undefined, { name: 'ledger' }]) {
    await expect(simulate({ job: none as Job, objects })).rejects.toThrow('`job` is no job');
  }
});
