/** An object of another kind than the job reads: whichever of its chunks fails, the run says what the object is. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { accessLog, csv, defineJob, type Job, jsonl, jsonRows } from '../../functions/index.ts';
import { MemoryPipeline } from '../support/memory-pipeline.ts';

const input = { name: 'j', output: jsonRows(), map: () => [] };
const ofJson = defineJob({ ...input, input: jsonl() });
const ofCsv = defineJob({ ...input, input: csv({ a: 'text' }) });
const ofLogs = defineJob({ ...input, input: accessLog() });
const setsAside = defineJob({ ...input, input: jsonl(), badRecords: 'set-aside', badRecordsMax: 0 });

async function reasonOf(job: Job, content: Uint8Array, chunkBytes: number, seed = 1) {
  const made = new MemoryPipeline({ jobs: [job], seed });
  made.store.upload({ bucket: 'in', key: 'a' }, content);
  const manifest = await made.run({
    ...{ kind: 'run', run: 'r', job: job.name, inputs: [{ bucket: 'in', key: 'a' }], params: {} },
    ...{ chunkBytes, groupSize: 2, requestedAtMs: made.clock.now },
  });
  return manifest?.reason;
}

const rows = Array.from({ length: 40 }, (_, i) => ({ a: `row ${i}` }));
const LINES = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const UTF16 = Buffer.from(`\uFEFF${LINES}`, 'utf16le');
const PRETTY = Buffer.from(JSON.stringify(rows, null, 2));

describe.each([16, 100, 10_000])('in chunks of %i bytes', (chunkBytes) => {
  it.each([
    ['JSON lines', ofJson, UTF16, 'UTF-16'],
    ['JSON lines', ofJson, PRETTY, 'a JSON array'],
    ['JSON lines', ofJson, gzipSync(PRETTY), 'a JSON array'],
    ['CSV', ofCsv, UTF16, 'UTF-16'],
    ['CSV', ofCsv, Buffer.from(JSON.stringify(rows)), 'a JSON array'],
    ['access logs', ofLogs, PRETTY, 'a JSON array'],
    ['JSON lines of which some may be bad', setsAside, UTF16, 'UTF-16'],
  ] as const)('a job that reads %s', async (_, job, content, kind) => {
    for (const seed of [1, 2, 3, 4]) {
      const reason = await reasonOf(job, content, chunkBytes, seed);
      expect(reason?.fix).toMatch(new RegExp(`^It looks like ${kind}: `));
    }
  });

  it('a record that is bad among good ones is told as ever', async () => {
    const reason = await reasonOf(ofJson, Buffer.from(`${LINES}[\n`), chunkBytes);
    expect(reason).toMatchObject({ code: 'FANFOLD_RECORD_INVALID', fix: expect.stringMatching(/^Correct the record/) });
  });
});

it('a line that is too long is told as the array that it is', async () => {
  const short = defineJob({ ...input, input: jsonl(undefined, { recordBytesMax: 100 }) });
  expect(await reasonOf(short, Buffer.from(JSON.stringify(rows)), 10_000)).toMatchObject({
    code: 'FANFOLD_RECORD_TOO_LONG',
    fix: expect.stringMatching(/^It looks like a JSON array: /),
  });
});

it('a header that is none is told in few characters', async () => {
  const reason = await reasonOf(ofCsv, Buffer.from(`${'x'.repeat(1000)},y${',z'.repeat(500)}q\n`), 10_000);
  expect(reason?.message).toMatch(/names "z" more than once/);
  const many = Array.from({ length: 1000 }, (_, i) => `${'n'.repeat(100)}${i}`).join(',');
  const other = await reasonOf(ofCsv, Buffer.from(`${'x'.repeat(1000)},${many}\n`), 10_000);
  expect(other?.message).toMatch(
    /^s3:\/\/in\/a at byte 0: In the CSV, the header lacks "a"; it has "x{60}…", .* and 901 more$/,
  );
});
