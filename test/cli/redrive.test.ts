/** `fanfold redrive` on this machine, as a user meets it. */
import { globSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Manifest } from '../../functions/core/manifest.ts';
import { Installed } from './installed.ts';

let fanfold: Installed;
beforeAll(() => {
  fanfold = new Installed();
});
beforeEach(() => {
  fanfold.clear();
});
afterAll(() => fanfold?.remove());

const inCwd = (path: string) => join(fanfold.cwd, path);
const read = (path: string) => readFileSync(inCwd(path), 'utf8');
const manifestOf = (json: string): Manifest => JSON.parse(json);
const poison = 'line 17';
const lines = Array.from({ length: 30 }, (_, i) => `line ${i}`);
const expected = lines.map((line) => `${line}!\n`).join('');

/** Cannot digest one line as long as a file says so. */
const job = (mark = '!') => `
  import { appendFileSync, existsSync } from 'node:fs';
  import { defineJob, lines, textLines } from 'fanfold';
  export default defineJob({
    name: 'marked', input: lines(), output: textLines(), tolerate: { chunks: 0 },
    *map(line) {
      appendFileSync('mapped', line + '\\n');
      if (line === '${poison}' && existsSync('broken')) throw new Error('no');
      yield line + '${mark}';
    },
  });`;
const mapped = () => {
  const told = read('mapped').trim().split('\n');
  rmSync(inCwd('mapped'));
  return told;
};

/** A run into `out` that failed, with some chunks done. */
function failed(): Manifest {
  fanfold.write('job.ts', job());
  fanfold.write('in', lines.map((line) => `${line}\n`).join(''));
  fanfold.write('broken', '');
  const { code, stdout, stderr } = fanfold.run('run', 'job.ts', 'in', '--out=out', '--chunk-bytes=20', '--json');
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /again {2}fanfold redrive out --bisect .*\n {9}fanfold redrive out --accept-code once the job is/,
  );
  expect(readdirSync(inCwd('out')).sort()).toEqual(['.fanfold', 'manifest.json']);
  rmSync(inCwd('broken'));
  rmSync(inCwd('mapped'));
  return manifestOf(stdout);
}
/** How many partials of chunks stand that are no failures: those are the small ones. */
const succeededIn = ({ chunks }: Manifest) => chunks.succeeded;

test('adopts what has succeeded, does the rest, and leaves the earlier run as it is', () => {
  const earlier = failed();
  const before = read('out/manifest.json');
  const { code, stdout, stderr } = fanfold.run('redrive', 'out', '--out=again', '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const manifest = manifestOf(stdout);
  expect(read('again/part-00000.txt')).toBe(expected);
  expect(readdirSync(inCwd('again')).sort()).toEqual(['manifest.json', 'part-00000.txt']);
  // What was under way when the run ended may have been finished after its manifest was written.
  const adopted = manifest.adopted?.[0];
  expect(adopted).toMatchObject({ run: earlier.run, digest: earlier.digest });
  expect(adopted?.chunks).toBeGreaterThanOrEqual(succeededIn(earlier));
  expect(manifest).toMatchObject({ state: 'succeeded', chunks: { failed: 0, succeeded: earlier.chunks.total } });
  expect(mapped().length).toBeLessThan(lines.length - (adopted?.chunks ?? 0));
  expect(read('out/manifest.json')).toBe(before);
});

test('goes under fanfold-out without --out, and tells people what was adopted', () => {
  failed();
  const { code, stdout } = fanfold.run('redrive', 'out');
  expect(code).toBe(0);
  expect(stdout).toMatch(/chunks {2}(\d+) of \1 \(\d+ adopted\)/);
  const [part = ''] = globSync('fanfold-out/marked/*/part-00000.txt', { cwd: fanfold.cwd });
  expect(read(part)).toBe(expected);
});

test('of a redrive that failed again adopts from both runs', () => {
  failed();
  fanfold.write('broken', '');
  expect(fanfold.run('redrive', 'out', '--out=second').code).toBe(1);
  rmSync(inCwd('broken'));
  rmSync(inCwd('mapped'));
  const { code, stdout } = fanfold.run('redrive', 'second', '--out=third', '--json');
  expect(code).toBe(0);
  expect(read('third/part-00000.txt')).toBe(expected);
  expect(manifestOf(stdout).chunks.failed).toBe(0);
  rmSync(inCwd('out'), { recursive: true }); // then what only the first has is done again
  expect(fanfold.run('redrive', 'second', '--out=fourth').code).toBe(0);
  expect(read('fourth/part-00000.txt')).toBe(expected);
});

test('of a run that was killed takes what stands, also when other code is accepted for what is left', async () => {
  failed();
  fanfold.write(
    'slow.ts',
    job().replace(
      "appendFileSync('mapped'",
      "if (line === 'line 20') for (;;) appendFileSync('hangs', ''); appendFileSync('mapped'",
    ),
  );
  const child = fanfold.start([], 'run', 'slow.ts', 'in', '--out=killed', '--chunk-bytes=20', '--workers=2');
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const done = () => globSync('killed/.fanfold/runs/*/partials/0/*/*', { cwd: fanfold.cwd }).length;
  while (done() < 5) await new Promise((resolve) => setImmediate(resolve));
  expect(fanfold.run('redrive', 'killed')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`process ${child.pid} works in`),
  });
  child.kill('SIGKILL');
  await ended;
  fanfold.write('slow.ts', job());
  const { code, stderr } = fanfold.run('redrive', 'killed', '--out=again', '--accept-code');
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('two versions') });
  expect(read('again/part-00000.txt')).toBe(expected);
});

