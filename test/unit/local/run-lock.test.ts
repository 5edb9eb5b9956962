import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { thisProcess } from '../../../functions/adapters/local/process-identity.ts';
import { lockRun, UNSEEN_DEAD_MS, workingIn } from '../../../functions/adapters/local/run-lock.ts';

const module = new URL('../../../functions/adapters/local/run-lock.ts', import.meta.url).href;
const busy = { code: 'FANFOLD_OUTPUT_EXISTS' };
const codeOf = (step: () => unknown) => {
  try {
    step();
    return undefined;
  } catch (error) {
    return error;
  }
};

let out: string;
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'fanfold-lock-'));
});
afterEach(() => rmSync(out, { recursive: true, force: true }));

/** Another process that has taken the lock, and sits there. */
async function holder() {
  const code = `const { lockRun } = await import(${JSON.stringify(module)}); lockRun(${JSON.stringify(out)}); process.stdout.write('taken'); setInterval(() => {}, 1e6);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return { pid: child.pid, kill: async () => child.kill('SIGKILL') && (await ended) };
}

test('of a process that works there keeps others out, and of one that was killed nobody', async () => {
  const other = await holder();
  expect(codeOf(() => lockRun(out))).toMatchObject({
    ...busy,
    message: expect.stringContaining(`process ${other.pid}`),
  });
  expect(workingIn(out)?.pid).toBe(other.pid);
  await other.kill();
  expect(workingIn(out)).toBeUndefined();
  expect(lockRun(out).before?.pid).toBe(other.pid);
});

test('is one for a process, too, until it lets go', () => {
  const lock = lockRun(out);
  expect(lock.before).toBeUndefined();
  expect(codeOf(() => lockRun(out))).toMatchObject(busy);
  lock.release();
  expect(workingIn(out)).toBeUndefined();
  expect(lockRun(out).before).toEqual(thisProcess());
});

const leave = (identity: object) => {
  mkdirSync(join(out, '.fanfold/lock'), { recursive: true });
  writeFileSync(join(out, '.fanfold/lock/0'), JSON.stringify(identity));
};

test.runIf(process.platform === 'linux')('of a process whose id another one has now is nobody’s', () => {
  leave({ ...thisProcess(), born: '1' });
  expect(lockRun(out).before).toMatchObject({ born: '1' });
});

test('of a process that was left before the machine was started again is nobody’s, also if it is damaged', () => {
  mkdirSync(join(out, '.fanfold/lock'), { recursive: true });
  writeFileSync(join(out, '.fanfold/lock/3'), '');
  expect(lockRun(out).before).toBeUndefined();
  expect(readdirSync(join(out, '.fanfold/lock')).sort()).toEqual(['3', '4']);
});

test('of a process that cannot be seen counts as long as it is touched', () => {
  leave({ ...thisProcess(), place: 'another-host' });
  expect(codeOf(() => lockRun(out))).toMatchObject({ ...busy, message: expect.stringContaining('another-host') });
  const past = new Date(Date.now() - UNSEEN_DEAD_MS - 1_000);
  utimesSync(join(out, '.fanfold/lock/0'), past, past);
  expect(lockRun(out).before).toMatchObject({ place: 'another-host' });
});

test('of a dead process is taken by one of many that see it at the same time', async () => {
  const dead = await holder();
  await dead.kill();
  const THREADS = 4;
  const ROUNDS = 25;
  const code = `
    const { parentPort, workerData } = require('node:worker_threads');
    import(workerData.module).then(({ lockRun }) => {
      parentPort.postMessage('ready');
      const meeting = new Int32Array(workerData.meeting);
      const meet = (times) => {
        if (Atomics.add(meeting, 0, 1) + 1 === times * ${THREADS}) Atomics.notify(meeting, 0);
        for (let seen = Atomics.load(meeting, 0); seen < times * ${THREADS}; seen = Atomics.load(meeting, 0)) Atomics.wait(meeting, 0, seen);
      };
      const took = [];
      for (let round = 0; round < ${ROUNDS}; round++) {
        let lock;
        meet(2 * round + 1);
        try { lock = lockRun(workerData.out); took.push(round); } catch {}
        meet(2 * round + 2);
        lock?.release();
      }
      parentPort.postMessage(took);
    });`;
  const meeting = new SharedArrayBuffer(4);
  const workers = Array.from(
    { length: THREADS },
    () => new Worker(code, { eval: true, workerData: { module, out, meeting }, execArgv: [] }),
  );
  const took = await Promise.all(
    workers.map(
      (worker) =>
        new Promise<number[]>((heard) => worker.on('message', (message) => Array.isArray(message) && heard(message))),
    ),
  );
  await Promise.all(workers.map((worker) => worker.terminate()));
  expect(took.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: ROUNDS }, (_, round) => round));
  expect(took.filter((own) => own.length > 0).length).toBeGreaterThan(1); // else nobody raced
});
