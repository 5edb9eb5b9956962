import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findJob } from '../../../functions/adapters/local/find-job.ts';
import { loadJob } from '../../../functions/adapters/local/load-job.ts';
import { thisThread } from '../../../functions/adapters/local/this-thread.ts';
import type { FromThread } from '../../../functions/adapters/local/thread-messages.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fanfold-this-thread-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a step that waits to be heard ends when the thread is stopped', async () => {
  writeFileSync(join(folder, 'in'), 'a b');
  mkdirSync(join(folder, 'out'));
  const { job, code, dispose } = await loadJob(findJob('word-count', folder));
  const thread = thisThread(job);
  const sent = new Promise<FromThread>((heard) => thread.onMessage(heard)); // and never answered
  const store = { base: folder, directory: join(folder, 'out'), job: job.name, run: 'r1' };
  const inputs = [{ bucket: 'file', key: 'in' }];
  const message = { kind: 'run', run: 'r1', job: job.name, inputs, params: {}, requestedAtMs: 1 } as const;
  thread.tell({ kind: 'setup', setup: { store, memoryBytes: 2 ** 28, job: code } });
  thread.tell({ kind: 'deliver', id: 1, message, receives: 1 });
  expect(await sent).toMatchObject({ kind: 'send', messages: [{ kind: 'chunk' }] });
  await thread.stop();
  dispose();
});

test('only what needs no code of the job is taken: never the rows of one that makes its own', async () => {
  const publish = { kind: 'publish', run: 'r1', job: 'j' } as const;
  const takes = async (name: string) => {
    const { job, dispose } = await loadJob(findJob(name, folder));
    const thread = thisThread(job);
    await thread.stop();
    dispose();
    return thread.takes(publish);
  };
  expect(await takes('word-count')).toBe(true);
  expect(await takes('sort')).toBe(true);
  expect(await takes('trending')).toBe(false); // it has a `finish`
});
