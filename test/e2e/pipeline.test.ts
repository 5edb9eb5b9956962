/** Uploads to the deployed stack, and results compared byte for byte with what an independent oracle says. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { askOracle, type OracleName } from '../support/oracle.ts';
import { Deployed } from './deployed.ts';

const words = new Deployed('Words');
const hostile = new Deployed('Hostile');
const scratch = mkdtempSync(join(tmpdir(), 'fanfold-e2e-'));
afterAll(() => rmSync(scratch, { recursive: true }));

let files = 0;
/** What the job must come to over these contents. */
function oracle(job: OracleName, contents: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const paths = contents.map((content) => {
    const path = join(scratch, String(files++));
    writeFileSync(path, content);
    return path;
  });
  return askOracle(job, paths, env);
}

const ledger = (rows: number, first = 0) =>
  [
    'account_id,ts,amount,type,memo',
    ...Array.from({ length: rows }, (_, i) => first + i).map(
      (i) =>
        `acct-${(i * 7919) % 97},2026-01-01T00:00:00Z,${i % 3 === 0 ? '-' : ''}${i}.${String(i % 100).padStart(2, '0')},x,"memo ${i}, ""quoted"""`,
    ),
    '',
  ].join('\n');

describe('an upload', () => {
  test('starts a run over it, whatever its key', async () => {
    const text = 'to be, or not to be:\r\nthat is the ¿question?\n'.repeat(1000);
    const manifest = await words.runOver('word-count/dir with space/ä+b & 100%25 "😀".txt', text);
    const { bytes, records } = oracle('word-count', [text]);
    expect(manifest).toMatchObject({
      state: 'succeeded',
      records: { read: records, rejected: 0 },
      inputs: { objects: 1 },
    });
    expect(await words.resultOf(manifest)).toEqual(bytes);
  });

  test('of nothing still has a result, with its header', async () => {
    const manifest = await words.runOver('word-count/empty', '');
    expect(manifest).toMatchObject({ state: 'succeeded', records: { read: 0, rejected: 0 } });
    expect(String(await words.resultOf(manifest))).toBe('word,count\n');
  });

  test('of a .run.json starts one run over the objects it names, with its parameters', async () => {
    const posts = Array.from({ length: 400 }, (_, i) =>
      JSON.stringify({
        id: String(i),
        user: 'u',
        ts: '2026-01-01T00:00:00Z',
        text: 't',
        tags: [`tag${i % 7}`, `tag${i % 3}`],
      }),
    );
    const contents = [posts.slice(0, 150).join('\n'), posts.slice(150).join('\n')];
    for (const [i, content] of contents.entries()) await words.upload(`trending/_data/e2e/${i}.jsonl`, content);
    await words.upload('trending/_data/e2e/more.run.json', '{}');
    const objects = contents.map((_, i) => `trending/_data/e2e/${i}.jsonl`);
    const manifest = await words.runOver('trending/top.run.json', JSON.stringify({ objects, params: { top: 3 } }));
    expect(manifest).toMatchObject({ state: 'succeeded', inputs: { objects: 2 }, params: { top: 3 } });
    const all = String(oracle('trending', contents).bytes).split('\n');
    expect(String(await words.resultOf(manifest))).toBe(`${all.slice(0, 4).join('\n')}\n`);
    expect(await words.runsOf('trending/_data/e2e/0.jsonl')).toEqual([]);
    expect(await words.runsOf('trending/_data/e2e/more.run.json')).toEqual([]);
  });

  test('of a .run.json comes out in as many parts as it says, one after the other the same result', async () => {
    const text = Array.from({ length: 5_000 }, (_, i) => `w${(i * 7919) % 1_000} é${i % 77}\n`).join('');
    await words.upload('word-count/_data/parts', text);
    const request = { objects: ['word-count/_data/parts'], chunkBytes: 5_000, groupSize: 4, partitions: 5 };
    const manifest = await words.runOver('word-count/parts.run.json', JSON.stringify(request));
    const names = Array.from({ length: 5 }, (_, part) => `part-0000${part}.csv`);
    expect(manifest).toMatchObject({ state: 'succeeded', results: names.map((path) => ({ path })) });
    expect(await words.resultOf(manifest)).toEqual(oracle('word-count', [text]).bytes);
  });

  test('of the same bytes again is a new run, a repeated notification is not', async () => {
    const key = 'word-count/again.txt';
    const first = await words.runOver(key, 'same');
    const s3 = { bucket: { name: words.input }, object: { key, size: 4, eTag: 'e', sequencer: 'E2E' } };
    const notification = { Records: [{ eventName: 'ObjectCreated:Put', eventTime: new Date().toISOString(), s3 }] };
    await words.tell(notification);
    await words.tell(notification);
    const [, told] = await words.startedBy(key, 2);
    await words.ended('word-count', told?.run ?? '');
    await words.tell(notification);
    await words.upload(key, 'same');
    const runs = await words.startedBy(key, 3);
    for (const { run } of runs) {
      const manifest = await words.ended('word-count', run);
      expect(String(await words.resultOf(manifest))).toBe('word,count\nsame,1\n');
    }
    await words.runOver('word-count/marker.txt', 'x'); // later than the repetition, so that is through as well
    expect(await words.runsOf(key)).toHaveLength(3);
    expect(runs.map(({ run }) => run)).toContain(first.run);
  });

  test('for a job that is not deployed fails, and says which there are', async () => {
    const manifest = await words.runOver('wordcount/x.txt', 'x');
    expect(manifest).toMatchObject({ state: 'failed', reason: { code: 'FANFOLD_JOB_UNKNOWN' } });
    expect(manifest.reason?.fix).toContain('word-count/');
  });
});