describe('other code', () => {
  test('is refused, and accepted only by name: then the result may mix, and says so', () => {
    const earlier = failed();
    fanfold.write('job.ts', job('?'));
    const refused = fanfold.run('redrive', 'out', '--out=again');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(/FANFOLD_CODE_CHANGED: .*to do .*--accept-code/s);
    expect(readdirSync(fanfold.cwd)).not.toContain('again');
    const { code, stdout, stderr } = fanfold.run('redrive', 'out', '--out=again', '--accept-code');
    expect(code).toBe(0);
    expect(stderr).toMatch(/--accept-code: chunks that other code of the job has done are taken as they are/);
    expect(stdout).toMatch(/\((\d+) adopted, \1 of them made by other code\)/);
    const result = read('again/part-00000.txt');
    expect(result).toContain(`${poison}?`);
    expect(result).toContain('line 0!');
    const manifest = manifestOf(read('again/manifest.json'));
    expect(manifest.adopted).toEqual([{ run: earlier.run, digest: earlier.digest, chunks: expect.any(Number) }]);
    expect(manifest.digest).not.toBe(earlier.digest);
  });
});

describe('what cannot be redriven', () => {
  test.each([
    ['a whole result', 'whole', /whole holds a whole result/],
    ['nothing at all', 'nowhere', /nowhere holds no run that can be gone on from/],
  ])('%s is told, and exits with 2', (_, directory, said) => {
    failed();
    expect(fanfold.run('run', 'job.ts', 'in', '--out=whole').code).toBe(0);
    const { code, stderr } = fanfold.run('redrive', directory);
    expect(stderr).toMatch(said);
    expect(code).toBe(2);
  });

  test('an input that was changed since fails it, with its name', () => {
    failed();
    fanfold.write('in', `${read('in')}more\n`);
    const { code, stderr } = fanfold.run('redrive', 'out', '--out=again');
    expect(code).toBe(1);
    expect(stderr).toMatch(/FANFOLD_INPUT_CHANGED: in was changed since the run \S+ read it/);
    expect(stderr).toContain('again  start the run anew\n');
    expect(stderr).not.toContain('fanfold redrive');
  });

  test('a wrong command line is told all at once', () => {
    const { code, stderr } = fanfold.run('redrive', '--out=x', '--stack=S', '--param=a=1');
    expect(code).toBe(2);
    expect(stderr).toMatch(/no option --param.*<run or directory> is missing.*--out goes with a directory/s);
  });
});

describe('--bisect', () => {
  test('leaves out the records that a chunk fails for, tells them, and exits with 3', () => {
    failed();
    fanfold.write('broken', '');
    const { code, stdout } = fanfold.run('run', 'job.ts', 'in', '--out=bisected', '--chunk-bytes=20', '--bisect');
    expect(code).toBe(3);
    expect(stdout).toMatch(/bad {5}1 record, 7 B, set aside: rejects-00000\.jsonl/);
    expect(stdout).toMatch(/without in at byte \d+, "line 17": FANFOLD_JOB_ERROR/);
    expect(read('bisected/part-00000.txt')).toBe(expected.replace(`${poison}!\n`, ''));
    const { failures, records } = manifestOf(read('bisected/manifest.json'));
    expect(records).toEqual({ read: lines.length, rejected: 1 });
    const offset = read('in').indexOf(poison);
    expect(failures).toMatchObject([{ source: 'in', offset, record: { bytes: 7, preview: poison } }]);
    expect(failures[0]?.message).toMatch(/job\.ts:\d+/);
  });

  test('tells a record that cannot be read as docs/operations.md shows it', () => {
    fanfold.write('transactions/b.csv', 'account_id,timestamp,amount\nacct-17,2026-01-01T00:00:00Z,x\n');
    const { stdout } = fanfold.run('run', 'ledger', 'transactions', '--bisect');
    const [shown] =
      /"acct-17,.*$/m.exec(readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8')) ?? [];
    expect(stdout).toContain(`without transactions/b.csv at byte 28, ${shown}\n`);
  });

  test('of a redrive adopts what succeeded; without it, later, the record is done again', () => {
    const earlier = failed();
    fanfold.write('broken', '');
    expect(fanfold.run('redrive', 'out', '--out=bisected', '--bisect', '--json')).toMatchObject({ code: 3 });
    const bisected = manifestOf(read('bisected/manifest.json'));
    expect(bisected).toMatchObject({ records: { rejected: 1 }, adopted: [{ run: earlier.run }] });
    rmSync(inCwd('broken'));
    expect(fanfold.run('redrive', 'bisected', '--out=whole')).toMatchObject({ code: 0, stderr: '' });
    expect(read('whole/part-00000.txt')).toBe(expected);
  });
});
