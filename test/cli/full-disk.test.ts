/** A disk that is full, files that may not grow or not be read: clear errors, and nothing half-written under a final name. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Installed } from './installed.ts';

let fanfold: Installed;
beforeAll(() => {
  fanfold = new Installed();
});
beforeEach(() => {
  fanfold.clear();
});
afterAll(() => fanfold?.remove());

/** Bytes that no compression makes fewer of, so that the copy of them fills a disk. */
const job = `
  import { defineJob, lines, textLines } from 'fanfold';
  export default defineJob({ name: 'copied', input: lines(), *map(line) { yield line; }, output: textLines() });`;
function noise(bytes: number): string {
  let state = 1;
  let text = '';
  while (text.length < bytes) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    text += `${state.toString(36)}${text.length % 70 < 8 ? '\n' : ''}`;
  }
  return `${text}\n`;
}

/** A shell with a name space of its own, in which anybody may mount. */
const inOwnSpace = (script: string, cwd: string) =>
  spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-euc', script], { cwd, encoding: 'utf8' });
const mounts = inOwnSpace('mount -t tmpfs -o size=1m none /mnt', '/').status === 0;
if (!mounts)
  console.warn('full-disk.test: no user name spaces here, so no small disk can be mounted: one test is left out');

test.runIf(mounts)('a disk that fills up ends the run with what to do; with more space it goes on', () => {
  fanfold.write('job.ts', job);
  const text = noise(3_000_000);
  fanfold.write('in', text);
  const run = `"${process.execPath}" "${fanfold.bin}" run job.ts in --out=disk/out --chunk-bytes=100000 --workers=2`;
  const { stdout, stderr, status } = inOwnSpace(
    `mkdir disk; mount -t tmpfs -o size=1m none disk
     code=0; ${run} > told 2>&1 || code=$?
     echo "code $code"; cat told; echo "left $(ls -A disk/out)"
     mount -o remount,size=64m disk
     ${run} --resume --json > manifest; cp disk/out/part-00000.txt .; echo "then $(ls -A disk/out)"`,
    fanfold.cwd,
  );
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect(stdout).toMatch(
    /code 1\nfanfold: FANFOLD_OUTPUT_UNWRITABLE: Nothing more can be stored in .*disk\/out: ENOSPC/,
  );
  expect(stdout).toMatch(/to do {2}Free some space, then give the same command with --resume\.\nleft \.fanfold\n/);
  expect(stdout).toMatch(/then manifest\.json\npart-00000\.txt\n$/);
  expect(readFileSync(join(fanfold.cwd, 'part-00000.txt'), 'utf8')).toBe(text);
  const manifest = JSON.parse(readFileSync(join(fanfold.cwd, 'manifest'), 'utf8'));
  expect(manifest).toMatchObject({ state: 'succeeded', chunks: { failed: 0 } });
  expect(manifest.resumed.chunks).toBeGreaterThan(0);
});

test('a file that may not grow any more ends the run in the same way', () => {
  fanfold.write('job.ts', job);
  const text = noise(1_000_000);
  fanfold.write('in', text);
  const run = `"${process.execPath}" "${fanfold.bin}" run job.ts in --out=out --chunk-bytes=100000`;
  const told = spawnSync('sh', ['-c', `ulimit -f 600; exec ${run}`], { cwd: fanfold.cwd, encoding: 'utf8' }); // of 512 bytes
  expect(told.status).toBe(1);
  expect(told.stderr).toMatch(/FANFOLD_OUTPUT_UNWRITABLE: .*EFBIG.*to do {2}Raise the limit.*ulimit -f.*--resume/s);
  expect(readdirSync(join(fanfold.cwd, 'out'))).toEqual(['.fanfold']);
  const resumed = fanfold.run('run', 'job.ts', 'in', '--out=out', '--resume');
  expect(resumed).toMatchObject({ code: 0, stderr: '' });
  expect(resumed.stdout).toMatch(/chunks {2}(\d+) of \1 \(\1 done before it was resumed\)/);
  expect(readFileSync(join(fanfold.cwd, 'out/part-00000.txt'), 'utf8')).toBe(text);
});

const root = process.getuid?.() === 0;
const NOBODY = 65_534;

/** As somebody who may not read everything: root runs it as nobody. */
function asNobody(...given: string[]) {
  const user = root ? { uid: NOBODY, gid: NOBODY } : {};
  return spawnSync(process.execPath, [fanfold.bin, ...given], { cwd: fanfold.cwd, encoding: 'utf8', ...user });
}

test('an input that may not be read is named, with what to do, and fails the run', () => {
  fanfold.write('job.ts', job);
  fanfold.write('a', 'one\n');
  fanfold.write('secret', 'two\n');
  chmodSync(join(fanfold.cwd, 'secret'), 0);
  chmodSync(fanfold.cwd, 0o777);
  chmodSync(dirname(fanfold.cwd), 0o755);
  if (asNobody('--version').status !== 0) {
    console.warn('full-disk.test: nobody else may read this checkout, so nobody can be asked: left out');
    return;
  }
  const { status, stderr } = asNobody('run', 'job.ts', 'a', 'secret', '--out=out');
  expect(stderr).toMatch(/FANFOLD_INPUT_UNREADABLE: .*secret may not be read.*to do {2}Give yourself permission/s);
  expect(status).toBe(1);
  expect(existsSync(join(fanfold.cwd, 'out/part-00000.txt'))).toBe(false);
  for (const command of ['check', 'plan']) {
    const other = asNobody(command, 'job.ts', 'secret');
    expect(other.stderr).toMatch(
      /^fanfold: FANFOLD_INPUT_UNREADABLE: secret may not be read\n {2}to do {2}Give yourself/,
    );
    expect(other.status).toBe(1);
  }
});