test('many chunks and a tree of three levels come to the same bytes', async () => {
  const contents = [ledger(1500), ledger(2500, 1500)];
  for (const [i, content] of contents.entries()) await words.upload(`ledger/_data/tree/${i}.csv`, content);
  const keys = contents.map((_, i) => `ledger/_data/tree/${i}.csv`);
  await words.start('ledger-tree', 'ledger', keys, { chunkBytes: 16 * 1024, groupSize: 3 });
  const manifest = await words.ended('ledger', 'ledger-tree');
  const { bytes, records } = oracle('ledger', contents);
  expect(manifest).toMatchObject({ state: 'succeeded', records: { read: records } });
  expect(await words.resultOf(manifest)).toEqual(bytes);
});

describe('a bucket of somebody else', () => {
  /** Chunks of two lines: the poison takes its neighbour along. */
  const lines = Array.from({ length: 12 }, (_, i) => (i === 7 ? 'poison' : `line${i}`));
  const body = lines.map((line) => `${line}\n`).join('');

  test('starts runs by EventBridge', async () => {
    const manifest = await hostile.runOver('poison/a & b/ü.txt', 'one\ntwo\none\n');
    expect(manifest.state).toBe('succeeded');
    expect(String(await hostile.resultOf(manifest))).toBe('line,count\none,2\ntwo,1\n');
  });

  test('a chunk that kills its workers is a failure that the job tolerates, by way of the dead letters', async () => {
    await hostile.upload('others/poison.txt', body);
    await hostile.start('poison-tolerated', 'poison', ['others/poison.txt'], { chunkBytes: 14, groupSize: 2 });
    const manifest = await hostile.ended('poison', 'poison-tolerated');
    expect(manifest).toMatchObject({
      state: 'succeeded',
      chunks: { failed: 1 },
      failures: [{ code: 'FANFOLD_RECEIVES_EXHAUSTED' }],
    });
    // Told independently: the lines whose first byte lies outside of the failed chunk's range.
    const { start, end } = await hostile.rangeOf('poison-tolerated', manifest.failures[0]?.first ?? -1);
    const startOf = (line: string) => body.indexOf(`${line}\n`);
    const kept = lines.filter((line) => startOf(line) < start || startOf(line) >= end);
    expect(kept).not.toContain('poison');
    const rows = kept.map((line) => `${line},1\n`).sort();
    expect(String(await hostile.resultOf(manifest))).toBe(`line,count\n${rows.join('')}`);
  });

  test('the same fails a job that tolerates nothing, and says why', async () => {
    const manifest = await hostile.runOver('strict/poison.txt', body);
    const failures = [{ code: 'FANFOLD_RECEIVES_EXHAUSTED' }];
    expect(manifest).toMatchObject({ state: 'failed', chunks: { total: 1, failed: 1 }, failures, results: [] });
  });

  test('an aggregation that kills its function fails the run', async () => {
    const manifest = await hostile.runOver('brittle/poison.txt', body);
    expect(manifest).toMatchObject({ state: 'failed', reason: { code: 'FANFOLD_AGGREGATION_FAILED' }, results: [] });
  });

  test('an input overwritten while the run reads it fails the run', async () => {
    const slow = Array.from({ length: 24 }, (_, i) => `line ${String(i).padStart(3, '0')}\n`).join('');
    await hostile.upload('others/slow.txt', slow);
    await hostile.start('slow-overwritten', 'slow', ['others/slow.txt'], { chunkBytes: 18, groupSize: 64 });
    await hostile.planned('slow-overwritten');
    await hostile.upload('others/slow.txt', slow.replace('line 023', 'LINE 023'));
    const manifest = await hostile.ended('slow', 'slow-overwritten');
    expect(manifest).toMatchObject({ state: 'failed', reason: { code: 'FANFOLD_INPUT_CHANGED' }, results: [] });
  });
});
