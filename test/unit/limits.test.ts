/** Every bound is reached by a test; those that belong to one format or adapter are reached beside it. */
import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../../functions/core/bytes.ts';
import { encodeValue } from '../../functions/core/codec.ts';
import { bytesThatDecide, chooseGeometry, widened } from '../../functions/core/geometry.ts';
import { planPagesPrefix } from '../../functions/core/keys.ts';
import type { RunRequest } from '../../functions/core/messages.ts';
import { PairTable } from '../../functions/core/pair-table.ts';
import { PartialWriter } from '../../functions/core/partial-writer.ts';
import { defineJob, jsonl, lines, textLines } from '../../functions/index.ts';
import * as limits from '../../functions/limits.ts';
import { resolveParams } from '../../functions/params.ts';
import { split } from '../../functions/splitter/split.ts';
import { MemoryPipeline } from '../support/memory-pipeline.ts';
import { roomFor } from '../support/room.ts';

const MiB = 1024 * 1024;
const copy = defineJob({
  name: 'copy',
  input: lines(),
  params: { note: { type: 'text', default: '' } },
  *map(line) {
    yield line;
  },
  output: textLines(),
});
const request = (over: Partial<RunRequest>): RunRequest => ({
  kind: 'run',
  run: 'copy-1',
  job: 'copy',
  inputs: [{ bucket: 'in', prefix: '' }],
  params: {},
  requestedAtMs: 0,
  ...over,
});

describe('the size of chunks', () => {
  const choose = (bytes: number, megabytesPerSecond: number) =>
    chooseGeometry({ bytes, megabytesPerSecond, chunkBytes: undefined, groupSize: undefined, ramp: undefined });

  it.each([
    [0, 20, limits.CHUNK_BYTES_MIN],
    [1e9, 20, Math.ceil(1e9 / 64)],
    [1e12, 4, 4e6 * limits.CHUNK_SECONDS_GOAL],
    [1e12, 1_000, limits.CHUNK_BYTES_MAX],
    [1e12, 0.001, limits.CHUNK_BYTES_MIN],
  ])('of %d bytes at %d MB/s', (bytes, speed, expected) => {
    expect(choose(bytes, speed)).toMatchObject({ chunkBytes: expected, groupSize: limits.GROUP_SIZE_DEFAULT });
  });

  it('is decided once enough is counted', () => {
    expect(choose(bytesThatDecide(20, undefined), 20).chunkBytes).toBe(choose(2 ** 50, 20).chunkBytes);
  });

  it.each([
    ['chunkBytes', 0],
    ['chunkBytes', 1.5],
    ['groupSize', 1],
    ['groupSize', limits.GROUP_SIZE_MAX + 1],
  ])('refuses %s of %d', (name, value) => {
    const asked = { bytes: 1, megabytesPerSecond: 1, chunkBytes: 1, groupSize: 2, ramp: undefined, [name]: value };
    expect(() => chooseGeometry(asked)).toThrow(`\`${name}\` is ${value}`);
  });

  it('lets a group be as wide as one listing shows, and no wider', () => {
    expect(limits.GROUP_SIZE_MAX).toBeLessThan(1_000);
    const asked = { bytes: 1, megabytesPerSecond: 1, chunkBytes: 1, groupSize: limits.GROUP_SIZE_MAX, ramp: undefined };
    expect(chooseGeometry(asked).groupSize).toBe(limits.GROUP_SIZE_MAX);
  });
});

describe('the width of groups', () => {
  const of = (chunks: number, groupBytes: number) =>
    widened({ chunkBytes: 1, groupSize: limits.GROUP_SIZE_DEFAULT, because: 'asked' }, chunks, groupBytes).groupSize;

  it('stays where groups are small, or there is one', () => {
    expect(of(1_000_000, limits.GROUP_BYTES_GOAL)).toBe(limits.GROUP_SIZE_DEFAULT);
    expect(of(limits.GROUP_SIZE_DEFAULT, 2 * limits.GROUP_BYTES_GOAL)).toBe(limits.GROUP_SIZE_DEFAULT);
  });

  it.each([
    [65, 65],
    [limits.GROUP_SIZE_WIDE, limits.GROUP_SIZE_WIDE],
    [limits.GROUP_SIZE_WIDE + 1, limits.GROUP_SIZE_DEFAULT],
    [10_000, 100],
    [1_000_000, limits.GROUP_SIZE_MAX],
  ])('makes of %d chunks that come to much groups of %d', (chunks, width) => {
    expect(of(chunks, 2 * limits.GROUP_BYTES_GOAL)).toBe(width);
  });
});

