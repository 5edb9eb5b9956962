/** The command line against the deployed stack. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { cancel } from '../../functions/cli/cancel.ts';
import { redriveRemote } from '../../functions/cli/redrive-remote.ts';
import { result } from '../../functions/cli/result.ts';
import { submit } from '../../functions/cli/submit.ts';
import { watch } from '../../functions/cli/watch.ts';
import { askOracle } from '../support/oracle.ts';
import { Deployed, STACK } from './deployed.ts';

const hostile = new Deployed('Hostile');
const words = new Deployed('Words');
const stack = `${STACK}/Words`;
const folder = mkdtempSync(join(tmpdir(), 'fanfold-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

class Text {
  text = '';
  write(text: string): void {
    this.text += text;
  }
}
const writers = () => ({ stdout: new Text(), stderr: new Text() });

/** Writes files below a folder of their own; returns their paths. */
function put(name: string, contents: Readonly<Record<string, string>>): string[] {
  return Object.entries(contents).map(([path, content]) => {
    mkdirSync(join(folder, name, path, '..'), { recursive: true });
    writeFileSync(join(folder, name, path), content);
    return join(folder, name, path);
  });
}

test('submit, watch and result of one file', async () => {
  const [path = ''] = put('one', { 'a file.txt': 'to be or not to be' });
  const submitted = writers();
  expect(await submit({ job: 'word-count', paths: [path], stack, ...submitted })).toBe(0);
  const run = submitted.stdout.text.trim();
  expect(run).toMatch(/^word-count-[0-9a-f]{16}$/);
  const watched = writers();
  expect(await watch({ run, stack, ...watched })).toBe(0);
  expect(watched.stdout.text).toContain('4 rows from 6 records');
  const out = join(folder, 'one-out');
  expect(await result({ run, stack, out, ...writers() })).toBe(0);
  expect(readFileSync(join(out, 'part-00000.csv'))).toEqual(askOracle('word-count', [path]).bytes);
  expect(readdirSync(out).sort()).toEqual(['manifest.json', 'part-00000.csv']);
  await expect(result({ run, stack, out, ...writers() })).rejects.toMatchObject({ code: 'FANFOLD_USAGE' });
});

test('submit of several files with parameters is one run, in the order given', async () => {
  const document = (id: string) => JSON.stringify({ id, text: 'a word and another' });
  const paths = put('many', { 'z/same.jsonl': document('1'), 'a/same.jsonl': document('2'), 'm.jsonl': document('3') });
  const submitted = writers();
  expect(await submit({ job: 'inverted-index', paths, stack, ...submitted })).toBe(0);
  const run = submitted.stdout.text.trim();
  const watched = writers();
  expect(await watch({ run, stack, json: true, ...watched })).toBe(0);
  expect(JSON.parse(watched.stdout.text)).toMatchObject({ run, state: 'succeeded', inputs: { objects: 3 } });
  const out = join(folder, 'many-out');
  expect(await result({ run, stack, out, ...writers() })).toBe(0);
  expect(readFileSync(join(out, 'part-00000.jsonl'))).toEqual(askOracle('inverted-index', paths).bytes);
});

test('submit of what is in S3 already uploads nothing, and a job that is not there is told before', async () => {
  await words.upload('others/stored/1.txt', 'to be or');
  await words.upload('others/stored/2.txt', 'not to be');
  const submitted = writers();
  const paths = [`s3://${words.input}/others/stored/`];
  expect(await submit({ job: 'word-count', paths, stack, ...submitted })).toBe(0);
  expect(submitted.stderr.text).not.toContain('uploading');
  const watched = writers();
  expect(await watch({ run: submitted.stdout.text.trim(), stack, json: true, ...watched })).toBe(0);
  expect(JSON.parse(watched.stdout.text)).toMatchObject({ inputs: { objects: 2 }, records: { read: 6 } });
  const unknown = submit({ job: 'word-cuont', paths, stack, ...writers() });
  await expect(unknown).rejects.toThrow(/has no job word-cuont: it has .*word-count/);
});

test('cancel ends a run, and watch says so', async () => {
  const slow = Array.from({ length: 60 }, (_, i) => `line ${String(i).padStart(3, '0')}\n`).join('');
  await hostile.upload('others/cancelled.txt', slow);
  const run = 'slow-0123456789abcdef';
  await hostile.start(run, 'slow', ['others/cancelled.txt'], { chunkBytes: 18, groupSize: 64 });
  await hostile.planned(run);
  const cancelled = writers();
  expect(await cancel({ run, stack: hostile.name, ...cancelled })).toBe(0);
  expect(cancelled.stdout.text).toBe(`${run} is cancelled\n`);
  expect(await watch({ run, stack: hostile.name, ...writers() })).toBe(130);
  expect(await cancel({ run, stack: hostile.name, ...writers() })).toBe(0);
});

test('redrive adopts what a run has done, and works what died in the memory lane', async () => {
  const lines = Array.from({ length: 12 }, (_, i) => (i === 7 ? 'poison' : `line${i}`));
  const body = lines.map((line) => `${line}\n`).join('');
  await hostile.upload('others/hungry.txt', body);
  const run = 'hungry-0123456789abcdef';
  await hostile.start(run, 'hungry', ['others/hungry.txt'], { chunkBytes: 14, groupSize: 4 });
  expect(await hostile.ended('hungry', run)).toMatchObject({
    state: 'failed',
    reason: { code: 'FANFOLD_RECEIVES_EXHAUSTED' },
  });
  const redriven = writers();
  expect(await redriveRemote({ run, stack: hostile.name, memoryLane: true, ...redriven })).toBe(0);
  const again = redriven.stdout.text.trim();
  expect(again).toMatch(/^hungry-[0-9a-f]{16}$/);
  const manifest = await hostile.ended('hungry', again);
  const { total } = manifest.chunks;
  expect(manifest).toMatchObject({ state: 'succeeded', chunks: { failed: 0 }, adopted: [{ run, chunks: total - 1 }] });
  expect(String(await hostile.resultOf(manifest))).toBe(body);
  await expect(redriveRemote({ run: again, stack: hostile.name, ...writers() })).rejects.toMatchObject({
    code: 'FANFOLD_USAGE',
    message: `The run ${again} has succeeded whole`,
  });
});

test('what is not there is told', async () => {
  const [path = ''] = put('none', { x: 'x' });
  const job = 'word-count';
  await expect(submit({ job, paths: [path], stack: 'Nothing', ...writers() })).rejects.toMatchObject({
    code: 'FANFOLD_USAGE',
    message: 'There is no fanfold in a stack Nothing',
  });
  await expect(submit({ job, paths: [path], stack: STACK, ...writers() })).rejects.toMatchObject({
    fix: expect.stringContaining(`${STACK}/Hostile`),
  });
  await expect(submit({ job, paths: ['no/such/file'], stack, ...writers() })).rejects.toMatchObject({
    code: 'FANFOLD_USAGE',
  });
  await expect(watch({ run: `${job}-0000000000000000`, stack, ...writers() })).rejects.toMatchObject({
    code: 'FANFOLD_USAGE',
  });
});
