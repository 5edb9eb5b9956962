import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { FileStore, RESULTS_BUCKET } from '../../../functions/adapters/local/file-store.ts';

const directory = mkdtempSync(join(tmpdir(), 'fanfold-disk-'));
afterAll(() => rmSync(directory, { recursive: true }));
const done: string[] = [];
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  return {
    ...fs,
    fsyncSync: (file: number) => {
      fs.fsyncSync(file);
      done.push('sync');
    },
    linkSync: (from: string, to: string) => {
      fs.linkSync(from, to);
      done.push(to.slice(directory.length));
    },
  };
});

test('a result is on the disk before it has its name, and its manifest comes after; a partial waits for no disk', async () => {
  const store = new FileStore({ base: directory, directory, job: 'job', run: 'r' });
  for (const key of [
    'runs/r/partials/0/0/0',
    'job/r/part-00000.csv',
    'job/r/rejects-00000.jsonl',
    'job/r/manifest.json',
  ]) {
    await store.putIfAbsent({ bucket: RESULTS_BUCKET, key }, Buffer.from('bytes'));
  }
  expect(done).toEqual([
    '/.fanfold/runs/r/partials/0/0/0',
    ...['sync', '/part-00000.csv', 'sync', '/rejects-00000.jsonl', '/manifest.json'],
  ]);
});