describe('what travels', () => {
  it('parameters', () => {
    const note = 'x'.repeat(limits.PARAMS_BYTES_MAX - '{"note":""}'.length);
    expect(resolveParams(copy.params, { note })).toEqual({ note });
    expect(() => resolveParams(copy.params, { note: `${note}x` })).toThrow('more than 8192 bytes');
  });

  it('a request', async () => {
    const made = new MemoryPipeline({ jobs: [copy] });
    const body = Buffer.from(`{"objects":[]}${' '.repeat(limits.REQUEST_BYTES_MAX)}`);
    made.store.upload({ bucket: 'in', key: 'copy/big.run.json' }, body);
    await split(request({ inputs: [{ bucket: 'in', document: 'copy/big.run.json' }] }), made.services);
    expect(made.manifest('copy', 'copy-1')).toMatchObject({ reason: { code: 'FANFOLD_REQUEST_INVALID' } });
  });

  it('pages of the plan, also of objects with long names', async () => {
    const made = new MemoryPipeline({ jobs: [copy] });
    for (let i = 0; i < 5_000; i++)
      made.store.upload({ bucket: 'in', key: `${'k'.repeat(1_000)}${i}` }, Buffer.from('x'));
    await split(request({ chunkBytes: 1 }), made.services);
    const pages = [...made.store.contents('results')].filter(([key]) => key.startsWith(planPagesPrefix('copy-1')));
    expect(pages.length).toBe(2);
    for (const [, bytes] of pages) expect(bytes.length).toBeLessThan(limits.PLAN_PAGE_BYTES_MAX);
  });
});

describe('what a job makes', () => {
  it('a key', () => {
    const table = new PairTable(() => 1, roomFor());
    const key = 'é'.repeat(limits.KEY_BYTES_MAX / 2);
    table.add(key, 1);
    expect(() => table.add(`${key}x`, 1)).toThrow('more than 16777216 bytes');
  });

  it('a value', () => {
    const half = 'x'.repeat(limits.VALUE_BYTES_MAX / 2);
    const out = new ByteWriter();
    encodeValue([half, half.slice(100)], out);
    out.reset();
    expect(() => encodeValue([half, half], out)).toThrow('more than 67108864');
  });

  it('a block of a partial, and one entry over', () => {
    const writer = new PartialWriter();
    const value = Buffer.alloc(1_000);
    for (let i = 0; i < 1_000; i++) writer.addPair(Buffer.from(String(i).padStart(6, '0')), value);
    for (const bytes of writer.blocks()) expect(bytes.length).toBeLessThan(limits.PARTIAL_BLOCK_BYTES + 2_000);
  });

  it('what is kept of a record that was set aside', async () => {
    const job = defineJob({ ...rejecting, badRecordsMax: 1 });
    const made = new MemoryPipeline({ jobs: [job] });
    made.store.upload({ bucket: 'in', key: 'a' }, Buffer.from('x'.repeat(1_000)));
    await made.run(request({ run: 'rejecting-1', job: 'rejecting' }));
    const rejects = made.store.contents('results').get('rejecting/rejecting-1/rejects-00000.jsonl');
    expect(JSON.parse(Buffer.from(rejects ?? []).toString())).toMatchObject({
      bytes: 1_000,
      preview: 'x'.repeat(limits.BAD_RECORD_PREVIEW_BYTES),
    });
  });
});

const rejecting = {
  name: 'rejecting',
  input: jsonl(),
  badRecords: 'set-aside' as const,
  *map() {
    yield '';
  },
  output: textLines(),
};

describe('a record of the default length', () => {
  it.each([0, 1])('is read, and one byte more refused: %d over', (over) => {
    let records = 0;
    const reader = lines().open(
      { start: 0, end: 2 * limits.RECORD_BYTES_DEFAULT },
      { record: () => records++, bad: () => {} },
    );
    const read = () => {
      for (let left = limits.RECORD_BYTES_DEFAULT + over; left > 0; left -= MiB) {
        reader.push(Buffer.alloc(Math.min(left, MiB), 'x'));
      }
      reader.end();
    };
    if (over === 0) read();
    else expect(read).toThrow(/longer than|limit/);
    expect(records).toBe(1 - over);
  });
});
