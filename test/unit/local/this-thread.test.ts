import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findJob } from '../../../functions/adapters/local/find-job.ts';
import { loadJob } from '../../../functions/adapters/local/load-job.ts';
import { thisThread } from '../../../functions/adapters/local/this-thread.ts';
import type { FromThread, Message } from '../../../functions/adapters/local/thread-messages.ts';
import type { ChunkMessage } from '../../../functions/core/messages.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fanfold-this-thread-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a step that waits to be heard ends when the thread is stopped', async () => {
  writeFileSync(join(folder, 'in'), 'a b');
  mkdirSync(join(folder, 'out'));
  const { job, code, dispose } = await loadJob(await findJob('word-count', folder));
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

test('only what kernels take, and what needs no code of the job, is taken', async () => {
  const takenOf = async (name: string) => {
    const { job, dispose } = await loadJob(await findJob(name, folder));
    const thread = thisThread(job);
    await thread.stop();
    dispose();
    const publish: Message = { kind: 'publish', run: 'r1', job: name };
    const node: Message = { kind: 'node', run: 'r1', job: name, level: 1, index: 0 };
    return { rows: thread.takes(publish), nodes: thread.takes(node), scattered: thread.takes(scattered(name)) };
  };
  const bare = { rows: true, nodes: true, scattered: false };
  expect(await takenOf('word-count')).toEqual(bare);
  expect(await takenOf('sort')).toEqual(bare);
  expect(await takenOf('trending')).toEqual({ ...bare, rows: false }); // it has a `finish`
});

/** A chunk of a result that a hash divides: its keys go through a table of the plain path. */
const scattered = (job: string): ChunkMessage => ({
  kind: 'chunk',
  run: 'r1',
  job,
  digest: '',
  params: {},
  chunk: 0,
  chunks: 1,
  groupSize: 2,
  segments: [],
  boundaries: [],
  partitionedBy: 'hash',
});
