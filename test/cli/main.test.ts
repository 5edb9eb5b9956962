/** `fanfold` around its commands: help, lists, and the Node that it runs on. */
import { existsSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Installed, pretendNode } from './installed.ts';

let fanfold: Installed;
beforeAll(() => {
  fanfold = new Installed();
});
afterAll(() => fanfold?.remove());

test('--help tells every command and exit code, on stdout', () => {
  for (const given of [[], ['--help'], ['help'], ['run', '--help'], ['run', 'x', '-h']]) {
    const { code, stdout, stderr } = fanfold.run(...given);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const command of ['run', 'redrive', 'check', 'plan', 'jobs', 'submit', 'watch', 'result', 'cancel']) {
      expect(stdout).toContain(`fanfold ${command}`);
    }
    expect(stdout).toMatch(/0 succeeded, 1 .*2 .*3 .*130 cancelled/);
  }
});

test('--version is that of the package', () => {
  const { version } = JSON.parse(readFileSync(join(fanfold.packageFolder, 'package.json'), 'utf8'));
  expect(fanfold.run('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
});

test('jobs lists the jobs here, then the examples, each with what it says of itself', () => {
  fanfold.write('jobs/mine.ts', "/** Mine does this. */\nexport default defineJob({ name: 'mine' });");
  const { code, stdout } = fanfold.run('jobs');
  expect(code).toBe(0);
  const lines = stdout.trim().split('\n');
  expect(lines.map((line) => line.split(' ')[0])).toEqual([
    ...[
      'mine',
      'access-log',
      'csv-to-jsonl',
      'inverted-index',
      'ledger',
      'orders-by-customer',
      'sort',
      'trending',
      'word-count',
    ],
  ]);
  expect(lines[0]).toMatch(/^mine +Mine does this\.$/);
  for (const line of lines) expect(line).toMatch(/^[a-z-]+ {2,}\S.+/);
});

test('an older Node hands over to the one that is installed beside it, exit code and all', () => {
  fanfold.write('in', 'a a');
  const old = pretendNode('20.19.0');
  expect(fanfold.runBy(old, 'run', 'word-count', 'in')).toMatchObject({ code: 0, stderr: '' });
  expect(fanfold.runBy(old, 'run', 'word-count', 'nope')).toMatchObject({ code: 2 });
});

test('Ctrl-C reaches the newer Node', async () => {
  fanfold.write(
    'hang.ts',
    `import { writeFileSync } from 'node:fs';
     import { defineJob, textLines, lines } from 'fanfold';
     export default defineJob({ name: 'hang', input: lines(), output: textLines(),
       *map(line) { writeFileSync('began', ''); for (;;); } });`,
  );
  fanfold.write('in', 'a');
  const child = fanfold.start(pretendNode('20.19.0'), 'run', 'hang.ts', 'in');
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const began = join(fanfold.cwd, 'began');
  while (!existsSync(began)) await new Promise((resolve) => setImmediate(resolve));
  rmSync(began);
  child.kill('SIGINT');
  expect(await ended).toBe(130);
});

test('without one it says what is needed', () => {
  const modules = join(fanfold.packageFolder, 'node_modules');
  const without = new Installed();
  unlinkSync(join(without.packageFolder, 'node_modules'));
  const outcome = without.runBy(pretendNode('20.19.0'), 'jobs');
  without.remove();
  expect(existsSync(modules)).toBe(true);
  expect(outcome).toMatchObject({ code: 1, stdout: '' });
  expect(outcome.stderr).toMatch(/needs Node 22\.15 or newer, and this is 20\.19\.0.*npm install node@24/);
});

test('what is not built says so', () => {
  const without = new Installed();
  rmSync(join(without.packageFolder, 'dist'), { recursive: true });
  writeFileSync(join(without.cwd, 'in'), '');
  const outcome = without.run('jobs');
  without.remove();
  expect(outcome).toMatchObject({ code: 1, stdout: '' });
  expect(outcome.stderr).toContain('npm run build');
});
